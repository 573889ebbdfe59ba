//! A GuardDuty finding from EventBridge, decided by the rules and delivered to the destinations,
//! once each.

mod claim;
mod decided;
mod delivery;
mod handle;
mod quarantine;
mod settings;
mod sns;
mod webhook;

pub use handle::FindingEvents;
pub use settings::Settings;

/// Name of the crate, the binary and the service in logs and metrics.
pub const SERVICE: &str = "finding-events";
