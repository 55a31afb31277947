#!/bin/sh
# Start the demo: database, courses, demo data, web and mail worker. Data is kept from run to run.
set -eu
[ -n "${LEARNING_SECRET_KEY:-}" ] || export LEARNING_DEMO="${LEARNING_DEMO:-1}"
export LEARNING_BASE_URL="${LEARNING_BASE_URL:-http://127.0.0.1:$PORT}"
.venv/bin/learning database upgrade
.venv/bin/learning frameworks publish || echo "The frameworks were not published; see above."
# A course with faults is left out; it does not keep the others from their learners.
.venv/bin/learning courses publish || echo "Some courses were not published; see above."
if [ "${LEARNING_DEMO:-0}" = 1 ]; then .venv/bin/learning demo load; fi
exec .venv/bin/learning serve
