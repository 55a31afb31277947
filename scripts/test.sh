#!/bin/sh
# Everything that must hold. With CI=true nothing is skipped.
set -eu
bin=.venv/bin
echo "== style" && $bin/ruff check . && $bin/ruff format --check . && $bin/djlint templates --lint --quiet
echo "== types" && $bin/mypy
echo "== rooms" && $bin/lint-imports
echo "== courses" && $bin/learning courses check
echo "== tests" && exec $bin/pytest -n 2 --dist loadgroup "$@"
