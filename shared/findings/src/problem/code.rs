//! The stable names of what can be wrong with a rule file.

use std::fmt;

use serde::{Serialize, Serializer};

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing, and possibly meant.
    Note,
    /// Loads and decides, but probably not as it was meant.
    Warning,
    /// The rule set does not load.
    Error,
}

impl Level {
    /// The level's name: `note`, `warning` or `error`, which are also SARIF's.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Writes every code once: its name, its number, its level and what it says.
macro_rules! codes {
    ($($name:ident $code:literal $level:ident $summary:literal)+) => {
        /// What kind of problem it is. A code never changes its meaning and is never used again.
        ///
        /// Those below `GS0100` keep a rule set from loading; the others are found in one that loads.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $name,)+
        }

        impl Code {
            /// All codes in their order.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code as people quote it: `GS0002`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }

            /// How much such a problem matters.
            pub fn level(self) -> Level {
                match self {
                    $(Self::$name => Level::$level,)+
                }
            }

            /// What such a problem is, in a sentence.
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$name => $summary,)+
                }
            }
        }
    };
}

codes! {
    Syntax "GS0001" Error "The text is no YAML, or more than its reader's budget allows."
    UnknownAttribute "GS0002" Error "An attribute that GuardDuty does not have."
    UnknownOperator "GS0003" Error "An operator that does not exist, or not on this attribute."
    BadOperand "GS0004" Error "An operand that the operator can't use."
    UnknownField "GS0005" Error "A field that rule files don't have."
    MissingField "GS0006" Error "A field that has to be there."
    BadValue "GS0007" Error "A field whose value can't be used."
    DuplicateName "GS0008" Error "A name that stands for two things."
    UnknownName "GS0009" Error "A name that stands for nothing."
    Unaccountable "GS0010" Error "`strict` asks for who, why or until when."
    WithdrawnAttribute "GS0011" Error "An attribute that GuardDuty had and took back."
    ImpossibleBand "GS0101" Warning "A range of severities that no severity is in, or every one."
    BandGap "GS0102" Note "A closed range of severities that leaves a gap to the next."
    Contradiction "GS0103" Warning "Conditions that can't hold together."
    DuplicateRule "GS0104" Warning "A rule that says what an earlier one says."
    ShadowedRule "GS0105" Warning "A rule that never decides, because earlier ones always do."
    AboveCeiling "GS0106" Warning "A rule whose every archiving is overruled by the ceiling."
    PartlyAboveCeiling "GS0107" Warning "A rule whose archiving is overruled for some severities."
    Siblings "GS0108" Warning "A pattern that begins with a known type and covers others, too."
    UnknownType "GS0109" Warning "A finding type, or a pattern, that is none of the known types."
    RetiredType "GS0110" Warning "A finding type that GuardDuty no longer reports."
    NegationOverMissing "GS0111" Warning "A negation that fails where the finding lacks the attribute."
    Expired "GS0112" Warning "A rule whose time is over."
    ExpiresSoon "GS0113" Warning "A rule whose time is over within 30 days."
    BeyondNativeFilter "GS0114" Note "More than a filter of GuardDuty itself may hold."
    Untested "GS0115" Note "A rule without a case."
    ArchiveAtOnce "GS0116" Note "A rule that archives without a hold."
    AnyElementSuffices "GS0117" Warning "One friendly address in a list hides a hostile one."
    PrivateWebhook "GS0118" Note "A webhook that is used only where the settings allow it."
    UnusedDestination "GS0119" Warning "A destination that nothing is sent to."
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_rise_and_their_number_tells_whether_the_rules_load() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(codes.is_sorted_by(|left, right| left < right), "{codes:?}");
        for code in Code::ALL {
            let loads = code.as_str() > "GS0100";
            assert_eq!(code.level() == Level::Error, !loads, "{code}");
        }
    }
}
