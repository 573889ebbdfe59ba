#!/usr/bin/env bash
# Licences, banned crates, sources and known vulnerabilities of the dependencies, when cargo-deny is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/skip.sh

if ! cargo deny --version >/dev/null 2>&1; then
  skipped "dependency checks (install them with: cargo install --locked cargo-deny)"
  exit 0
fi

cargo deny --locked --log-level warn check bans licenses sources

# The advisories come over the network: that they cannot be had is no fault of the code.
if cargo deny fetch db >/dev/null 2>&1; then
  cargo deny --locked --offline --log-level warn check advisories
else
  skipped "security advisories (the RustSec database is out of reach)"
fi
