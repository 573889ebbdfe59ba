//! The protocol against GuardDuty and S3 of an emulated machine, over the wire.

mod caps;
mod faults;
mod risen;
mod two_runs;
mod undone;
mod world;
