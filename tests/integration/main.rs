//! What crosses crates, through the real binaries.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a step that fails is a test that fails"
)]

mod agreement;
// Early in the order of names, in which tests start: it takes the longest, and mostly waits.
mod applied;
mod auto_archive;
mod aws_cli;
mod backtest;
mod binary;
mod chaos;
mod checksums;
mod clients;
mod conformance;
mod decide;
mod default_rules;
mod demo;
mod fault_proxy;
mod finding_events;
mod finding_exports;
mod finding_exports_ocsf;
mod functions;
mod fuzz_corpora;
mod house;
mod http_stub;
mod lake;
mod least_privilege;
mod networks;
mod ocsf;
mod operator;
mod packages;
mod patterns;
mod plain_filter;
mod preview;
mod python;
mod rules_check;
mod rules_convert;
mod rules_equivalence;
mod rules_test;
mod runtime_emulator;
mod runtime_stub;
mod scale;
mod skip;
mod small_disk;
mod soak;
