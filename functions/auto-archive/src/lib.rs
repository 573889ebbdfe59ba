//! Archives the findings that a rule calls harmless, after a hold, with a copy and the reason
//! written before.

mod event;
mod export;
mod handle;
mod open;
mod settings;
mod shadow;
mod told;

pub use handle::AutoArchive;
pub use settings::{Mode, Settings};

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "auto-archive";
