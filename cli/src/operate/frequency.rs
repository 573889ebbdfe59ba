//! How often GuardDuty hands over new occurrences of a finding.

use std::fmt;

use aws_sdk_guardduty::types::FindingPublishingFrequency;
use clap::ValueEnum;

/// The three that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Frequency {
    /// Every 15 minutes
    #[value(name = "15m", alias = "FIFTEEN_MINUTES")]
    FifteenMinutes,
    /// Every hour
    #[value(name = "1h", alias = "ONE_HOUR")]
    OneHour,
    /// Every six hours: what GuardDuty takes when nothing is said
    #[value(name = "6h", alias = "SIX_HOURS")]
    SixHours,
}

impl Frequency {
    pub(crate) fn sdk(self) -> FindingPublishingFrequency {
        match self {
            Self::FifteenMinutes => FindingPublishingFrequency::FifteenMinutes,
            Self::OneHour => FindingPublishingFrequency::OneHour,
            Self::SixHours => FindingPublishingFrequency::SixHours,
        }
    }

    /// As the API writes it.
    pub(crate) fn as_api(self) -> &'static str {
        match self {
            Self::FifteenMinutes => "FIFTEEN_MINUTES",
            Self::OneHour => "ONE_HOUR",
            Self::SixHours => "SIX_HOURS",
        }
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(short(self.as_api()))
    }
}

/// `15m` for `FIFTEEN_MINUTES`; what is new stays as it is.
pub(crate) fn short(api: &str) -> &str {
    match api {
        "FIFTEEN_MINUTES" => "15m",
        "ONE_HOUR" => "1h",
        "SIX_HOURS" => "6h",
        other => other,
    }
}
