//! Archiving by rule: what will be archived and why, the acts in an order that loses nothing, and
//! the way back.

#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod apply;
mod archive;
mod day;
mod done;
mod entry;
mod error;
mod escalate;
mod judge;
mod ledger;
mod line;
mod log;
mod look;
mod plan;
mod recurrence;
mod settle;
mod shadow;
mod stop;
#[cfg(test)]
mod tests;
mod undo;

pub use archive::{Archive, Asked, Planned};
pub use day::OverTheDay;
pub use done::Done;
pub use entry::Entry;
pub use error::ArchiveError;
pub use judge::{Candidate, Skipped, SkippedBecause, judged};
pub use ledger::Ledger;
pub use line::{Event, Logged};
pub use log::LogFilter;
pub use plan::{ArchivePlan, OverTheCap};
pub use recurrence::Recurrence;
pub use shadow::{Change, Example, Shadow, ShadowDigest, ShadowLine, ShadowRule, Shadowed};
pub use stop::{RUN, STOP_KEY, StopParameter};
pub use undo::{Left, LeftBecause, UndoPlan, Undone};
