//! Conditions in the form that other languages have: joined by all and any, negation at the leaves.

use crate::{
    condition::{Condition, Operator},
    expression::Expression,
};

/// An expression whose groups are flat and whose negations stand at its conditions.
#[derive(Debug)]
pub(super) enum Formula<'c> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Literal(Literal<'c>),
}

/// A condition, or that it is known not to hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Literal<'c> {
    pub(super) condition: &'c Condition,
    /// Whether the condition has to hold; otherwise it has to be false.
    pub(super) holds: bool,
}

/// How many of an attribute's values have to satisfy the test of its condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    /// One is enough.
    Some,
    /// There are values, and all are known not to.
    None,
    /// There are values, and all do.
    Every,
    /// One is known not to.
    NotEvery,
}

impl Literal<'_> {
    pub(super) fn quantity(self) -> Quantity {
        match self.condition.operator {
            Operator::Every if self.holds => Quantity::Every,
            Operator::Every => Quantity::NotEvery,
            operator if operator.is_negated() != self.holds => Quantity::Some,
            _ => Quantity::None,
        }
    }
}

impl<'c> Formula<'c> {
    /// De Morgan's laws hold for three truth values, too, so nothing changes its meaning.
    pub(super) fn of(expression: &'c Expression) -> Self {
        Self::signed(expression, true)
    }

    /// The parts that must all hold.
    pub(super) fn into_parts(self) -> Vec<Self> {
        match self {
            Self::All(parts) => parts,
            other => vec![other],
        }
    }

    fn signed(expression: &'c Expression, holds: bool) -> Self {
        match (expression, holds) {
            (Expression::Condition(condition), _) => Self::Literal(Literal { condition, holds }),
            (Expression::Not(part), _) => Self::signed(part, !holds),
            (Expression::All(parts), true) | (Expression::Any(parts), false) => {
                let parts = parts.iter().map(|part| Self::signed(part, holds));
                Self::flat(parts, Self::All, |part| match part {
                    Self::All(inner) => Ok(inner),
                    other => Err(other),
                })
            }
            (Expression::Any(parts), true) | (Expression::All(parts), false) => {
                let parts = parts.iter().map(|part| Self::signed(part, holds));
                Self::flat(parts, Self::Any, |part| match part {
                    Self::Any(inner) => Ok(inner),
                    other => Err(other),
                })
            }
        }
    }

    fn flat(
        parts: impl Iterator<Item = Self>,
        group: impl Fn(Vec<Self>) -> Self,
        open: impl Fn(Self) -> Result<Vec<Self>, Self>,
    ) -> Self {
        let mut members = Vec::new();
        for part in parts {
            match open(part) {
                Ok(inner) => members.extend(inner),
                Err(part) => members.push(part),
            }
        }
        match members.pop() {
            Some(only) if members.is_empty() => only,
            last => {
                members.extend(last);
                group(members)
            }
        }
    }
}
