//! Archives the findings that a rule calls harmless, after a hold, with a copy and the reason
//! written before.

mod apply;
mod event;
mod handle;
mod ledger;
mod plan;
mod settings;

pub use handle::AutoArchive;
pub use plan::{ArchivePlan, Candidate, Skipped, SkippedBecause};
pub use settings::{Mode, Settings};

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "auto-archive";
