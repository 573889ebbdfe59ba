//! What is to happen with one finding, and which rule says so.

use super::{
    Defaults,
    facts::Facts,
    guard::Guard,
    rule::{Action, Rule},
};
use crate::Timestamp;

/// The decision on one finding. A value: deciding touches nothing.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'r> {
    /// What happens, after the guards.
    pub action: Action,
    /// The rule that matched; `None` when no rule did.
    pub rule: Option<&'r Rule>,
    /// What overruled the rule, or withheld a sample that no rule names.
    pub guard: Option<Guard>,
    /// Until when a finding that is to be archived is held. `None` without a hold.
    pub hold_until: Option<Timestamp>,
}

impl<'r> Decision<'r> {
    /// The decision when a rule matched.
    pub(crate) fn by(rule: &'r Rule, facts: Facts, defaults: &Defaults) -> Self {
        let guard = match rule.action {
            Action::Archive => Guard::against(facts, rule, defaults),
            Action::Notify | Action::Noop => None,
        };
        let action = match guard {
            None => rule.action,
            Some(Guard::Sample) => Action::Noop,
            Some(_) => Action::Notify,
        };
        let held = action == Action::Archive && !rule.hold.is_zero();
        let hold_until = facts.updated_at.filter(|_| held).map(|moment| moment + rule.hold);
        Self { action, rule: Some(rule), guard, hold_until }
    }

    /// The decision when no rule matched: somebody is told, unless it is only a sample.
    pub(crate) fn by_default(facts: Facts) -> Self {
        let (action, guard) = if facts.is_sample {
            (Action::Noop, Some(Guard::Sample))
        } else {
            (Action::Notify, None)
        };
        Self { action, rule: None, guard, hold_until: None }
    }

    /// Whether the finding is to be archived now: the decision says so and no hold is left.
    pub fn is_ripe(&self, as_of: Timestamp) -> bool {
        self.action == Action::Archive && self.hold_until.is_none_or(|until| until <= as_of)
    }

    /// The name of the rule that matched.
    pub fn rule_name(&self) -> Option<&'r str> {
        self.rule.map(|rule| rule.name.as_str())
    }
}
