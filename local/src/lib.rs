//! AWS on one machine: the parts of AWS that guardsift stands on, and the runtime that runs its real functions.

mod bus;
mod bus_api;
pub mod calls;
pub mod clock;
pub mod demo;
pub mod disturbance;
mod front_door;
pub mod guardduty;
mod identity_api;
mod inbox;
mod json_call;
pub mod key;
mod lambda;
pub mod machine;
mod mapping;
pub mod outage;
pub mod pattern;
mod queue;
mod queue_api;
mod s3;
mod schedule;
pub mod secret;
mod serve;
mod topic;
mod webhook;

/// An access key id for people. Any other is as good; each function has its own.
pub const ACCESS_KEY_ID: &str = "AKIALOCALLOCALLOCAL0";
/// The one secret that S3 requests must be signed with.
pub const SECRET_ACCESS_KEY: &str = "local";
