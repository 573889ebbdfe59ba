//! One condition on one attribute: an operator with its operand, compiled, then only evaluated.

use std::fmt;

use ipnet::IpNet;

use self::test::{Comparison, Scale, Test};
use crate::{
    Timestamp, Truth, attribute::Attribute, document::Span, expression::Subject, extract::Value,
};

pub(crate) mod compile;
mod operator;
pub(crate) mod test;

pub(crate) use operator::Operator;
pub(crate) use test::text;

/// A condition whose operand was understood when the rules were loaded.
#[derive(Debug, Clone)]
pub(crate) struct Condition {
    pub(crate) attribute: Target,
    pub(crate) operator: Operator,
    /// The operand as it was written, for people.
    pub(crate) operand: String,
    /// Where the attribute is named.
    pub(crate) named_at: Span,
    /// Where each value of the operand stands: those of a named list where the list is used.
    pub(crate) operands_at: Vec<Span>,
    /// Where the attribute's values stand in an extraction.
    slot: usize,
    test: Test,
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// A filter attribute.
    Attribute(&'static Attribute),
    /// The elements of a list, or an object: a path that attributes begin with.
    Elements(&'static str),
}

impl Target {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Attribute(attribute) => attribute.name,
            Self::Elements(name) => name,
        }
    }
}

impl Condition {
    /// Whether it holds when the attribute's only value is this one.
    pub(crate) fn selects(&self, value: &Value<'_>, as_of: Timestamp) -> bool {
        let holds = self.test.on(value, as_of);
        (if self.operator.is_negated() { !holds } else { holds }).is_true()
    }

    /// What it asks of one value.
    pub(crate) fn test(&self) -> &Test {
        &self.test
    }

    /// Where its values stand in an extraction.
    pub(crate) fn slot(&self) -> usize {
        self.slot
    }

    /// The texts one of which must be there for the condition to hold.
    pub(crate) fn equal_texts(&self) -> Option<&[String]> {
        match (&self.test, self.operator) {
            (Test::Text(texts), Operator::Equals) => Some(texts),
            _ => None,
        }
    }

    /// The networks one of which must hold an address for the condition to hold.
    pub(crate) fn networks(&self) -> Option<&[IpNet]> {
        match (&self.test, self.operator) {
            (Test::Cidr(networks), Operator::Cidr) => Some(networks),
            _ => None,
        }
    }

    /// The span of time, from and until in epoch milliseconds, in which a moment lies for which it
    /// holds; `None` when it asks anything else.
    pub(crate) fn span(&self) -> Option<(i64, i64)> {
        let Test::Order { scale: Scale::Time, comparison, bound } = self.test else { return None };
        if self.operator.is_negated() {
            return None;
        }
        // Bounds are whole milliseconds, like all moments.
        #[expect(clippy::cast_possible_truncation, reason = "a float beyond the range saturates")]
        let bound = bound as i64;
        Some(match comparison {
            Comparison::Greater => (bound.saturating_add(1), i64::MAX),
            Comparison::GreaterOrEqual => (bound, i64::MAX),
            Comparison::Less => (i64::MIN, bound),
            Comparison::LessOrEqual => (i64::MIN, bound.saturating_add(1)),
        })
    }

    /// Whether it can only hold when there is a value.
    pub(crate) fn needs_a_value(&self) -> bool {
        !matches!(self.test, Test::Exists(false))
    }

    /// The values the condition is about.
    pub(crate) fn values<'v, 'a>(&self, subject: Subject<'v, 'a>) -> &'v [Value<'a>] {
        subject.values.at(self.slot)
    }

    /// What the condition says about the values of its attribute.
    ///
    /// Any value may satisfy it; a negated operator asks that none does, `every` that all do.
    /// `null` is no value. Where there is none, or none that can be compared, the answer is
    /// unknown, except for `exists`.
    pub(crate) fn evaluate(&self, subject: Subject<'_, '_>) -> Truth {
        let mut known =
            self.values(subject).iter().filter(|value| !matches!(value, Value::Null)).peekable();
        if let Test::Exists(expected) = self.test {
            return Truth::from(known.peek().is_some() == expected);
        }
        if known.peek().is_none() {
            return Truth::Unknown;
        }
        let answers = known.map(|value| self.test.on(value, subject.as_of));
        match self.operator {
            Operator::Every => Truth::all(answers),
            operator if operator.is_negated() => !Truth::any(answers),
            _ => Truth::any(answers),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.attribute.name(), self.operator, self.operand)
    }
}

/// The address that a text writes; an IPv4-mapped IPv6 address is its IPv4 one.
pub(crate) fn address(text: &str) -> Option<std::net::IpAddr> {
    text.trim().parse().ok().map(|address: std::net::IpAddr| address.to_canonical())
}

/// Whether one of the networks contains the address.
fn contains(networks: &[IpNet], address: std::net::IpAddr) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests;
