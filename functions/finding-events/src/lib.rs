//! A GuardDuty finding from EventBridge, decided by the rules and delivered to the destinations,
//! once each.

mod before;
mod circuit;
mod claim;
mod count;
mod decided;
mod delivery;
mod expired;
mod handle;
mod https;
mod quarantine;
mod refusal;
mod secret;
mod send;
mod settings;
mod told;

pub use handle::FindingEvents;
pub use settings::Settings;

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "finding-events";
