//! What a destination receives: pure values, made from a finding and from what was decided on it.

use self::{
    notification::DecisionV1,
    resource::Resource,
    text::{line, paragraph},
};
use crate::{Decision, Finding, Severity, SeverityLevel, Timestamp};

mod action;
mod attributes;
mod because;
mod before;
mod change;
mod colour;
pub mod event_bus;
mod fitting;
mod identity;
mod link;
mod notable;
mod notification;
pub mod pagerduty;
mod part;
mod payload;
mod remote;
mod resource;
mod rows;
mod shown;
pub mod slack;
pub mod sns;
pub mod sqs;
pub mod teams;
mod text;
pub mod webhook;
mod words;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod samples;

pub use attributes::{Attribute, Attributes};
pub use before::ArchivedBefore;
pub use change::{Change, REMEMBERED_BYTES, Remembered};
pub use notable::{Fact, NotifyChanges};
pub use notification::Notification;
pub use payload::Payload;
pub use shown::Shown;

/// Longest title and description. The whole finding is one link away.
const TITLE: usize = 400;
const DESCRIPTION: usize = 2_000;

/// Longest other text.
const TEXT: usize = 600;

/// What is told beside the finding itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Background<'a> {
    /// The decision, and the hash of the rule set that made it. `None` when no rules could be read.
    pub decided: Option<(Decision<'a>, &'a str)>,
    /// The destination that a route sends it to. `None` for the default one.
    pub destination: Option<&'a str>,
    /// The name of the finding's account, where somebody knows it.
    pub account_name: Option<&'a str>,
    /// What is new against an earlier version that was told.
    pub change: Option<&'a Change>,
    /// What rules have archived of it before.
    pub before: Option<&'a ArchivedBefore>,
    /// Another destination that this was for, and why that one refused it.
    pub instead_of: Option<(&'a str, &'a str)>,
}

/// What people like to read about a finding, built once and shown by each destination in its way.
///
/// Every text is one line (the description has several), without control characters and without
/// marks that turn the reading direction, and no longer than its limit. None is escaped: a
/// destination puts text from a finding only where it is shown literally, or escapes it.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    finding: &'a Finding,
    notification: Notification<'a>,
    level: Option<SeverityLevel>,
    severity: Option<Severity>,
    kind: String,
    title: Option<String>,
    description: Option<String>,
    account: Option<String>,
    region: Option<String>,
    resource: Option<Resource>,
    remote: Option<String>,
    identity: Option<String>,
    action: Option<String>,
    console_url: Option<String>,
    because: because::Because,
    change: Option<String>,
    before: Option<String>,
}

impl<'a> Message<'a> {
    /// The message about a finding.
    pub fn new(finding: &'a Finding, background: &Background<'a>) -> Self {
        let decision = match &background.decided {
            Some((decision, rule_set)) => DecisionV1::by_rules(decision, rule_set),
            None => DecisionV1::without_rules(),
        };
        let one = |text: Option<&str>| text.and_then(|text| line(text, TEXT));
        let account = match (one(background.account_name), one(finding.account_id())) {
            (Some(name), Some(id)) => Some(format!("{name} ({id})")),
            (name, id) => name.or(id),
        };
        let title = finding.title().and_then(|text| line(text, TITLE));
        let description = finding.description().and_then(|text| paragraph(text, DESCRIPTION));
        Self {
            finding,
            notification: Notification::new(finding, decision).with(background),
            level: finding.level(),
            severity: finding.severity(),
            kind: words::of(finding.finding_type()),
            // GuardDuty often writes the same twice.
            description: description.filter(|text| Some(text) != title.as_ref()),
            title,
            account,
            region: one(finding.region()),
            resource: resource::of(finding),
            remote: one(remote::describe(&remote::Remote::all(finding)).as_deref()),
            identity: one(part::listed(&identity::all(finding), 3).as_deref()),
            action: one(action::describe(finding).as_deref()),
            console_url: finding.console_url(),
            because: because::Because::of(background),
            change: one(background.change.map(Change::describe).as_deref()),
            before: background.before.and_then(ArchivedBefore::describe),
        }
    }

    /// The frozen notification of the same finding.
    pub fn notification(&self) -> &Notification<'a> {
        &self.notification
    }

    /// The body for a destination that reads JSON, in at most `limit` bytes; see [`Payload::body`].
    pub fn body(&self, payload: Payload, limit: usize) -> String {
        payload.body(self.finding, &self.notification, limit)
    }

    /// `High 8`, `Unknown severity`.
    fn severity_in_words(&self) -> String {
        match (self.level, self.severity) {
            (Some(level), Some(severity)) => format!("{} {severity}", level_name(level)),
            _ => "Unknown severity".to_owned(),
        }
    }

    /// One line that says it all: `High 8: Cryptocurrency, EC2: Bitcoin tool, seen in DNS`. Only
    /// what GuardDuty itself chose is in it.
    fn headline(&self) -> String {
        let sample = if self.finding.is_sample() { "Sample, " } else { "" };
        format!("{sample}{}: {}", self.severity_in_words(), self.kind)
    }
}

fn level_name(level: SeverityLevel) -> &'static str {
    match level {
        SeverityLevel::Low => "Low",
        SeverityLevel::Medium => "Medium",
        SeverityLevel::High => "High",
        SeverityLevel::Critical => "Critical",
    }
}

/// `2026-10-05 09:31:02 UTC`
fn moment(moment: Timestamp) -> String {
    let text = moment.to_rfc3339();
    let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
    format!("{} UTC", whole.replacen('T', " ", 1))
}
