//! Why a decision fell as it did: every rule up to the one that decided, condition by condition.

use std::borrow::Cow;

use serde::Serialize;

use super::{
    Decision,
    guard::Guard,
    rule::{Action, Rule},
};
use crate::{Timestamp, Truth, condition::Condition, expression::Subject, extract::Value};

/// Values shown per condition; a finding can hold hundreds of addresses.
const SHOWN_VALUES: usize = 10;
/// Characters shown of one value, which an attacker chose.
const SHOWN_CHARACTERS: usize = 200;

/// A decision with its trace, ready to be printed or kept.
#[derive(Debug, Serialize)]
pub struct Explanation<'r> {
    /// What happens, after the guards.
    pub action: Action,
    /// The rule that matched.
    pub rule: Option<&'r str>,
    /// What overruled it.
    pub guard: Option<Guard>,
    /// Until when the finding is held.
    pub hold_until: Option<Timestamp>,
    /// The rules that were asked, in order; the last one decided, if any did.
    pub trace: Vec<RuleTrace<'r>>,
}

/// What one rule said.
#[derive(Debug, Serialize)]
pub struct RuleTrace<'r> {
    /// The rule.
    pub rule: &'r str,
    /// Whether its time is over, so that it had no say.
    pub expired: bool,
    /// Whether all it asks for holds.
    pub holds: Truth,
    /// Its conditions, those of `unless` included.
    pub conditions: Vec<ConditionTrace<'r>>,
}

/// What one condition said.
#[derive(Debug, Serialize)]
pub struct ConditionTrace<'r> {
    /// Whether it stands under `unless`: the rule holds only if this does not.
    pub unless: bool,
    /// The attribute.
    pub attribute: &'static str,
    /// The operator.
    pub operator: &'static str,
    /// The operand as written.
    pub operand: &'r str,
    /// What the finding holds there: the first few values, shortened.
    pub found: Vec<String>,
    /// Whether the condition holds.
    pub holds: Truth,
}

impl<'r> Explanation<'r> {
    pub(crate) fn new(decision: &Decision<'r>, trace: Vec<RuleTrace<'r>>) -> Self {
        Self {
            action: decision.action,
            rule: decision.rule_name(),
            guard: decision.guard,
            hold_until: decision.hold_until,
            trace,
        }
    }
}

impl<'r> RuleTrace<'r> {
    pub(crate) fn of(rule: &'r Rule, subject: Subject<'_, '_>) -> Self {
        Self {
            rule: &rule.name,
            expired: rule.is_expired(subject.as_of),
            holds: rule.when.evaluate(subject),
            conditions: rule
                .when
                .conditions()
                .into_iter()
                .map(|(condition, unless)| ConditionTrace::of(condition, unless, subject))
                .collect(),
        }
    }
}

impl<'r> ConditionTrace<'r> {
    fn of(condition: &'r Condition, unless: bool, subject: Subject<'_, '_>) -> Self {
        Self {
            unless,
            attribute: condition.attribute.name(),
            operator: condition.operator.name(),
            operand: &condition.operand,
            found: condition.values(subject).iter().take(SHOWN_VALUES).map(shown).collect(),
            holds: condition.evaluate(subject),
        }
    }
}

fn shown(value: &Value<'_>) -> String {
    let text = match value {
        Value::Null => "null".into(),
        Value::Bool(flag) => flag.to_string().into(),
        Value::Number(text) => Cow::Borrowed(*text),
        Value::Object(json) => on_one_line(json),
        Value::Text(text) => Cow::Borrowed(text.as_ref()),
    };
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

/// An object without the white space it was written with.
fn on_one_line(json: &str) -> Cow<'_, str> {
    serde_json::from_str::<serde_json::Value>(json)
        .map_or(Cow::Borrowed(json), |object| object.to_string().into())
}
