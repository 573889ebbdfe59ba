//! What a backtest has to say: a stable value that every form of output is made from.

use std::collections::BTreeMap;

use findings::{Action, Severity, SeverityLevel, Timestamp};
use serde::Serialize;

use super::history::Problem;

/// The result of a backtest. Its members and their order are a contract.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) schema: &'static str,
    pub(crate) as_of: Timestamp,
    pub(crate) rule_set: RuleSetLine,
    pub(crate) history: HistoryLine,
    pub(crate) totals: Totals,
    pub(crate) days: Vec<Day>,
    pub(crate) types: Vec<Split>,
    pub(crate) accounts: Vec<Split>,
    pub(crate) rules: Vec<RuleLine>,
    pub(crate) unmatched: Share,
    pub(crate) never_matched: Vec<String>,
    pub(crate) broad: Vec<Broad>,
    pub(crate) expired: Vec<String>,
    pub(crate) regrets: Vec<Regret>,
    pub(crate) regret_count: u64,
    pub(crate) riskiest: Vec<FindingLine>,
    pub(crate) difference: Option<Difference>,
    pub(crate) conditions: Vec<ConditionLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) findings: Option<Vec<FindingLine>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RuleSetLine {
    pub(crate) files: Vec<String>,
    pub(crate) hash: String,
    pub(crate) rules: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct HistoryLine {
    pub(crate) sources: Vec<String>,
    pub(crate) objects: u64,
    /// Findings, each once.
    pub(crate) findings: u64,
    /// Their versions, each once.
    pub(crate) versions: u64,
    pub(crate) duplicates: u64,
    pub(crate) events: u64,
    pub(crate) outside: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
    /// `newest` or `all`: which versions of a finding count.
    pub(crate) counted: &'static str,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) accounts: Vec<String>,
    pub(crate) regions: Vec<String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) problem_count: u64,
}

/// Findings by severity level.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Levels {
    pub(crate) findings: u64,
    pub(crate) low: u64,
    pub(crate) medium: u64,
    pub(crate) high: u64,
    pub(crate) critical: u64,
    /// With a severity that can't be read.
    pub(crate) unknown: u64,
}

impl Levels {
    pub(crate) fn add(&mut self, severity: Option<Severity>) {
        self.findings += 1;
        *match severity.map(Severity::level) {
            Some(SeverityLevel::Low) => &mut self.low,
            Some(SeverityLevel::Medium) => &mut self.medium,
            Some(SeverityLevel::High) => &mut self.high,
            Some(SeverityLevel::Critical) => &mut self.critical,
            None => &mut self.unknown,
        } += 1;
    }

    /// The count of one level by its name; all without a name.
    pub(crate) fn named(&self, level: Option<&str>) -> Option<u64> {
        Some(match level {
            None => self.findings,
            Some("low") => self.low,
            Some("medium") => self.medium,
            Some("high") => self.high,
            Some("critical") => self.critical,
            Some("unknown") => self.unknown,
            Some(_) => return None,
        })
    }
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Totals {
    pub(crate) archive: Levels,
    pub(crate) notify: Levels,
    pub(crate) noop: Levels,
}

impl Totals {
    pub(crate) fn of(&mut self, action: Action) -> &mut Levels {
        match action {
            Action::Archive => &mut self.archive,
            Action::Notify => &mut self.notify,
            Action::Noop => &mut self.noop,
        }
    }

    pub(crate) fn findings(&self) -> u64 {
        self.archive.findings + self.notify.findings + self.noop.findings
    }
}

#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(crate) struct Actions {
    pub(crate) archive: u64,
    pub(crate) notify: u64,
    pub(crate) noop: u64,
}

impl Actions {
    pub(crate) fn add(&mut self, action: Action) {
        *match action {
            Action::Archive => &mut self.archive,
            Action::Notify => &mut self.notify,
            Action::Noop => &mut self.noop,
        } += 1;
    }

