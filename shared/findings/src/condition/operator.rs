//! The operators of conditions, in GuardDuty's words and its deprecated short forms.

use std::fmt;

/// An operator. Those up to `NotMatches` are GuardDuty's own (API reference, `Condition`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    NotEquals,
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Matches,
    NotMatches,
    Cidr,
    NotCidr,
    Regex,
    NotRegex,
    Exists,
    OlderThan,
    NewerThan,
    Tag,
    Element,
    Every,
}

impl Operator {
    pub(crate) const ALL: [Self; 18] = [
        Self::Equals,
        Self::NotEquals,
        Self::GreaterThan,
        Self::GreaterThanOrEqual,
        Self::LessThan,
        Self::LessThanOrEqual,
        Self::Matches,
        Self::NotMatches,
        Self::Cidr,
        Self::NotCidr,
        Self::Regex,
        Self::NotRegex,
        Self::Exists,
        Self::OlderThan,
        Self::NewerThan,
        Self::Tag,
        Self::Element,
        Self::Every,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Equals => "equals",
            Self::NotEquals => "notEquals",
            Self::GreaterThan => "greaterThan",
            Self::GreaterThanOrEqual => "greaterThanOrEqual",
            Self::LessThan => "lessThan",
            Self::LessThanOrEqual => "lessThanOrEqual",
            Self::Matches => "matches",
            Self::NotMatches => "notMatches",
            Self::Cidr => "cidr",
            Self::NotCidr => "notCidr",
            Self::Regex => "regex",
            Self::NotRegex => "notRegex",
            Self::Exists => "exists",
            Self::OlderThan => "olderThan",
            Self::NewerThan => "newerThan",
            Self::Tag => "tag",
            Self::Element => "element",
            Self::Every => "every",
        }
    }

    /// Reads a name in either casing of its first letter, or a deprecated short form.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let short = match name {
            "eq" | "Eq" => Some(Self::Equals),
            "neq" | "Neq" => Some(Self::NotEquals),
            "gt" | "Gt" => Some(Self::GreaterThan),
            "gte" | "Gte" => Some(Self::GreaterThanOrEqual),
            "lt" | "Lt" => Some(Self::LessThan),
            "lte" | "Lte" => Some(Self::LessThanOrEqual),
            _ => None,
        };
        let is_named = |operator: &Self| {
            let own = operator.name();
            own.get(1..) == name.get(1..)
                && own.get(..1).is_some_and(|first| {
                    name.get(..1).is_some_and(|given| given.eq_ignore_ascii_case(first))
                })
        };
        short.or_else(|| Self::ALL.into_iter().find(is_named))
    }

    /// Whether it is GuardDuty's own.
    pub(crate) fn is_native(self) -> bool {
        self.is_order()
            || matches!(self, Self::Equals | Self::NotEquals | Self::Matches | Self::NotMatches)
    }

    /// Whether it compares with a bound.
    pub(crate) fn is_order(self) -> bool {
        matches!(
            self,
            Self::GreaterThan | Self::GreaterThanOrEqual | Self::LessThan | Self::LessThanOrEqual
        )
    }

    /// Whether it asks that no value satisfies its test.
    pub(crate) fn is_negated(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotMatches | Self::NotCidr | Self::NotRegex)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
