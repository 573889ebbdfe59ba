//! One export object of GuardDuty becomes one Parquet object of the lake, with the same effect
//! however often it is told.

mod columns;
mod convert;
mod handle;
mod incoming;
mod lake;
mod quarantine;
mod schema;
mod settings;
mod source;
mod table;

pub use handle::FindingExports;
pub use settings::Settings;
pub use source::{SourceKey, source_id};

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "finding-exports";
