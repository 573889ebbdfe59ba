//! What `decide` says of one record: a stable JSON object, and a row of a table.

use findings::{Action, FindingType, Record, RuleSet, SeverityLevel, Timestamp};
use serde::Serialize;

use crate::{input::Sourced, printable::printable};

/// One record's line. Its members and their order are a contract.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    source: String,
    kind: Kind,
    id: Option<String>,
    account: Option<String>,
    region: Option<String>,
    #[serde(rename = "type")]
    finding_type: Option<String>,
    severity: Option<f64>,
    level: Option<SeverityLevel>,
    sample: Option<bool>,
    action: Option<Action>,
    rule: Option<String>,
    hold_until: Option<Timestamp>,
    error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Finding,
    Event,
    Unreadable,
}

impl Line {
    /// Decides on one record.
    pub(crate) fn of(sourced: Sourced, rules: &RuleSet, as_of: Timestamp) -> Self {
        let Sourced { source, record } = sourced;
        match record {
            Record::Finding(finding) => {
                let decision = rules.decide(&finding, as_of);
                Self {
                    id: Some(finding.id().to_owned()),
                    account: finding.account_id().map(str::to_owned),
                    region: finding.region().map(str::to_owned),
                    finding_type: finding.finding_type().map(FindingType::to_string),
                    severity: finding.severity().map(findings::Severity::value),
                    level: finding.level(),
                    sample: Some(finding.is_sample()),
                    action: Some(decision.action),
                    rule: decision.rule_name().map(str::to_owned),
                    hold_until: decision.hold_until,
                    ..Self::empty(source, Kind::Finding)
                }
            }
            Record::Event(event) => Self {
                id: event.id,
                account: event.account,
                region: event.region,
                finding_type: Some(event.detail_type),
                ..Self::empty(source, Kind::Event)
            },
            Record::Unreadable(reason) => {
                Self { error: Some(reason.to_string()), ..Self::empty(source, Kind::Unreadable) }
            }
        }
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        self.kind == Kind::Unreadable
    }

    fn empty(source: String, kind: Kind) -> Self {
        Self {
            source,
            kind,
            id: None,
            account: None,
            region: None,
            finding_type: None,
            severity: None,
            level: None,
            sample: None,
            action: None,
            rule: None,
            hold_until: None,
            error: None,
        }
    }

    /// The header of [`Line::row`].
    pub(crate) const HEADER: [&str; 7] =
        ["Source", "Type", "Severity", "Account", "Region", "Action", "Rule"];

    /// The line as cells of a table.
    pub(crate) fn row(&self) -> [String; 7] {
        let text = |own: &Option<String>| {
            own.as_deref().map_or_else(|| "–".to_owned(), |own| printable(own).into_owned())
        };
        let severity = match (self.severity, self.level) {
            (Some(severity), Some(level)) => format!("{severity} {level}"),
            _ if self.kind == Kind::Finding => "unknown".to_owned(),
            _ => "–".to_owned(),
        };
        let action = match (self.kind, self.action, self.hold_until) {
            (Kind::Event, ..) => "no finding".to_owned(),
            (Kind::Unreadable, ..) => "unreadable".to_owned(),
            (_, Some(action), Some(until)) => format!("{action} after {until}"),
            (_, Some(action), None) => action.to_string(),
            (_, None, _) => "–".to_owned(),
        };
        let reason = if self.error.is_some() { text(&self.error) } else { text(&self.rule) };
        let finding_type = text(&self.finding_type);
        let source = printable(&self.source).into_owned();
        [source, finding_type, severity, text(&self.account), text(&self.region), action, reason]
    }
}
