//! What the guards look at in a finding.

use crate::{FindingType, Severity, Timestamp, header::Field, rules::Reading};

/// The facts that decide, besides the rules, whether a finding may be archived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    pub(crate) severity: Option<Severity>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) is_sample: bool,
    pub(crate) concerns_attack_sequence: bool,
}

/// What the laws hold the reading against.
#[cfg(test)]
impl From<&crate::Finding> for Facts {
    fn from(finding: &crate::Finding) -> Self {
        Self {
            severity: finding.severity(),
            updated_at: finding.updated_at(),
            is_sample: finding.is_sample(),
            concerns_attack_sequence: finding.concerns_attack_sequence(),
        }
    }
}

impl From<&Reading<'_>> for Facts {
    fn from(reading: &Reading<'_>) -> Self {
        let header = &reading.header;
        let is_a_sequence = header.text(Field::ResourceType) == Some("AttackSequence")
            || header.text(Field::Type).is_some_and(FindingType::names_attack_sequence);
        Self {
            severity: header.severity(),
            updated_at: header.time(Field::UpdatedAt),
            is_sample: header.is_sample(),
            concerns_attack_sequence: header.names_a_sequence() || is_a_sequence,
        }
    }
}
