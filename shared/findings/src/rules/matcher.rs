//! Decides many findings by one rule set, remembering what findings of a kind have in common.

use super::{Decision, Reading, Rule, RuleSet, facts::Facts, kinds::Kinds};
use crate::{Timestamp, expression::Subject};

/// A rule set at work on many findings.
///
/// Type, account, Region and severity take few values among many findings. Which rules each value
/// leaves is worked out once.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r RuleSet,
    as_of: Timestamp,
    /// What is remembered; nothing for a single finding.
    kinds: Option<Kinds>,
}

impl<'r> Matcher<'r> {
    /// A matcher that decides as of a moment.
    pub fn new(rules: &'r RuleSet, as_of: Timestamp) -> Self {
        Self { rules, as_of, kinds: Some(Kinds::default()) }
    }

    /// A matcher for a single finding: working out what to remember would cost more than asking.
    pub(super) fn for_one(rules: &'r RuleSet, as_of: Timestamp) -> Self {
        Self { rules, as_of, kinds: None }
    }

    /// The rule set.
    pub fn rules(&self) -> &'r RuleSet {
        self.rules
    }

    /// Decides as [`RuleSet::decide`] does.
    pub fn decide(&mut self, reading: &Reading<'_>) -> Decision<'r> {
        let Self { rules: set, as_of, kinds } = self;
        let (rules, index) = (&set.rules, &set.index);
        let subject = Subject { values: reading.header.values(), as_of: *as_of };
        let allowed = kinds.as_mut().map(|kinds| kinds.allowed(rules, subject));
        let asked = index.asked(subject, allowed);
        let mut first = usize::MAX;
        index.each(asked, |position| {
            let can_decide = position < first
                && rules.get(position).is_some_and(|rule| !rule.is_expired(*as_of));
            if can_decide && index.holds(rules, position, asked) {
                first = position;
            }
            // Each list is in order: nothing behind the first match can be an earlier one.
            position < first
        });
        self.decision(self.rules.rules.get(first), reading)
    }

    fn decision(&self, rule: Option<&'r Rule>, reading: &Reading<'_>) -> Decision<'r> {
        match rule {
            Some(rule) => Decision::by(rule, Facts::from(reading), &self.rules.defaults),
            None => Decision::by_default(Facts::from(reading)),
        }
    }

    /// The decision of the first of these rules that has not expired.
    pub fn first(&self, matched: &[usize], reading: &Reading<'_>) -> Decision<'r> {
        let rules = &self.rules.rules;
        let first = matched
            .iter()
            .filter_map(|position| rules.get(*position))
            .find(|rule| !rule.is_expired(self.as_of));
        self.decision(first, reading)
    }

    /// Collects the positions of all rules whose criteria hold, expired or not, in order.
    pub fn matched(&mut self, reading: &Reading<'_>, matched: &mut Vec<usize>) {
        let Self { rules: set, as_of, kinds } = self;
        let (rules, index) = (&set.rules, &set.index);
        let subject = Subject { values: reading.header.values(), as_of: *as_of };
        let allowed = kinds.as_mut().map(|kinds| kinds.allowed(rules, subject));
        let asked = index.asked(subject, allowed);
        matched.clear();
        index.each(asked, |position| {
            if index.holds(rules, position, asked) {
                matched.push(position);
            }
            true
        });
        if !matched.is_sorted_by(|one, next| one < next) {
            matched.sort_unstable();
            matched.dedup();
        }
    }

    /// The positions of all rules that may match, in order.
    #[cfg(test)]
    pub(super) fn asked(&mut self, reading: &Reading<'_>) -> Vec<usize> {
        let Self { rules: set, as_of, kinds } = self;
        let subject = Subject { values: reading.header.values(), as_of: *as_of };
        let allowed = kinds.as_mut().map(|kinds| kinds.allowed(&set.rules, subject));
        let asked = set.index.asked(subject, allowed);
        let mut positions = Vec::new();
        set.index.each(asked, |position| {
            positions.push(position);
            true
        });
        positions.sort_unstable();
        positions
    }
}
