//! One case: its finding, decided, and why it was not decided as it should have been.

use std::{fs, path::Path};

use findings::{
    Action, Case, CaseFinding, Explanation, Finding, Record, Rule, RuleSet, RuleTrace, Timestamp,
    Truth, decode,
};
use serde::Serialize;

/// What became of a case. Its members are a contract.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) rule: String,
    pub(super) case: String,
    pub(super) expected: Action,
    /// `null` when there was no finding to decide about.
    pub(super) got: Option<Action>,
    /// The rule that decided, if any did.
    decided_by: Option<String>,
    pub(super) passed: bool,
    /// What there is to say about a case that did not pass.
    pub(super) why: Vec<String>,
}

impl Outcome {
    /// Decides about the case's finding with the whole rule set.
    pub(super) fn of(rule: &Rule, case: &Case, rules: &RuleSet, as_of: Timestamp) -> Self {
        let (got, decided_by, why) = match finding(rule, case) {
            Ok(finding) => {
                let explanation = rules.explain(&finding, as_of);
                let why = if explanation.action == case.expect {
                    Vec::new()
                } else {
                    why(rule, &explanation)
                };
                (Some(explanation.action), explanation.rule.map(str::to_owned), why)
            }
            Err(reason) => (None, None, vec![reason]),
        };
        Self {
            rule: rule.name.clone(),
            case: case.name.clone(),
            expected: case.expect,
            got,
            decided_by,
            passed: got == Some(case.expect),
            why,
        }
    }
}

/// The one finding of a case, or why there is none.
fn finding(rule: &Rule, case: &Case) -> Result<Finding, String> {
    let (json, source) = match &case.finding {
        CaseFinding::Inline(json) => {
            (json.clone().into_bytes(), "the finding in the case".to_owned())
        }
        CaseFinding::File(file) => {
            let path = Path::new(rule.file()).parent().unwrap_or(Path::new("")).join(file);
            let source = path.display().to_string();
            (fs::read(&path).map_err(|error| format!("can't read {source}: {error}"))?, source)
        }
    };
    let mut records = decode(&json);
    match (records.pop(), records.len()) {
        (Some(Record::Finding(finding)), 0) => Ok(*finding),
        (Some(Record::Unreadable(reason)), 0) => Err(format!("{source} is unreadable: {reason}")),
        (Some(Record::Event(event)), 0) => {
            Err(format!("{source} is a `{}` event and no finding", event.detail_type))
        }
        (None, _) => Err(format!("{source} holds no finding")),
        (Some(_), others) => {
            Err(format!("{source} holds {} records, and a case is about one", others + 1))
        }
    }
}

/// Who decided otherwise, and what kept the case's own rule from it.
fn why(rule: &Rule, explanation: &Explanation<'_>) -> Vec<String> {
    let action = explanation.action;
    let mut lines = vec![match (explanation.rule, explanation.guard) {
        (Some(by), None) => format!("{action} by rule {by}"),
        (Some(by), Some(guard)) => format!("{action}: guard {guard} overrules rule {by}"),
        (None, Some(guard)) => {
            format!("{action}: no rule matches, and guard {guard} holds it back")
        }
        (None, None) => format!("{action}: no rule matches"),
    }];
    if explanation.rule == Some(rule.name.as_str()) {
        return lines;
    }
    let Some(trace) = explanation.trace.iter().find(|trace| trace.rule == rule.name) else {
        lines.push(format!("{} was not asked: it comes later", rule.name));
        return lines;
    };
    if let (true, Some(expires)) = (trace.expired, rule.expires) {
        lines.push(format!("{} expired at {expires}; try an earlier --as-of", rule.name));
    }
    lines.push(format!("{} is {}:", rule.name, word(trace.holds)));
    lines.extend(conditions(trace));
    lines
}

fn conditions(trace: &RuleTrace<'_>) -> impl Iterator<Item = String> {
    trace.conditions.iter().map(|condition| {
        let found = match condition.found.as_slice() {
            [] => "nothing there".to_owned(),
            found => found.join(", "),
        };
        let (attribute, operator, operand) =
            (condition.attribute, condition.operator, condition.operand);
        format!("  {:<8} {attribute} {operator} {operand}  found: {found}", word(condition.holds))
    })
}

fn word(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}
