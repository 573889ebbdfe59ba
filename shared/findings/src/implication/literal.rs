//! A condition whose answer is known, and what that says about the attribute's values.

use super::Predicate;
use crate::{
    condition::{Condition, Operator, test::Test},
    expression::Expression,
};

/// A condition that is known to hold, or known to fail.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal<'r> {
    pub(crate) condition: &'r Condition,
    pub(crate) holds: bool,
}

/// What a literal says. All but `Absent` say that there is a value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim<'r> {
    /// There is a value.
    Present,
    /// There is none.
    Absent,
    /// It is true of at least one value.
    Some(Predicate<'r>),
    /// It is true of every value.
    All(Predicate<'r>),
}

impl<'r> Literal<'r> {
    pub(crate) fn claim(&self) -> Claim<'r> {
        let test = self.condition.test();
        match (test, self.condition.operator) {
            (Test::Exists(expected), _) if *expected == self.holds => Claim::Present,
            (Test::Exists(_), _) => Claim::Absent,
            (_, Operator::Every) if self.holds => Claim::All(Predicate { test, holds: true }),
            (_, Operator::Every) => Claim::Some(Predicate { test, holds: false }),
            (_, operator) if operator.is_negated() == self.holds => {
                Claim::All(Predicate { test, holds: false })
            }
            _ => Claim::Some(Predicate { test, holds: true }),
        }
    }
}

/// Every condition with the answer that lets the expression hold, in the order they were written;
/// those on the elements of a list included.
pub(crate) fn literals(expression: &Expression) -> Vec<Literal<'_>> {
    let mut found = Vec::new();
    collect(expression, true, &mut found);
    found
}

fn collect<'r>(expression: &'r Expression, holds: bool, found: &mut Vec<Literal<'r>>) {
    match expression {
        Expression::Condition(condition) => {
            found.push(Literal { condition, holds });
            if let Test::Object(criteria) = condition.test() {
                collect(&criteria.when, holds, found);
            }
        }
        Expression::All(parts) | Expression::Any(parts) => {
            for part in parts {
                collect(part, holds, found);
            }
        }
        Expression::Not(part) => collect(part, !holds, found),
    }
}
