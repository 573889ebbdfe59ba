//! Where an export object belongs, without the rest of `lake`, so that fuzzing builds no Parquet.

#![expect(dead_code, reason = "the rest of the crate calls what is unused here")]

#[path = "../../../shared/lake/src/partition.rs"]
mod partition;

pub use partition::Partition;

/// As in `lake`.
const FINDINGS: &str = "findings/v1";
