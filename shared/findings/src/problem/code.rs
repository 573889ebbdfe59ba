//! The stable names of what can be wrong with a rule file.

use std::fmt;

use serde::{Serialize, Serializer};

/// What kind of problem it is. A code never changes its meaning and is never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The text is no YAML, or more than its reader's budget allows.
    Syntax,
    /// An attribute that GuardDuty does not have.
    UnknownAttribute,
    /// An operator that does not exist, or not on this attribute.
    UnknownOperator,
    /// An operand that the operator can't use.
    BadOperand,
    /// A field that rule files don't have.
    UnknownField,
    /// A field that has to be there.
    MissingField,
    /// A field whose value can't be used.
    BadValue,
    /// A name that stands for two things.
    DuplicateName,
    /// A name that stands for nothing.
    UnknownName,
    /// `strict` asks for who, why or until when.
    Unaccountable,
}

impl Code {
    /// The code as people quote it: `GS0002`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "GS0001",
            Self::UnknownAttribute => "GS0002",
            Self::UnknownOperator => "GS0003",
            Self::BadOperand => "GS0004",
            Self::UnknownField => "GS0005",
            Self::MissingField => "GS0006",
            Self::BadValue => "GS0007",
            Self::DuplicateName => "GS0008",
            Self::UnknownName => "GS0009",
            Self::Unaccountable => "GS0010",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
