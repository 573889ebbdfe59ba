#!/usr/bin/env bash
# Prints the state of a stack with every option on, one line of JSON: what `terraform test` made without AWS. Ends with 77 and the reason where there is no Terraform.
set -euo pipefail

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=terraform.sh
source "$infra/terraform.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
enter_copy "$infra" >"$work/reason" || {
  cat "$work/reason"
  exit 77
}
if ! terraform test -json -verbose -filter=tests/policies.tftest.hcl >"$work/lines"; then
  cat "$work/lines" >&2
  exit 1
fi
grep '"test_state":{' "$work/lines"
