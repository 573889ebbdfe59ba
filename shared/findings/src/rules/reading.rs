//! One finding read in a single walk: its header and all that a rule set asks for.

use super::{RuleSet, facts::Facts};
use crate::{
    Finding, Severity, Timestamp,
    header::{Field, Header},
};

/// A finding as one rule set sees it, borrowed from its JSON.
///
/// Made for reading many findings: nothing is copied, and what nobody asks for is skipped.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    pub(crate) header: Header<'a>,
}

impl RuleSet {
    /// Reads a line that plainly is one bare finding. `None` does not mean that it is none: it
    /// may be wrapped, hold members that no finding is known to have, or be broken.
    /// [`decode`](crate::decode) says what it is, and [`RuleSet::reading`] goes on from there.
    pub fn read<'a>(&self, json: &'a str) -> Option<Reading<'a>> {
        let header = Header::within(self.paths.extract_plain(json)?);
        header.plainly_is_a_finding().then_some(Reading { header })
    }

    /// Reads a finding that was decoded.
    pub fn reading<'a>(&self, finding: &'a Finding) -> Reading<'a> {
        Reading { header: Header::within(finding.values(&self.paths)) }
    }
}

impl Reading<'_> {
    /// `id`.
    pub fn id(&self) -> &str {
        self.header.text(Field::Id).unwrap_or_default()
    }

    /// `accountId`.
    pub fn account_id(&self) -> Option<&str> {
        self.header.text(Field::AccountId)
    }

    /// `region`.
    pub fn region(&self) -> Option<&str> {
        self.header.text(Field::Region)
    }

    /// `type`.
    pub fn finding_type(&self) -> Option<&str> {
        self.header.text(Field::Type)
    }

    /// `severity`, when it is a number from 0 to 10.
    pub fn severity(&self) -> Option<Severity> {
        self.header.severity()
    }

    /// `updatedAt`.
    pub fn updated_at(&self) -> Option<Timestamp> {
        self.header.time(Field::UpdatedAt)
    }

    /// `service.count`.
    pub fn count(&self) -> Option<u64> {
        self.header.count()
    }

    /// Whether GuardDuty made it up.
    pub fn is_sample(&self) -> bool {
        self.header.is_sample()
    }

    /// Whether it is an attack sequence, or a signal of one.
    pub fn concerns_attack_sequence(&self) -> bool {
        Facts::from(self).concerns_attack_sequence
    }
}
