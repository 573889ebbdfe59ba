//! The judgement on one finding: archived now, or why not. The same before the archiving and after
//! it.

use std::fmt;

use findings::{Action, Finding, Guard, RuleSet, Timestamp};
use serde::{Serialize, Serializer};

use crate::recurrence::Recurrence;

/// A finding to archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The finding's id.
    pub finding_id: String,
    /// Which version of it was decided on.
    pub version_key: String,
    /// The rule that says so.
    pub rule: String,
    /// What is logged of it.
    #[serde(rename = "type")]
    pub finding_type: Option<String>,
    /// Its account.
    pub account_id: Option<String>,
    /// Its Region.
    pub region: Option<String>,
}

/// A finding that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The finding's id.
    pub finding_id: String,
    /// Why it stays.
    pub because: SkippedBecause,
}

/// Why a finding stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkippedBecause {
    /// A rule, or the absence of one, says something else.
    Decided(Action),
    /// A rule would archive it and a guard forbids it.
    Guarded(Guard),
    /// It is held until then.
    Held(Timestamp),
    /// It is archived already.
    Archived,
    /// This very version was archived before, and a person or an undo took it back.
    TakenBack,
    /// It was updated after somebody had agreed to another version.
    Updated,
    /// Its rule was in force at the time of the event and has expired since.
    Expired {
        /// The rule.
        rule: String,
    },
    /// It has come back, and its rule leaves it to a person.
    Recurring {
        /// Why.
        why: Recurrence,
        /// The rule.
        rule: String,
    },
    /// Its rule would archive more than it may on one day.
    OverTheDay {
        /// The rule.
        rule: String,
    },
}

/// The finding as a candidate, or why it is none.
pub fn judged(
    rules: &RuleSet,
    finding: &Finding,
    as_of: Timestamp,
) -> Result<Candidate, SkippedBecause> {
    let decision = rules.decide(finding, as_of);
    match (decision.rule, decision.guard, decision.hold_until) {
        (Some(rule), ..) if decision.is_ripe(as_of) => {
            if finding.archived() == Some(true) {
                return Err(SkippedBecause::Archived);
            }
            Ok(Candidate {
                finding_id: finding.id().to_owned(),
                version_key: finding.version_key().to_string(),
                rule: rule.name.clone(),
                finding_type: finding.finding_type().map(|kind| kind.as_str().to_owned()),
                account_id: finding.account_id().map(str::to_owned),
                region: finding.region().map(str::to_owned),
            })
        }
        (_, Some(guard), _) => Err(SkippedBecause::Guarded(guard)),
        (_, _, Some(until)) => Err(SkippedBecause::Held(until)),
        _ => Err(SkippedBecause::Decided(decision.action)),
    }
}

/// Whether the rule of this candidate no longer decides. An event that comes late is judged as of its own
/// time, which must not bring back a rule that has ended meanwhile.
pub(crate) fn has_expired(rules: &RuleSet, candidate: &Candidate, now: Timestamp) -> bool {
    rules.expired(now).any(|rule| rule.name == candidate.rule)
}

/// Whether the judgement that led to the archiving still holds; that it is archived is no surprise.
pub(crate) fn still_matches(rules: &RuleSet, finding: &Finding, as_of: Timestamp) -> bool {
    matches!(judged(rules, finding, as_of), Ok(_) | Err(SkippedBecause::Archived))
}

/// Whether the finding may lie in the archive: a rule archives it, be its hold over or not.
pub(crate) fn may_be_archived(rules: &RuleSet, finding: &Finding, as_of: Timestamp) -> bool {
    rules.decide(finding, as_of).action == Action::Archive
}

/// Whether no rule, whatever it says, could archive it.
pub(crate) fn is_beyond_any_rule(rules: &RuleSet, finding: &Finding) -> bool {
    let ceiling = rules.defaults().archive_ceiling;
    finding.severity().is_none_or(|severity| severity > ceiling)
        || finding.concerns_attack_sequence()
}

impl fmt::Display for SkippedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decided(action) => write!(f, "decided: {action}"),
            Self::Guarded(guard) => write!(f, "guard: {guard}"),
            Self::Held(until) => write!(f, "held until {}", until.to_rfc3339()),
            Self::Archived => f.write_str("archived already"),
            Self::TakenBack => f.write_str("this version was archived before and taken back"),
            Self::Updated => f.write_str("updated since the plan was shown"),
            Self::Expired { rule } => write!(f, "rule {rule} has expired"),
            Self::Recurring { why, rule } => write!(f, "rule {rule} leaves it: {why}"),
            Self::OverTheDay { rule } => write!(f, "rule {rule} is over its day"),
        }
    }
}

impl Serialize for SkippedBecause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use findings::RuleSource;

    use super::*;

    #[test]
    fn beyond_any_rule_is_what_is_above_the_ceiling_unknown_or_part_of_a_sequence() {
        let text = "version: 1\ndefaults: { archive_ceiling: 3.9 }";
        let rules = RuleSet::parse(&[RuleSource { name: "rules.yaml", text }]).unwrap();
        for (finding, is_beyond) in [
            (r#"{"id":"f1","severity":3.9}"#, false),
            (r#"{"id":"f1","severity":1}"#, false),
            (r#"{"id":"f1","severity":4}"#, true),
            (r#"{"id":"f1"}"#, true),
            (r#"{"id":"f1","severity":"low"}"#, true),
            (r#"{"id":"f1","severity":1,"type":"AttackSequence:S3/CompromisedData"}"#, true),
        ] {
            let finding = Finding::parse(finding).unwrap();
            assert_eq!(is_beyond_any_rule(&rules, &finding), is_beyond, "{finding:?}");
        }
    }
}
