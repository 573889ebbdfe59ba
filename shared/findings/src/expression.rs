//! Conditions joined by all, any and not.

use crate::{Timestamp, Truth, condition::Condition, extract::Values};

/// What an expression is asked about: the values of one finding, and the moment of asking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'v, 'a> {
    pub(crate) values: &'v Values<'a>,
    pub(crate) as_of: Timestamp,
}

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
    pub(crate) fn evaluate(&self, subject: Subject<'_, '_>) -> Truth {
        match self {
            Self::Condition(condition) => condition.evaluate(subject),
            Self::All(parts) => Truth::all(parts.iter().map(|part| part.evaluate(subject))),
            Self::Any(parts) => Truth::any(parts.iter().map(|part| part.evaluate(subject))),
            Self::Not(part) => !part.evaluate(subject),
        }
    }

    /// The conditions without any of which it can't hold.
    pub(crate) fn required(&self) -> Vec<&Condition> {
        let mut required = Vec::new();
        self.each_required(&mut |condition| required.push(condition));
        required
    }

    /// Hands over each condition without which it can't hold.
    pub(crate) fn each_required<'e>(&'e self, act: &mut impl FnMut(&'e Condition)) {
        match self {
            Self::Condition(condition) => act(condition),
            Self::All(parts) => parts.iter().for_each(|part| part.each_required(act)),
            Self::Any(_) | Self::Not(_) => {}
        }
    }

    /// All conditions in the order they were written, and whether each is an exception: one that
    /// must not hold.
    pub(crate) fn conditions(&self) -> Vec<(&Condition, bool)> {
        match self {
            Self::Condition(condition) => vec![(condition, false)],
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().flat_map(Self::conditions).collect()
            }
            Self::Not(part) => part
                .conditions()
                .into_iter()
                .map(|(condition, is_exception)| (condition, !is_exception))
                .collect(),
        }
    }
}
