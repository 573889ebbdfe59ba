//! One line of the ledger: what happened with one version of one finding, when, by which rule and
//! why, with the whole finding.

use std::fmt;

use findings::{Explanation, Finding, FindingType, Severity, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// It is about to be archived, and this is how it looks.
    Recorded,
    /// It is archived: GuardDuty shows it so.
    Archived,
    /// It no longer matched when it was looked at again, and was taken back.
    TakenBack,
    /// An event brought it, and this is how it looked: GuardDuty exports no version that is archived
    /// when its turn comes.
    Seen,
    /// It was archived by a rule, no rule archives it as it is now, and it was taken back.
    Escalated,
    /// Its archiving is about to be undone.
    Undoing,
    /// Its archiving was undone: GuardDuty shows it as open.
    Undone,
}

impl Event {
    /// The kind of object that it is written as. Both ends of the archiving are one kind, so that
    /// there can be only one of them.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Archived | Self::TakenBack => "outcome",
            Self::Seen => "seen",
            Self::Escalated => "escalated",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// Its name in the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Archived => "archived",
            Self::TakenBack => "taken_back",
            Self::Seen => "seen",
            Self::Escalated => "escalated",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A line as it is written. All lines have all members.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    schema: &'static str,
    event: Event,
    at: String,
    finding_id: &'a str,
    version_key: &'a str,
    account: Option<&'a str>,
    region: Option<&'a str>,
    #[serde(rename = "type")]
    finding_type: Option<&'a str>,
    severity: Option<f64>,
    rule: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) owner: Option<&'a str>,
    pub(crate) rule_set: Option<&'a str>,
    pub(crate) as_of: Option<String>,
    /// Of an escalation: the version that was archived.
    pub(crate) archived_version: Option<&'a str>,
    pub(crate) decision: Option<Explanation<'a>>,
    /// The whole finding, as GuardDuty sent it.
    finding: &'a RawValue,
}

impl<'a> Line<'a> {
    pub(crate) fn new(
        event: Event,
        at: Timestamp,
        version_key: &'a str,
        rule: impl Into<Option<&'a str>>,
        finding: &'a Finding,
    ) -> Self {
        Self {
            schema: "guardsift.archive/v1",
            event,
            at: at.to_rfc3339(),
            finding_id: finding.id(),
            version_key,
            account: finding.account_id(),
            region: finding.region(),
            finding_type: finding.finding_type().map(FindingType::as_str),
            severity: finding.severity().map(Severity::value),
            rule: rule.into(),
            reason: None,
            owner: None,
            rule_set: None,
            as_of: None,
            archived_version: None,
            decision: None,
            finding: untouched(finding),
        }
    }

    pub(crate) fn event(&self) -> Event {
        self.event
    }
}

/// A line as it is read again, without the finding and the trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Logged {
    /// When it was written, in RFC 3339.
    pub at: String,
    /// What happened.
    pub event: Event,
    /// The finding's id.
    pub finding_id: String,
    /// The version.
    pub version_key: String,
    /// Its account.
    pub account: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub finding_type: Option<String>,
    /// Its severity then.
    pub severity: Option<f64>,
    /// The rule that archived it, or that archives it as it is now.
    pub rule: Option<String>,
    /// The rule's reason.
    pub reason: Option<String>,
    /// Who answers for the rule.
    pub owner: Option<String>,
    /// SHA-256 of the rule set that decided.
    pub rule_set: Option<String>,
    /// Of an escalation: the version that was archived.
    pub archived_version: Option<String>,
}

fn untouched(finding: &Finding) -> &RawValue {
    serde_json::from_str(finding.raw()).unwrap_or(RawValue::NULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_the_finding_byte_for_byte_and_is_read_again() {
        let raw = r#"{ "id":"f1","severity":2.0,"type":"T:R/F","new":[1.10,{"a":null}] }"#;
        let finding = Finding::parse(raw).unwrap();
        let line = Line::new(Event::Recorded, Timestamp::EPOCH, "v1", "probes", &finding);
        let text = serde_json::to_string(&line).unwrap();
        assert!(text.contains(raw) && !text.contains('\n'), "{text}");
        let logged: Logged = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (logged.event, logged.rule.as_deref(), logged.severity, logged.finding_type.as_deref()),
            (Event::Recorded, Some("probes"), Some(2.0), Some("T:R/F"))
        );
    }
}
