# Sourced by the scripts beside it: says what could not be done on this machine, now and in the summary of `make test`.
# shellcheck shell=bash

skipped() {
  local line="skipped: $1"
  echo "$line"
  if [[ -n ${SKIPPED_LOG:-} ]]; then
    mkdir -p "$(dirname "$SKIPPED_LOG")"
    echo "$line" >>"$SKIPPED_LOG"
  fi
}
