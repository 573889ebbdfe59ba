//! What crosses crates, through the real binaries.

mod binary;
mod clients;
mod conformance;
mod decide;
mod default_rules;
mod demo;
mod fuzz_corpora;
mod house;
mod python;
mod rules_check;
mod skip;
