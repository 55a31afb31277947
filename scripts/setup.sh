#!/bin/sh
# Make .venv from the lock files, with the system libraries that are needed. $1: runtime or dev.
set -eu
kind=${1:-runtime}
python=${PYTHON:-python3}

need() { # need TEST PACKAGE...: install Debian packages unless TEST succeeds
	check=$1
	shift
	if sh -c "$check" >/dev/null 2>&1; then return 0; fi
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		echo "Installing $* ..."
		(apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@") >/tmp/handlingsrom-apt.log 2>&1 || {
			tail -5 /tmp/handlingsrom-apt.log
			echo "Could not install $*." >&2
			exit 1
		}
	else
		echo "Missing: $*. Type this, then try again:" >&2
		echo "  sudo apt-get install -y $*" >&2
		exit 1
	fi
}

library() { echo "$python -c 'import ctypes; ctypes.CDLL(\"$1\")'"; }

need "$python -c 'import sys; sys.exit(sys.version_info < (3, 11))'" python3
need "$python -c 'import ensurepip, venv'" python3-venv
need "$(library libpango-1.0.so.0) && $(library libpangoft2-1.0.so.0) && $(library libharfbuzz-subset.so.0)" \
	libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
if [ "$kind" = dev ]; then
	need "command -v chromium" chromium
	need "command -v java" default-jre-headless
	need "command -v npm" npm
	need "command -v pdfinfo" poppler-utils
	need "ls /usr/lib/postgresql/*/bin/initdb" postgresql
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
lock=requirements.lock
[ "$kind" = dev ] && lock=requirements-dev.lock
echo "Installing Python packages from $lock ..."
# The lock is whole, so nothing is resolved: a release made since cannot get in the way.
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r "$lock"
.venv/bin/python -m pip check --disable-pip-version-check >/tmp/handlingsrom-pip.log || {
	cat /tmp/handlingsrom-pip.log >&2
	exit 1
}
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . 2>/tmp/handlingsrom-pip.log || {
	cat /tmp/handlingsrom-pip.log >&2
	exit 1
}
.venv/bin/pybabel -q compile -d learning/translations 2>/dev/null
touch .venv/.runtime
if [ "$kind" = dev ]; then
	(cd tests/browser && npm ci --silent --no-audit --no-fund)
	touch .venv/.dev
fi
