//! GuardDuty's life by hand: several Regions and accounts at once, and nothing is changed without a plan.

pub(crate) mod aligned;
pub(crate) mod change;
pub(crate) mod coverage;
pub(crate) mod detector;
pub(crate) mod features;
pub(crate) mod findings;
pub(crate) mod frequency;
pub(crate) mod health;
pub(crate) mod members;
pub(crate) mod reach;
pub(crate) mod refused;
pub(crate) mod regions;

pub(crate) use change::{Change, Consent};
pub(crate) use reach::{Places, Reach, Seat};
pub(crate) use refused::{RegionOff, refused};
