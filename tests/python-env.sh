#!/usr/bin/env bash
# The Python that independent clients and readers run in (boto3, DuckDB, pyarrow). Only tests use it, and they do without when it cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source skip.sh

venv=.venv
installed=$venv/requirements.txt

if ! command -v python3 >/dev/null; then
  skipped "tests with boto3, DuckDB and pyarrow (python3 is not installed)"
  exit 0
fi
if cmp -s requirements.txt "$installed"; then
  exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
rm -rf "$venv"
if python3 -m venv "$venv" >"$log" 2>&1 && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements.txt >>"$log" 2>&1; then
  cp requirements.txt "$installed"
  echo "tests/.venv is ready"
else
  rm -rf "$venv"
  skipped "tests with boto3, DuckDB and pyarrow ($(tail -n 1 "$log"))"
fi
