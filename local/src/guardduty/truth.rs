//! What really happened: every version of every finding, and whether it was handed over.

use findings::Timestamp;

/// One version of one finding, as GuardDuty knows it.
///
/// A consumer can be held against this record: whatever has an event or an export here must have
/// reached it, and nothing else may.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The account that owns the finding.
    pub account_id: String,
    pub id: String,
    pub finding_type: String,
    /// `updatedAt` as the finding has it.
    pub updated_at: String,
    pub count: u64,
    /// A filter archived it at once: it is never handed over unless somebody unarchives it.
    pub suppressed: bool,
    /// When its event was sent; several occurrences between two sendings share the last one's event.
    pub event: Option<Event>,
    /// Where it was exported to: more than once when it was unarchived in between.
    pub exports: Vec<Export>,
}

/// An event that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    /// `service.archived` in the event.
    pub archived: bool,
}

/// An export object that holds the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    pub at: Timestamp,
    pub bucket: String,
    pub key: String,
}

impl Version {
    /// Whether anybody outside was told of this version.
    pub fn handed_over(&self) -> bool {
        self.event.is_some() || !self.exports.is_empty()
    }
}
