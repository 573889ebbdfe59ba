#!/usr/bin/env bash
# Checks the Terraform code: format, generated tables, validity of every module and example, tests. Needs no AWS account and leaves no trace in the working tree.
set -euo pipefail

infra=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# shellcheck source=../tests/skip.sh
source "$infra/../tests/skip.sh"
# shellcheck source=terraform.sh
source "$infra/terraform.sh"

if command -v python3 >/dev/null; then
  echo "tables of infra/README.md"
  python3 -B "$infra/tables.py" --check
else
  skipped "the tables of infra/README.md (python3 is not installed)"
fi

checkov=$infra/../tests/.venv-checkov/bin/checkov
if [[ -x $checkov ]]; then
  echo "checkov"
  # Each exception stands with its reason in the resource that it is about.
  "$checkov" --skip-download --quiet --compact --framework terraform --directory "$infra" --skip-path tests
else
  skipped "checkov's look at the Terraform files (\`make emulators\` installs it)"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Not in a subshell: it changes the folder.
enter_copy "$infra" >"$work/reason" || {
  skipped "Terraform checks ($(<"$work/reason"))"
  exit 0
}

echo "terraform fmt"
terraform -chdir="$infra" fmt -check -diff -recursive

# The examples use the root and each module, so all of it is validated with them; the tests are left to terraform test.
for folder in examples/*; do
  echo "terraform validate infra/$folder"
  (cd "$folder" && "${init[@]}" >"$work/init.log" 2>&1 && terraform validate -no-tests -no-color >"$work/validate.log" 2>&1) ||
    { cat "$work/init.log" "$work/validate.log" >&2; exit 1; }
done

echo "terraform test"
terraform test -no-color
