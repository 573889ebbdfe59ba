#!/usr/bin/env bash
# Runs commands at once, each a line of shell, for when some of them mostly wait:
#   tests/side_by_side.sh 'COMMAND' 'COMMAND'...
# What the last one prints comes as it is printed, what the others print when all are done. Fails when one of them does.
set -euo pipefail

folder=$(mktemp -d)
processes=()
trap 'for process in "${processes[@]}"; do kill -- "-$process" 2>/dev/null || true; done; rm -rf "$folder"' EXIT

# In process groups of their own, so that each ends with all that it started.
set -m
for command in "${@:1:$#-1}"; do
  bash -c "$command" >"$folder/${#processes[@]}" 2>&1 &
  processes+=($!)
done
set +m

failed=0
bash -c "${@: -1}" || failed=1
for place in "${!processes[@]}"; do
  wait "${processes[$place]}" || failed=1
  cat "$folder/$place"
done
exit "$failed"
