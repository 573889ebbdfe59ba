//! Finds the rules and the alternatives that nothing can make hold.

use crate::{
    Rule,
    expression::Expression,
    implication::{Cases, Conflict},
};

/// What keeps the rule from ever matching; else what keeps each of its alternatives from it.
pub(super) fn conflicts<'r>(rule: &'r Rule, cases: &Cases<'r>) -> Vec<Conflict<'r>> {
    match cases.conflict() {
        Some(conflict) => vec![conflict],
        None => alternatives(&rule.when)
            .into_iter()
            .filter_map(|alternative| Cases::choosing(&rule.when, alternative).conflict())
            .collect(),
    }
}

/// The alternatives of every `any` that must hold. Those of `unless` may fail, so that nothing
/// is wrong when they must.
fn alternatives(expression: &Expression) -> Vec<&Expression> {
    match expression {
        Expression::Condition(_) | Expression::Not(_) => Vec::new(),
        Expression::All(parts) => parts.iter().flat_map(alternatives).collect(),
        Expression::Any(parts) => parts.iter().chain(parts.iter().flat_map(alternatives)).collect(),
    }
}
