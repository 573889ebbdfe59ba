//! Three-valued truth: what a condition says about a finding that may lack what it asks for.

use std::ops::Not;

use serde::Serialize;

/// Kleene's three truth values.
///
/// | and | true | unknown | false |   | or | true | unknown | false |   | not | |
/// |---|---|---|---|---|---|---|---|---|---|---|---|
/// | **true** | true | unknown | false | | **true** | true | true | true | | true | false |
/// | **unknown** | unknown | unknown | false | | **unknown** | true | unknown | unknown | | unknown | unknown |
/// | **false** | false | false | false | | **false** | true | unknown | false | | false | true |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// Known to hold.
    True,
    /// Known not to hold.
    False,
    /// The finding does not say.
    Unknown,
}

impl Truth {
    /// Whether it is known to hold; unknown is not.
    pub fn is_true(self) -> bool {
        self == Self::True
    }

    /// True when all are; false as soon as one is. True for none.
    pub fn all(values: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Self::True;
        for value in values {
            match value {
                Self::False => return Self::False,
                Self::Unknown => all = Self::Unknown,
                Self::True => {}
            }
        }
        all
    }

    /// True as soon as one is; false when all are. False for none.
    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        !Self::all(values.into_iter().map(Not::not))
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{False, True, Unknown};
    use super::*;

    #[test]
    fn and_or_and_not_follow_the_table() {
        let both = [
            (True, True, True, True),
            (True, Unknown, Unknown, True),
            (True, False, False, True),
            (Unknown, Unknown, Unknown, Unknown),
            (Unknown, False, False, Unknown),
            (False, False, False, False),
        ];
        for (left, right, and, or) in both {
            for pair in [[left, right], [right, left]] {
                assert_eq!(Truth::all(pair), and, "{pair:?}");
                assert_eq!(Truth::any(pair), or, "{pair:?}");
            }
        }
        assert_eq!([!True, !Unknown, !False], [False, Unknown, True]);
        assert_eq!((Truth::all([]), Truth::any([])), (True, False));
        assert!(True.is_true() && !Unknown.is_true() && !False.is_true());
    }
}
