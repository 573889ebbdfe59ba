# Sourced by the scripts beside it: Terraform on a copy of this folder, with the provider that the machine has or can get.
# shellcheck shell=bash

# A folder that holds the AWS provider as a file system mirror, wherever a machine keeps one: first where such things are kept, for a whole disk takes its time.
find_mirror() {
  local root hit
  for root in "${TF_PLUGIN_CACHE_DIR:-}" "$HOME/.terraform.d" "${XDG_DATA_HOME:-$HOME/.local/share}/terraform" /opt /usr/local /usr/share /srv /; do
    [[ -d $root ]] || continue
    hit=$(find "$root" -xdev -path '*/hashicorp/aws/*' -name 'terraform-provider-aws_*' -print -quit 2>/dev/null || true)
    if [[ -n $hit ]]; then
      # mirror/host/hashicorp/aws/version/platform/file
      printf '%s\n' "${hit%/*/hashicorp/aws/*}"
      return
    fi
  done
}

# Copies infra/ and rules/ to $work, goes there and sets `init`; says why and returns 1 where that can't be.
enter_copy() {
  local infra=$1
  if ! command -v terraform >/dev/null; then
    echo "terraform is not installed"
    return 1
  fi
  # A configuration file that is named but missing is a warning in front of every answer.
  [[ -f ${TF_CLI_CONFIG_FILE:-} ]] || unset TF_CLI_CONFIG_FILE
  # Each command reads the schema of every AWS resource and ends: a third of its time went into collecting garbage.
  export GOGC=400
  export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0
  cp -R "$infra" "$infra/../rules" "$work/"
  cd "$work/infra" || return 1
  local mirror
  mirror=$(find_mirror)
  init=(terraform init -backend=false -no-color)
  if [[ -n $mirror ]]; then
    init+=("-plugin-dir=$mirror")
  fi
  if ! "${init[@]}" >"$work/init.log" 2>&1; then
    if [[ -z $mirror ]]; then
      echo "the AWS provider is neither on this machine nor within reach"
      return 1
    fi
    # With a mirror a failure is ours; without one it is the network's.
    cat "$work/init.log" >&2
    exit 1
  fi
}
