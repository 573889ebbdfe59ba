//! What a rule set would have done to a history: read, summed up, compared and shown.

mod condition;
mod difference;
mod first;
mod history;
mod names;
pub(crate) mod outcome;
mod regret;
pub(crate) mod report;
mod review;
mod rule_text;
mod scan;
mod spool;
mod summary;
mod text;

pub(crate) use condition::Condition;
pub(crate) use history::Problem;
pub(crate) use scan::{Question, scan};
pub(crate) use summary::Summary;
pub(crate) use text::{rules_table, text};
