#!/usr/bin/env bash
# The core decides and nothing else: its dependency tree holds no AWS SDK, no async runtime, no network.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tree=$(cargo tree --locked -p findings -e normal --prefix none --no-dedupe)
impure=$(grep -E '^(aws-|async-|tokio|hyper|reqwest|rustls|lambda_runtime|socket2|mio)' <<<"$tree" | sort -u || true)

if [[ -n $impure ]]; then
  {
    echo "The core (shared/findings) must not depend on:"
    printf '  %s\n' "${impure//$'\n'/$'\n'  }"
    echo "See who brings it in with: cargo tree -p findings -e normal -i <crate>"
  } >&2
  exit 1
fi
echo "the core is pure: $(sort -u <<<"$tree" | wc -l) packages, none of them AWS, async or network"
