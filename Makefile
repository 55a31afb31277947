# The two that matter: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test coverage setup setup-dev lint format types imports translate screenshots clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/'

run: setup ## Start the demo on http://127.0.0.1:8000 (PORT changes it)
	@sh scripts/run.sh

test: setup-dev ## Check everything: style, types, imports, both databases, the browser
	@sh scripts/test.sh

coverage: setup-dev ## Which lines the tests reach; takes twice as long as the tests alone
	$(BIN)/pytest -n 2 --dist loadgroup --cov=learning --cov-report=term:skip-covered

setup: $(VENV)/.runtime
$(VENV)/.runtime: requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) sh scripts/setup.sh runtime

setup-dev: $(VENV)/.dev
$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml tests/browser/package-lock.json
	@PYTHON=$(PYTHON) sh scripts/setup.sh dev

lint: setup-dev ## Style of Python and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet

format: setup-dev ## Mend the style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: setup-dev ## Types, strictly
	$(BIN)/mypy

imports: setup-dev ## The plan of who may import whom
	$(BIN)/lint-imports

translate: setup-dev ## Gather new texts of the interface into the catalogues
	$(BIN)/pybabel extract -F babel.cfg -k lazy_gettext -k _l --no-location --sort-output --omit-header -o /tmp/messages.pot .
	for language in nb nn; do test ! -f learning/translations/$$language/LC_MESSAGES/messages.po || $(BIN)/pybabel update -i /tmp/messages.pot -d learning/translations -l $$language --no-fuzzy-matching --width=100 --ignore-obsolete; done

screenshots: setup-dev ## Take the pictures of the README anew, from a running demo
	$(BIN)/python scripts/screenshots.py

clean: ## Remove what was made, and the demo's data
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache tests/browser/node_modules
