//! What a condition asks of one value.

use std::{borrow::Cow, time::Duration};

use ipnet::IpNet;
use regex::Regex;

use super::{address, contains};
use crate::{
    Severity, Timestamp, Truth,
    expression::{Expression, Subject},
    extract::{Paths, Value},
    glob::Glob,
    header,
};

/// A test of one value. A value that can't be compared is unknown, never unequal.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    /// Is one of these texts.
    Text(Vec<String>),
    /// Is one of these numbers.
    Number(Vec<NumberOperand>),
    /// The same for a severity, which only a JSON number from 0 to 10 is.
    Severity(Vec<NumberOperand>),
    /// Is one of these booleans.
    Boolean(Vec<bool>),
    /// Is one of these moments, in epoch milliseconds.
    Time(Vec<i64>),
    /// Compares with a bound.
    Order { scale: Scale, comparison: Comparison, bound: f64 },
    /// Is covered by one of these patterns.
    Glob(Vec<Glob>),
    /// Is an address in one of these networks.
    Cidr(Vec<IpNet>),
    /// Contains what one of these expressions describes.
    Regex(Vec<Regex>),
    /// Is there, or is not.
    Exists(bool),
    /// Is a moment at least this long ago, or less long.
    Age { older: bool, than: Duration },
    /// Is an object whose `key` and `value` are one of these pairs.
    Pair(Vec<(String, String)>),
    /// Is an object for which these criteria hold.
    Object(Box<Criteria>),
}

/// Criteria on one object, with the walk that finds what they read.
#[derive(Debug, Clone)]
pub(crate) struct Criteria {
    pub(crate) when: Expression,
    pub(crate) paths: Paths,
}

/// A number to equal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NumberOperand {
    /// Exactly this one.
    Exact(f64),
    /// Any number with this integer part: GuardDuty's filters name 8.0–8.9 by `"8"`.
    IntegerPart(f64),
}

/// What a value is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Number,
    Severity,
    Time,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Test {
    pub(crate) fn on(&self, value: &Value<'_>, as_of: Timestamp) -> Truth {
        let answer = match self {
            Self::Text(texts) => text(value).map(|found| texts.iter().any(|text| *text == found)),
            Self::Number(operands) => number(value).map(|found| equals(operands, found)),
            Self::Severity(operands) => severity(value).map(|found| equals(operands, found)),
            Self::Boolean(flags) => header::boolean(value).map(|found| flags.contains(&found)),
            Self::Time(moments) => {
                header::time(value).map(|found| moments.contains(&found.epoch_millis()))
            }
            Self::Order { scale, comparison, bound } => {
                scale.measure(value).map(|found| comparison.holds(found, *bound))
            }
            Self::Glob(patterns) => {
                text(value).map(|found| patterns.iter().any(|pattern| pattern.matches(&found)))
            }
            Self::Cidr(networks) => text(value)
                .and_then(|found| address(&found))
                .map(|address| contains(networks, address)),
            Self::Regex(expressions) => text(value)
                .map(|found| expressions.iter().any(|expression| expression.is_match(&found))),
            Self::Exists(expected) => Some(*expected),
            Self::Age { older, than } => {
                header::time(value).map(|found| (found + *than <= as_of) == *older)
            }
            Self::Object(criteria) => return criteria.on(value, as_of),
            Self::Pair(pairs) => pair(value).map(|(key, value)| {
                pairs.iter().any(|(own_key, own_value)| *own_key == key && *own_value == value)
            }),
        };
        answer.map_or(Truth::Unknown, Truth::from)
    }
}

impl Criteria {
    fn on(&self, value: &Value<'_>, as_of: Timestamp) -> Truth {
        let Value::Object(json) = value else { return Truth::Unknown };
        match self.paths.extract(json) {
            Ok(values) => self.when.evaluate(Subject { values: &values, as_of }),
            Err(_) => Truth::Unknown,
        }
    }
}

impl Scale {
    fn measure(self, value: &Value<'_>) -> Option<f64> {
        match self {
            Self::Number => number(value),
            Self::Severity => severity(value),
            #[expect(clippy::cast_precision_loss, reason = "exact for 285,000 years")]
            Self::Time => header::time(value).map(|moment| moment.epoch_millis() as f64),
        }
    }
}

impl Comparison {
    /// The comparison that holds for exactly the other numbers.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
        }
    }

    fn holds(self, found: f64, bound: f64) -> bool {
        match self {
            Self::Greater => found > bound,
            Self::GreaterOrEqual => found >= bound,
            Self::Less => found < bound,
            Self::LessOrEqual => found <= bound,
        }
    }
}

#[expect(clippy::float_cmp, reason = "both sides were read from decimal text by the same parser")]
fn equals(operands: &[NumberOperand], found: f64) -> bool {
    operands.iter().any(|operand| match operand {
        NumberOperand::Exact(number) => *number == found,
        NumberOperand::IntegerPart(part) => *part == found.trunc(),
    })
}

/// A scalar as text, the way GuardDuty's own filters compare all of them.
pub(crate) fn text<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Number(digits) => Some(Cow::Borrowed(digits)),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Object(_) => None,
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    let digits = match value {
        Value::Number(digits) => digits,
        Value::Text(text) => text.as_ref(),
        _ => return None,
    };
    digits.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

fn severity(value: &Value<'_>) -> Option<f64> {
    header::severity(value).map(Severity::value)
}

/// The `key` and `value` of one element of a list of tags.
fn pair(value: &Value<'_>) -> Option<(String, String)> {
    static PAIR: std::sync::LazyLock<Paths> =
        std::sync::LazyLock::new(|| Paths::new(["key", "value"]));
    let Value::Object(json) = value else { return None };
    let members = PAIR.extract(json).ok()?;
    let own = |slot| members.at(slot).first().and_then(text).map(Cow::into_owned);
    Some((own(0)?, own(1)?))
}
