#!/usr/bin/env bash
# Applies examples/complete to moto and to the GuardDuty of a running `guardsift local`, uses it, and destroys it:
#   infra/emulate.sh PYTHON PORT BINARIES
# PYTHON has moto; PORT is that of `guardsift local`; BINARIES is the folder of the functions. Ends with 77 and the reason where there is no Terraform.
set -euo pipefail

python=$1 port=$2 binaries=$3
infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=terraform.sh
source "$infra/terraform.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
enter_copy "$infra" >"$work/reason" || {
  cat "$work/reason"
  exit 77
}
cd examples/complete
cp "$infra/tests/emulators.tf" emulators_override.tf
"${init[@]}" >"$work/init.log" 2>&1 || { cat "$work/init.log" >&2; exit 1; }
"$python" "$infra/../tests/python/deploy.py" "$port" "$binaries" "$infra/../events"
