//! Looks in rules that load for what is probably not meant.

use self::covering::Covering;
use crate::{
    Problem, Rule, RuleSet, Timestamp,
    implication::{Cases, Conflict, Known, literals},
    problem::Problems,
    rules::Defaults,
};

mod accountability;
mod addresses;
mod band;
mod ceiling;
mod contradiction;
mod covering;
mod dead;
mod destinations;
mod duplicate;
mod native;
mod negation;
mod shadow;
mod siblings;
mod types;

/// Every check, in the order in which they look at a rule.
const CHECKS: [fn(&Examined<'_>, &mut Problems); 11] = [
    band::check,
    contradiction::check,
    duplicate::check,
    shadow::check,
    ceiling::check,
    addresses::check,
    negation::check,
    types::check,
    siblings::check,
    native::check,
    accountability::check,
];

/// What the checks see: one rule, and what the ones before it leave to it.
struct Examined<'r> {
    rule: &'r Rule,
    /// The ways in which it can match.
    cases: Cases<'r>,
    /// For each of them that is possible, the earlier rules that certainly match as well.
    covering: Vec<Vec<&'r Rule>>,
    /// Its conditions, each with the answer that lets it match.
    literals: Vec<Known<'r>>,
    /// What keeps it, or one of its alternatives, from ever matching.
    conflicts: Vec<Conflict<'r>>,
    defaults: &'r Defaults,
    as_of: Timestamp,
}

/// All that looks unintended, in the order of files and lines. Each problem has a section of its
/// own in `docs/rules/codes.md`.
pub fn lint(set: &RuleSet, as_of: Timestamp) -> Vec<Problem> {
    let rules = set.rules();
    let mut earlier = Covering::default();
    let mut found = Vec::new();
    for rule in rules {
        let cases = Cases::of(&rule.when);
        let examined = Examined {
            rule,
            covering: earlier.of(&cases),
            literals: literals(&rule.when),
            conflicts: dead::conflicts(rule, &cases),
            cases,
            defaults: set.defaults(),
            as_of,
        };
        let mut problems = Problems::of(&rule.file);
        for check in CHECKS {
            check(&examined, &mut problems);
        }
        let mut problems = problems.into_vec();
        problems.sort_by_key(|problem| (problem.position, problem.code));
        found.extend(problems);
        earlier.add(rule);
    }
    for (destination, place, is_used) in set.placed_destinations() {
        let mut problems = Problems::of(&place.file);
        destinations::check(destination, place.span, is_used, &mut problems);
        found.extend(problems.into_vec());
    }
    found
}

impl Examined<'_> {
    /// Whether nothing can make it match, so that what else it says does not matter.
    fn is_dead(&self) -> bool {
        self.cases.conflict().is_some()
    }
}

#[cfg(test)]
mod tests;
