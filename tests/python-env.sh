#!/usr/bin/env bash
# The Pythons that independent clients, readers and emulators run in, each by its name: tests, moto, rie, checkov. Only tests use them, and they do without when
# one cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source skip.sh

# Makes .venv of requirements.txt, or says what is not tested without it.
environment() {
  local what=$1 suffix=$2
  local venv=.venv$suffix requirements=requirements$suffix.txt
  if ! command -v python3 >/dev/null; then
    skipped "$what (python3 is not installed)"
    return
  fi
  if cmp -s "$requirements" "$venv/requirements.txt"; then
    return
  fi
  local log
  log=$(mktemp)
  rm -rf "$venv"
  if python3 -m venv "$venv" >"$log" 2>&1 && "$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check -r "$requirements" >>"$log" 2>&1; then
    cp "$requirements" "$venv/requirements.txt"
    echo "tests/$venv is ready"
  else
    rm -rf "$venv"
    skipped "$what ($(tail -n 1 "$log"))"
  fi
  rm -f "$log"
}

for name in "${@:-tests}"; do
  case $name in
    tests) environment "tests with boto3, the AWS CLI, DuckDB and pyarrow" "" ;;
    moto) environment "terraform apply against moto" -moto ;;
    rie) environment "a function under AWS's runtime emulator" -rie ;;
    checkov) environment "checkov's look at the Terraform files" -checkov ;;
    *) echo "there is no $name; there are tests, moto, rie and checkov" >&2 && exit 2 ;;
  esac
done
