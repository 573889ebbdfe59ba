//! Decides many findings by one rule set, remembering what findings of a kind have in common.

use foldhash::HashMap;

use super::{
    Decision, Reading, Rule, RuleSet,
    facts::Facts,
    index::{Candidate, Left},
};
use crate::{Timestamp, expression::Subject};

/// Beyond this many kinds of findings the memory starts anew.
const MAX_KINDS: usize = 4096;

/// A rule set at work on many findings.
///
/// Type, account, Region and severity take few values among many findings. Which rules those
/// leave is worked out once per combination.
#[derive(Debug)]
pub struct Matcher<'r> {
    rules: &'r RuleSet,
    as_of: Timestamp,
    remembers: bool,
    kinds: HashMap<String, usize>,
    /// The rules that findings of each kind may match.
    candidates: Vec<Vec<Candidate>>,
    kind: String,
}

impl<'r> Matcher<'r> {
    /// A matcher that decides as of a moment.
    pub fn new(rules: &'r RuleSet, as_of: Timestamp) -> Self {
        Self {
            rules,
            as_of,
            remembers: true,
            kinds: HashMap::default(),
            candidates: Vec::new(),
            kind: String::new(),
        }
    }

    /// A matcher for a single finding, for which there is nothing to remember.
    pub(super) fn for_one(rules: &'r RuleSet, as_of: Timestamp) -> Self {
        Self { remembers: false, ..Self::new(rules, as_of) }
    }

    /// The rule set.
    pub fn rules(&self) -> &'r RuleSet {
        self.rules
    }

    /// Decides as [`RuleSet::decide`] does.
    pub fn decide(&mut self, reading: &Reading<'_>) -> Decision<'r> {
        let mut first = usize::MAX;
        self.visit(reading, |rules, candidate, subject| {
            let position = candidate.position;
            let can_decide = position < first
                && rules.rules.get(position).is_some_and(|rule| !rule.is_expired(subject.as_of));
            if can_decide && rules.index.holds(&rules.rules, candidate, subject) {
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

    /// Decides, and collects the positions of all rules whose criteria hold, expired or not, in
    /// order.
    pub fn judge(&mut self, reading: &Reading<'_>, matched: &mut Vec<usize>) -> Decision<'r> {
        self.matched(reading, matched);
        self.first(matched, reading)
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
        matched.clear();
        self.visit(reading, |rules, candidate, subject| {
            if rules.index.holds(&rules.rules, candidate, subject) {
                matched.push(candidate.position);
            }
            true
        });
        matched.sort_unstable();
        matched.dedup();
    }

    /// The positions of all rules that may match, in order.
    #[cfg(test)]
    pub(super) fn asked(&mut self, reading: &Reading<'_>) -> Vec<usize> {
        let mut asked = Vec::new();
        self.visit(reading, |_, candidate, _| {
            asked.push(candidate.position);
            true
        });
        asked.sort_unstable();
        asked
    }

    /// Hands every rule that may match to `ask`, list by list, each in order, until it says no.
    fn visit(
        &mut self,
        reading: &Reading<'_>,
        mut ask: impl FnMut(&RuleSet, Candidate, Subject<'_, '_>) -> bool,
    ) {
        let Self { rules, as_of, remembers, kinds, candidates, kind } = self;
        let subject = Subject { values: reading.header.values(), as_of: *as_of };
        let index = &rules.index;
        if *remembers && index.write_kind(subject.values, kind) {
            let place = kinds.get(kind.as_str()).copied().unwrap_or_else(|| {
                if kinds.len() >= MAX_KINDS {
                    kinds.clear();
                    candidates.clear();
                }
                candidates.push(index.of_kind(&rules.rules, subject));
                kinds.insert(kind.clone(), candidates.len() - 1);
                candidates.len() - 1
            });
            for candidate in candidates.get(place).into_iter().flatten() {
                if !ask(rules, *candidate, subject) {
                    break;
                }
            }
        } else {
            for candidate in index.of_kind(&rules.rules, subject) {
                if !ask(rules, candidate, subject) {
                    break;
                }
            }
        }
        index.each_list(subject.values, |list| {
            for position in list {
                if !ask(rules, Candidate { position: *position, left: Left::All }, subject) {
                    break;
                }
            }
        });
    }
}
