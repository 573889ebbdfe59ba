//! Rules from GuardDuty's own filters, and rules as filters and event patterns where they say the same.

mod event_pattern;
mod filter;
mod import;
mod normal;
mod reason;
pub(crate) mod repeated;
mod yaml;

use serde_json::Value;

pub(crate) use self::filter::{MAX_ATTRIBUTES, MAX_PATTERNS, MAX_VALUES};
pub use self::{
    import::{Import, import},
    reason::{Note, Reason},
};
use crate::{Rule, RuleSet, Timestamp};

/// What became of one rule.
#[derive(Debug)]
pub struct Exported<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Its counterpart, or every reason why it has none.
    pub outcome: Result<Value, Vec<Reason>>,
    /// What is lost all the same. Empty when there is no counterpart.
    pub notes: Vec<Note>,
}

/// Every rule as the input of GuardDuty's `CreateFilter`, in the AWS CLI's casing.
///
/// Ranks count the filters from 1 in the order of the rules. A rule that has expired as of the
/// given moment has no counterpart.
pub fn filters(rules: &RuleSet, as_of: Timestamp) -> Vec<Exported<'_>> {
    let mut rank = 0;
    let mut before = Vec::new();
    rules
        .rules()
        .iter()
        .map(|rule| {
            let outcome = unexpired(rule, as_of)
                .and_then(|()| filter::filter(rule, rank + 1))
                .inspect(|_| rank += 1);
            let notes = match &outcome {
                Ok(_) => filter::notes(rule, rules.defaults(), &before),
                Err(_) => Vec::new(),
            };
            if !rule.is_expired(as_of) {
                before.push(rule);
            }
            Exported { rule, outcome, notes }
        })
        .collect()
}

/// Every rule as an EventBridge event pattern that matches the events of exactly the findings for
/// which the rule's condition holds.
///
/// That an earlier rule may decide about them, and the guards, are not in the pattern.
pub fn event_patterns(rules: &RuleSet, as_of: Timestamp) -> Vec<Exported<'_>> {
    rules
        .rules()
        .iter()
        .map(|rule| {
            let made = unexpired(rule, as_of).and_then(|()| event_pattern::event_pattern(rule));
            let (outcome, mut notes) = match made {
                Ok((pattern, notes)) => (Ok(pattern), notes),
                Err(reasons) => (Err(reasons), Vec::new()),
            };
            if let (Ok(_), Some(expires)) = (&outcome, rule.expires) {
                notes.push(Note::Expiry(expires));
            }
            Exported { rule, outcome, notes }
        })
        .collect()
}

fn unexpired(rule: &Rule, as_of: Timestamp) -> Result<(), Vec<Reason>> {
    match rule.expires {
        Some(expires) if rule.is_expired(as_of) => Err(vec![Reason::Expired(expires)]),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;
