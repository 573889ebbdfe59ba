//! The protocol against GuardDuty and S3 of an emulated machine, over the wire.

mod caps;
mod faults;
mod risen;
mod undone;
mod world;
