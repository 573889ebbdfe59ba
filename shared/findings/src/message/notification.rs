//! `guardsift.notification/v1`: a frozen shape of its own, apart from the model.

use std::borrow::Cow;

use serde::Serialize;

use super::{ArchivedBefore, Background, Change, attributes::Attributes, text};
use crate::{Action, Decision, Finding, FindingType, Guard, Severity, SeverityLevel, Timestamp};

/// Names the shape. Fields may be added under the same name; none is renamed, removed or given
/// another meaning.
const SCHEMA: &str = "guardsift.notification/v1";

/// Longest text taken over from a finding, in characters. SNS takes 256 KB in all, and the whole
/// finding is one link away.
const TITLE: usize = 1_000;
const DESCRIPTION: usize = 8_000;
/// Longest name, id or ARN. None that AWS makes comes near; without a limit a forged one could
/// make a notification that no destination takes.
const NAME: usize = 2_048;

/// SNS: a subject has at most 100 characters
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>).
const SUBJECT: usize = 100;

/// One notification, version 1.
///
/// All text below `finding` was chosen by whoever caused the finding. It is cleaned of control
/// characters and otherwise passed on; whoever shows it has to escape it.
#[derive(Debug, Clone, Serialize)]
pub struct Notification<'a> {
    schema: &'static str,
    /// The same for every delivery of the same version of a finding: what to deduplicate by.
    pub version_key: String,
    finding: FindingV1<'a>,
    decision: DecisionV1<'a>,
    /// What the rule file calls the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    account_name: Option<String>,
    /// What is new since the version that was told before, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<String>,
    /// What rules have archived of the finding before.
    #[serde(skip_serializing_if = "Option::is_none")]
    archived_before: Option<ArchivedBefore>,
    /// The destination that this was for, and why it was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    undelivered: Option<UndeliveredV1>,
}

/// A destination that refused the notification.
#[derive(Debug, Clone, Serialize)]
struct UndeliveredV1 {
    destination: String,
    reason: String,
}

/// The fields of a finding that tell somebody what to do. Absent ones are `null`.
#[derive(Debug, Clone, Serialize)]
struct FindingV1<'a> {
    id: Cow<'a, str>,
    arn: Option<Cow<'a, str>>,
    #[serde(rename = "type")]
    finding_type: Option<Cow<'a, str>>,
    severity: Option<f64>,
    severity_level: Option<&'static str>,
    title: Option<String>,
    description: Option<String>,
    account_id: Option<Cow<'a, str>>,
    region: Option<Cow<'a, str>>,
    partition: Option<Cow<'a, str>>,
    resource_type: Option<Cow<'a, str>>,
    created_at: Option<String>,
    updated_at: Option<String>,
    first_seen: Option<String>,
    last_seen: Option<String>,
    count: Option<u64>,
    archived: Option<bool>,
    sample: bool,
    attack_sequence_arn: Option<Cow<'a, str>>,
    console_url: Option<String>,
}

/// Why this is told.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct DecisionV1<'a> {
    action: &'static str,
    /// `null` when no rule matched, or when no rules could be read.
    rule: Option<&'a str>,
    guard: Option<&'static str>,
    /// SHA-256 of the rule set; `null` when it could not be read.
    rule_set: Option<&'a str>,
}

impl<'a> Notification<'a> {
    /// The notification of a finding and of what was decided on it.
    pub(super) fn new(finding: &'a Finding, decision: DecisionV1<'a>) -> Self {
        Self {
            schema: SCHEMA,
            version_key: finding.version_key().to_string(),
            finding: FindingV1::new(finding),
            decision,
            account_name: None,
            change: None,
            archived_before: None,
            undelivered: None,
        }
    }

    /// With what is known beside the finding and the decision.
    #[must_use]
    pub(super) fn with(mut self, background: &Background<'_>) -> Self {
        self.account_name = background.account_name.map(|text| cleaned(text, TITLE));
        self.change =
            background.change.map(Change::describe).map(|text| cleaned(&text, DESCRIPTION));
        self.archived_before = background.before.map(|before| ArchivedBefore {
            rule: cleaned(&before.rule, TITLE),
            stays: before.stays.as_deref().map(|why| cleaned(why, DESCRIPTION)),
            ..before.clone()
        });
        self.undelivered = background.instead_of.map(|(destination, why)| UndeliveredV1 {
            destination: cleaned(destination, TITLE),
            reason: cleaned(why, TITLE),
        });
        self
    }

