#!/usr/bin/env bash
# Runs two commands at once, each a line of shell, for when one of them mostly waits:
#   tests/side_by_side.sh 'COMMAND' 'COMMAND'
# What the first prints follows when the second is done. Fails when either does.
set -euo pipefail

said=$(mktemp)
# In a process group of its own, so that it ends with all that it started.
set -m
bash -c "$1" >"$said" 2>&1 &
first=$!
set +m
trap 'kill -- "-$first" 2>/dev/null || true; rm -f "$said"' EXIT

failed=0
bash -c "$2" || failed=1
wait "$first" || failed=1
cat "$said"
exit "$failed"
