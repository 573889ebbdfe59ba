//! One condition on one value of an event: the operators of a pattern's leaf lists.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

/// A condition on a single scalar, or on the absence of any.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Matcher {
    Exact(Scalar),
    Text(TextMatcher),
    AnythingBut(Vec<Self>),
    Numeric(Vec<(Comparison, f64)>),
    Cidr(IpNet),
    /// `true`: there is a value. `false`: there is none.
    Exists(bool),
}

/// A scalar as Event Ruler sees it: 8 and 8.0 are one number, "8" is another thing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

/// A condition on a string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TextMatcher {
    Prefix(String),
    PrefixIgnoreCase(String),
    Suffix(String),
    SuffixIgnoreCase(String),
    EqualsIgnoreCase(String),
    /// The literal pieces around each `*`.
    Wildcard(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Scalar {
    /// The scalar in `value`; nothing for arrays and objects.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::Bool(flag) => Some(Self::Bool(*flag)),
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Some(Self::Text(text.clone())),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl Matcher {
    /// Does a value that is there match?
    pub(super) fn matches(&self, value: &Scalar) -> bool {
        match self {
            Self::Exact(wanted) => wanted == value,
            Self::Text(matcher) => matches!(value, Scalar::Text(text) if matcher.matches(text)),
            Self::AnythingBut(excluded) => !excluded.iter().any(|matcher| matcher.matches(value)),
            Self::Numeric(bounds) => {
                matches!(value, Scalar::Number(number) if bounds.iter().all(|(op, bound)| op.holds(*number, *bound)))
            }
            Self::Cidr(net) => matches!(value, Scalar::Text(text) if contains(net, text)),
            Self::Exists(wanted) => *wanted,
        }
    }

    /// Does the absence of any value match?
    pub(super) fn matches_absence(&self) -> bool {
        matches!(self, Self::Exists(false))
    }
}

impl TextMatcher {
    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Prefix(prefix) => text.starts_with(prefix.as_str()),
            Self::PrefixIgnoreCase(prefix) => {
                text.to_lowercase().starts_with(&prefix.to_lowercase())
            }
            Self::Suffix(suffix) => text.ends_with(suffix.as_str()),
            Self::SuffixIgnoreCase(suffix) => text.to_lowercase().ends_with(&suffix.to_lowercase()),
            Self::EqualsIgnoreCase(wanted) => text.to_lowercase() == wanted.to_lowercase(),
            Self::Wildcard(pieces) => wildcard(pieces, text),
        }
    }
}

impl Comparison {
    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Equal => left == right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

fn contains(net: &IpNet, text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|address| net.contains(&address))
}

/// The first piece must start the text, the last must end it, the others follow each other: the leftmost find is always right.
fn wildcard(pieces: &[String], text: &str) -> bool {
    let Some((first, rest)) = pieces.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return text == first };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some((_, after)) = rest.split_once(piece.as_str()) else { return false };
        rest = after;
    }
    rest.ends_with(last.as_str())
}
