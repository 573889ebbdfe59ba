#!/usr/bin/env bash
# Checks the Terraform code: format, validity of every module and example, tests. Needs no AWS account and leaves no trace in the working tree.
set -euo pipefail

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=../tests/skip.sh
source "$infra/../tests/skip.sh"

skip() {
  skipped "Terraform checks ($1)"
  exit 0
}

# A folder that holds the AWS provider as a file system mirror, wherever a machine keeps one.
find_mirror() {
  local root hit
  for root in "${TF_PLUGIN_CACHE_DIR:-}" "$HOME/.terraform.d" "${XDG_DATA_HOME:-$HOME/.local/share}/terraform" /; do
    [[ -d $root ]] || continue
    hit=$(find "$root" -xdev -path '*/hashicorp/aws/*' -name 'terraform-provider-aws_*' -print -quit 2>/dev/null || true)
    if [[ -n $hit ]]; then
      # mirror/host/hashicorp/aws/version/platform/file
      printf '%s\n' "${hit%/*/hashicorp/aws/*}"
      return
    fi
  done
}

command -v terraform >/dev/null || skip "terraform is not installed"

# A configuration file that is named but missing is a warning in front of every answer.
[[ -f ${TF_CLI_CONFIG_FILE:-} ]] || unset TF_CLI_CONFIG_FILE
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0

echo "terraform fmt"
terraform -chdir="$infra" fmt -check -diff -recursive

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$infra" "$infra/../rules" "$work/"
cd "$work/infra"

mirror=$(find_mirror)
init=(terraform init -backend=false -no-color)
if [[ -n $mirror ]]; then
  init+=("-plugin-dir=$mirror")
fi
if ! "${init[@]}" >"$work/init.log" 2>&1; then
  # With a mirror a failure is ours; without one it is the network's.
  [[ -n $mirror ]] || skip "the AWS provider is neither on this machine nor within reach"
  cat "$work/init.log" >&2
  exit 1
fi

# modules/organization takes two providers, so only its example can be validated; and for the same
# reason the tests, which use it, are left to terraform test.
for folder in . modules/function modules/guardduty modules/lake modules/catalog examples/minimal examples/complete examples/organization; do
  echo "terraform validate infra/$folder"
  (cd "$folder" && "${init[@]}" >"$work/init.log" 2>&1 && terraform validate -no-tests -no-color >"$work/validate.log" 2>&1) ||
    { cat "$work/init.log" "$work/validate.log" >&2; exit 1; }
done

echo "terraform test"
terraform test -no-color
