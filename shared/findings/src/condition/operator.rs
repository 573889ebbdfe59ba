//! The operators of conditions, in GuardDuty's words and its deprecated short forms.

use std::fmt;

/// An operator. All but the last four are GuardDuty's own (API reference, `Condition`).
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
    Exists,
    Tag,
}

impl Operator {
    pub(crate) const ALL: [Self; 12] = [
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
        Self::Exists,
        Self::Tag,
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
            Self::Exists => "exists",
            Self::Tag => "tag",
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

    /// Whether it asks that no value satisfies its test.
    pub(crate) fn is_negated(self) -> bool {
        matches!(self, Self::NotEquals | Self::NotMatches | Self::NotCidr)
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
