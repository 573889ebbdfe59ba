//! Conditions joined by all, any and not.

use crate::{Truth, condition::Condition, extract::Values};

/// What must hold for a rule, a route or a filter.
#[derive(Debug, Clone)]
pub(crate) enum Expression {
    /// One condition.
    Condition(Box<Condition>),
    /// Every one of them; none at all holds for every finding.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
    /// Not this one.
    Not(Box<Self>),
}

impl Expression {
    pub(crate) fn evaluate(&self, values: &Values<'_>) -> Truth {
        match self {
            Self::Condition(condition) => condition.evaluate(values),
            Self::All(parts) => Truth::all(parts.iter().map(|part| part.evaluate(values))),
            Self::Any(parts) => Truth::any(parts.iter().map(|part| part.evaluate(values))),
            Self::Not(part) => !part.evaluate(values),
        }
    }

    /// All conditions, in the order they were written.
    pub(crate) fn conditions(&self) -> Vec<&Condition> {
        match self {
            Self::Condition(condition) => vec![condition],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
            Self::Not(part) => part.conditions(),
        }
    }
}