    /// The id of the finding, the same for all of its versions.
    pub fn finding_id(&self) -> &str {
        &self.finding.id
    }

    /// The ARN of the finding, the same for all of its versions.
    pub(super) fn finding_arn(&self) -> Option<&str> {
        self.finding.arn.as_deref()
    }

    /// The body. At most 192 KiB, since every text in it has a limit.
    pub fn to_json(&self) -> String {
        // Names and texts always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// One line of at most 100 printable ASCII characters that begins with a letter, as SNS wants
    /// a subject.
    pub fn subject(&self) -> String {
        let level = self.finding.severity_level.unwrap_or("unknown severity");
        let kind = self.finding.finding_type.as_deref().unwrap_or("unknown type");
        format!("GuardDuty, {level}: {kind}")
            .chars()
            .map(|character| if matches!(character, ' '..='~') { character } else { '?' })
            .take(SUBJECT)
            .collect()
    }

    /// What a receiver can filter by without reading the body.
    pub fn attributes(&self) -> Attributes {
        let finding = &self.finding;
        let severity = finding.severity.map(|severity| severity.to_string());
        Attributes::new()
            .number("severity", severity.as_deref())
            .text("severity_level", finding.severity_level)
            .text("finding_type", finding.finding_type.as_deref())
            .text("account_id", finding.account_id.as_deref())
            .text("region", finding.region.as_deref())
            .text("rule", self.decision.rule)
            .text("version_key", Some(&self.version_key))
    }
}

impl<'a> FindingV1<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            id: name(finding.id()),
            arn: finding.arn().map(name),
            finding_type: finding.finding_type().map(FindingType::as_str).map(name),
            severity: finding.severity().map(Severity::value),
            severity_level: finding.level().map(SeverityLevel::as_str),
            title: finding.title().map(|text| cleaned(text, TITLE)),
            description: finding.description().map(|text| cleaned(text, DESCRIPTION)),
            account_id: finding.account_id().map(name),
            region: finding.region().map(name),
            partition: finding.partition().map(name),
            resource_type: finding.resource_type().map(name),
            created_at: finding.created_at().map(Timestamp::to_rfc3339),
            updated_at: finding.updated_at().map(Timestamp::to_rfc3339),
            first_seen: finding.first_seen().map(Timestamp::to_rfc3339),
            last_seen: finding.last_seen().map(Timestamp::to_rfc3339),
            count: finding.count(),
            archived: finding.archived(),
            sample: finding.is_sample(),
            attack_sequence_arn: finding.attack_sequence_arn().map(name),
            console_url: finding.console_url(),
        }
    }
}

impl<'a> DecisionV1<'a> {
    /// What the rules decided.
    pub(super) fn by_rules(decision: &Decision<'a>, rule_set: &'a str) -> Self {
        Self {
            action: decision.action.as_str(),
            rule: decision.rule_name(),
            guard: decision.guard.map(Guard::as_str),
            rule_set: Some(rule_set),
        }
    }

    /// Without rules everything is told.
    pub(super) fn without_rules() -> Self {
        Self { action: Action::Notify.as_str(), rule: None, guard: None, rule_set: None }
    }
}

/// Without control characters, line feeds excepted, and without the marks that reorder text; cut at
/// a character.
fn cleaned(text: &str, limit: usize) -> String {
    let mut kept: String = text
        .chars()
        .filter(|character| {
            *character == '\n' || !(character.is_control() || text::turns(*character))
        })
        .take(limit + 1)
        .collect();
    if let Some((end, _)) = kept.char_indices().nth(limit) {
        kept.truncate(end);
        kept.push('…');
    }
    kept
}

/// A name as it is written, unless it is longer than any that AWS makes.
fn name(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(NAME) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text::cut(text, NAME)),
    }
}

#[cfg(test)]
mod tests;
