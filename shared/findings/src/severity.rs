//! A finding's severity: the number GuardDuty gives, and the level it belongs to.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

/// A severity as GuardDuty writes it: a finite number from 0 to 10.
///
/// A missing or unreadable severity is no `Severity` at all; it is never read as 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Severity(f64);

impl Severity {
    /// `None` unless `value` is a finite number from 0 to 10.
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=10.0).contains(&value).then_some(Self(value))
    }

    /// The highest that is documented as Low.
    pub(crate) const HIGHEST_LOW: Self = Self(3.9);

    /// The number itself.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The level by half-open bands, so that no decimal falls between two of them.
    ///
    /// GuardDuty documents Low 1.0–3.9, Medium 4.0–6.9, High 7.0–8.9 and Critical 9.0–10.0
    /// (User Guide, "Severity levels of GuardDuty findings").
    pub fn level(self) -> SeverityLevel {
        if self.0 < 4.0 {
            SeverityLevel::Low
        } else if self.0 < 7.0 {
            SeverityLevel::Medium
        } else if self.0 < 9.0 {
            SeverityLevel::High
        } else {
            SeverityLevel::Critical
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The four levels of the GuardDuty console, in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeverityLevel {
    /// Below 4.
    Low,
    /// From 4, below 7.
    Medium,
    /// From 7, below 9.
    High,
    /// From 9.
    Critical,
}

impl SeverityLevel {
    /// All levels in rising order.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The lowest severity that is documented for the level.
    pub fn least(self) -> u8 {
        match self {
            Self::Low => 1,
            Self::Medium => 4,
            Self::High => 7,
            Self::Critical => 9,
        }
    }

    /// The level's name in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for SeverityLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl Serialize for SeverityLevel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The text named no severity level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no severity level; use low, medium, high or critical")]
pub struct UnknownSeverityLevel(String);

impl FromStr for SeverityLevel {
    type Err = UnknownSeverityLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownSeverityLevel(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_falls_into_exactly_one_level() {
        use SeverityLevel::{Critical, High, Low, Medium};
        for (value, level) in [
            (0.0, Low),
            (1.0, Low),
            (3.9, Low),
            (3.95, Low),
            (4.0, Medium),
            (6.9, Medium),
            (6.95, Medium),
            (6.99, Medium),
            (7.0, High),
            (8.0, High),
            (8.9, High),
            (8.95, High),
            (8.999_999, High),
            (9.0, Critical),
            (10.0, Critical),
        ] {
            assert_eq!(Severity::new(value).unwrap().level(), level, "{value}");
        }
    }

    #[test]
    fn numbers_outside_the_scale_are_no_severity() {
        for value in [-1.0, -0.001, 10.001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Severity::new(value), None, "{value}");
        }
    }

    #[test]
    fn severities_and_levels_print_as_guardduty_writes_them() {
        assert_eq!(Severity::new(7.5).unwrap().to_string(), "7.5");
        assert_eq!(Severity::new(8.0).unwrap().to_string(), "8");
        assert_eq!(format!("{:>8}", SeverityLevel::High), "    high");
    }

    #[test]
    fn a_level_prints_back_what_it_was_read_from() {
        for level in SeverityLevel::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        assert!("severe".parse::<SeverityLevel>().is_err());
    }

    #[test]
    fn the_least_severity_of_a_level_is_in_it() {
        for level in SeverityLevel::ALL {
            let least = Severity::new(level.least().into()).unwrap();
            assert_eq!(least.level(), level);
        }
    }
}
