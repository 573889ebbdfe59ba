//! What certainly follows from conditions: that others hold, or that they can't hold together.
//!
//! Never wrongly certain, and often silent: where it can't be told, the answer is no. Findings
//! are taken to have the shape that GuardDuty's service model gives them, so that an attribute
//! outside of lists has one value.

use self::literal::Literal;
use crate::expression::Expression;

mod case;
mod literal;
mod predicate;
mod range;

pub(crate) use case::{Case, Conflict};
pub(crate) use literal::{Claim, Literal as Known, literals};
pub(crate) use predicate::Predicate;
pub(crate) use range::Numbers;

/// More ways than this in which an expression can hold are not told apart.
const MAX_CASES: usize = 64;

/// The ways in which an expression can hold: each a list of conditions whose answers are known.
#[derive(Debug, Clone)]
pub(crate) struct Cases<'r>(Vec<Case<'r>>);

impl<'r> Cases<'r> {
    /// The ways in which the expression can hold.
    pub(crate) fn of(expression: &'r Expression) -> Self {
        Self(expand(expression, true, None, vec![Case::default()]))
    }

    /// The same when, of the alternatives of one `any`, this one holds.
    pub(crate) fn choosing(expression: &'r Expression, alternative: &'r Expression) -> Self {
        Self(expand(expression, true, Some(alternative), vec![Case::default()]))
    }

    /// Whether `expression` holds in all of them.
    pub(crate) fn imply(&self, expression: &Expression) -> bool {
        self.0.iter().all(|case| case.implies(expression))
    }

    /// What keeps every one of them from happening; `None` when one of them may happen.
    pub(crate) fn conflict(&self) -> Option<Conflict<'r>> {
        let mut conflicts = self.0.iter().map(Case::conflict);
        let first = conflicts.next()??;
        conflicts.all(|conflict| conflict.is_some()).then_some(first)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Case<'r>> {
        self.0.iter()
    }
}

/// Adds to each case what must be so for the expression to hold, or to fail.
fn expand<'r>(
    expression: &'r Expression,
    holds: bool,
    chosen: Option<&'r Expression>,
    cases: Vec<Case<'r>>,
) -> Vec<Case<'r>> {
    match (expression, holds) {
        (Expression::Condition(condition), _) => {
            let literal = Literal { condition, holds };
            cases.into_iter().map(|case| case.with(literal)).collect()
        }
        (Expression::Not(part), _) => expand(part, !holds, chosen, cases),
        (Expression::All(parts), true) | (Expression::Any(parts), false) => {
            parts.iter().fold(cases, |cases, part| expand(part, holds, chosen, cases))
        }
        (Expression::Any(parts), true) | (Expression::All(parts), false) => {
            let is_chosen = |part: &&Expression| chosen.is_some_and(|own| std::ptr::eq(own, *part));
            let open: Vec<&Expression> = match parts.iter().find(is_chosen) {
                Some(chosen) => vec![chosen],
                None => parts.iter().collect(),
            };
            if open.len().saturating_mul(cases.len()) > MAX_CASES {
                return cases;
            }
            let split: Vec<_> = open
                .into_iter()
                .flat_map(|part| expand(part, holds, chosen, cases.clone()))
                .collect();
            if split.len() > MAX_CASES { cases } else { split }
        }
    }
}

#[cfg(test)]
mod tests;
