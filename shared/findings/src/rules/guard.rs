//! What keeps a finding from being archived, whatever a rule says.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{Defaults, facts::Facts, rule::Rule};

/// Why a rule's decision to archive does not stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// It is an attack sequence or a signal of one. Archived findings are left out of the
    /// correlation, and of the picture an analyst needs.
    AttackSequence,
    /// Its severity can't be read.
    UnknownSeverity,
    /// Its severity is above the rule set's ceiling.
    AboveCeiling,
    /// It is a sample and the rule does not name samples.
    Sample,
    /// `updatedAt` can't be read: no hold can ever be over, and a rule without one knows no version.
    UnknownAge,
}

impl Guard {
    /// The guard that forbids archiving this finding by this rule, if any does.
    pub(crate) fn against(facts: Facts, rule: &Rule, defaults: &Defaults) -> Option<Self> {
        if facts.concerns_attack_sequence {
            return Some(Self::AttackSequence);
        }
        let Some(severity) = facts.severity else { return Some(Self::UnknownSeverity) };
        if severity > defaults.archive_ceiling {
            return Some(Self::AboveCeiling);
        }
        if facts.is_sample && !rule.concerns_samples {
            return Some(Self::Sample);
        }
        facts.updated_at.is_none().then_some(Self::UnknownAge)
    }

    /// A stable name for logs and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AttackSequence => "attack-sequence",
            Self::UnknownSeverity => "unknown-severity",
            Self::AboveCeiling => "above-ceiling",
            Self::Sample => "sample",
            Self::UnknownAge => "unknown-age",
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Guard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
