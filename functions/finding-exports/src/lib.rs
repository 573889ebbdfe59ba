//! One export object of GuardDuty becomes one Parquet object of the lake, with the same effect
//! however often it is told.

mod compaction;
mod handle;
mod incoming;
mod place;
mod settings;

pub use handle::FindingExports;
pub use settings::{OcsfLocation, Settings};

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "finding-exports";
