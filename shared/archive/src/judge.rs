//! The judgement on one finding: archived now, or why not. The same before the archiving and after
//! it.

use std::fmt;

use findings::{Action, Finding, Guard, RuleSet, Timestamp};
use serde::{Serialize, Serializer};

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
    /// It was archived this often and has come back each time.
    Recurring {
        /// How often.
        times: usize,
        /// The rule.
        rule: String,
    },
    /// It was archived before, and has come back with something that was not seen until then.
    News {
        /// What is new, in words.
        what: String,
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

/// Whether the judgement that led to the archiving still holds; that it is archived is no surprise.
pub(crate) fn still_matches(rules: &RuleSet, finding: &Finding, as_of: Timestamp) -> bool {
    matches!(judged(rules, finding, as_of), Ok(_) | Err(SkippedBecause::Archived))
}

/// Whether the finding may lie in the archive: a rule archives it, be its hold over or not.
pub(crate) fn may_be_archived(rules: &RuleSet, finding: &Finding, as_of: Timestamp) -> bool {
    rules.decide(finding, as_of).action == Action::Archive
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
            Self::Recurring { times, rule } => {
                write!(f, "archived {times} times by rule {rule} and back each time")
            }
            Self::News { what, rule } => {
                write!(f, "archived by rule {rule} before and back with {what}")
            }
            Self::OverTheDay { rule } => write!(f, "rule {rule} is over its day"),
        }
    }
}

impl Serialize for SkippedBecause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