    pub(crate) fn sum(&self) -> u64 {
        self.archive + self.notify + self.noop
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Day {
    /// The UTC date; `None` for findings without a readable time.
    pub(crate) date: Option<String>,
    #[serde(flatten)]
    pub(crate) actions: Actions,
}

#[derive(Debug, Serialize)]
pub(crate) struct Split {
    /// A type or account; `None` for all others together.
    pub(crate) name: Option<String>,
    #[serde(flatten)]
    pub(crate) actions: Actions,
}

/// What a rule decided, or no rule.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Share {
    pub(crate) decided: Levels,
    pub(crate) share: f64,
    pub(crate) first_seen: Option<Timestamp>,
    pub(crate) last_seen: Option<Timestamp>,
    pub(crate) types: Vec<Named>,
    pub(crate) accounts: Vec<Named>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Named {
    /// `None` where the finding has none.
    pub(crate) name: Option<String>,
    pub(crate) findings: u64,
}

#[derive(Debug, Serialize)]
pub(crate) struct RuleLine {
    pub(crate) name: String,
    pub(crate) action: Action,
    pub(crate) reason: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) expired: bool,
    pub(crate) file: String,
    pub(crate) line: u64,
    /// The rule as it is written.
    pub(crate) text: String,
    /// Records that its criteria hold for, whichever rule decided: all versions, duplicates too.
    pub(crate) matched: u64,
    #[serde(flatten)]
    pub(crate) share: Share,
    /// How often a guard had the last word, by guard.
    pub(crate) overruled: BTreeMap<&'static str, u64>,
    pub(crate) regret: RegretCounts,
}

#[derive(Debug, Serialize)]
pub(crate) struct Broad {
    pub(crate) rule: String,
    pub(crate) share: f64,
}

/// What became of the findings that a rule would have archived.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct RegretCounts {
    /// Findings it would have archived at some time.
    pub(crate) archived: u64,
    /// Of those: whose severity rose afterwards.
    pub(crate) rose: u64,
    /// Of those: that occurred again more often than is tolerated.
    pub(crate) recurred: u64,
    /// Of those: that became part of an attack sequence.
    pub(crate) joined: u64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Regret {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    #[serde(rename = "type")]
    pub(crate) finding_type: Option<String>,
    pub(crate) rule: Option<String>,
    pub(crate) archived_at: Option<Timestamp>,
    pub(crate) severity_then: Option<Severity>,
    pub(crate) severity_after: Option<Severity>,
    pub(crate) count_then: Option<u64>,
    pub(crate) count_after: Option<u64>,
    pub(crate) why: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct FindingLine {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    #[serde(rename = "type")]
    pub(crate) finding_type: Option<String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) level: Option<SeverityLevel>,
    pub(crate) count: Option<u64>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) sample: bool,
    pub(crate) action: Action,
    pub(crate) rule: Option<String>,
    /// What overruled the rule.
    pub(crate) guard: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) why: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Difference {
    pub(crate) against: RuleSetLine,
    pub(crate) changed: u64,
    pub(crate) changes: Vec<Change>,
    /// At most a thousand, the most severe first; `changed` is the true number.
    pub(crate) findings: Vec<ChangedFinding>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Change {
    pub(crate) from: Action,
    pub(crate) to: Action,
    pub(crate) findings: Levels,
}

#[derive(Debug, Serialize)]
pub(crate) struct ChangedFinding {
    pub(crate) id: String,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    #[serde(rename = "type")]
    pub(crate) finding_type: Option<String>,
    pub(crate) severity: Option<Severity>,
    pub(crate) level: Option<SeverityLevel>,
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) from: Action,
    pub(crate) from_rule: Option<String>,
    pub(crate) to: Action,
    pub(crate) to_rule: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ConditionLine {
    pub(crate) condition: String,
    pub(crate) value: f64,
    /// Whether it holds, and with it the backtest has failed.
    pub(crate) failed: bool,
}
