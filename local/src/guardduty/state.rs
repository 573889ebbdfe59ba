//! Everything GuardDuty remembers in one account and Region.

use std::collections::BTreeMap;
use std::time::Duration;

use findings::{Finding, Timestamp};
use serde_json::Value;

use super::{
    body::Scene, call::Call, destinations::PublishingDestination, error::ApiError,
    features::Features, filters::SavedFilter, finding_store::Findings, members::Member,
    organization::Organization, truth::Version, wide::Wide,
};

/// The account and Region that a detector lives in.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) account_id: String,
    pub(crate) region: String,
}

impl Home {
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.split('-').next() {
            Some("cn") => "aws-cn",
            Some("eusc") => "aws-eusc",
            _ if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn arn(&self, resource: &str) -> String {
        format!("arn:{}:guardduty:{}:{}:{resource}", self.partition(), self.region, self.account_id)
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene { account_id: &self.account_id, region: &self.region, partition: self.partition() }
    }
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) home: Home,
    pub(crate) wide: Wide,
    /// An account has at most one detector per Region.
    pub(crate) detector: Option<Detector>,
    pub(crate) organization: Organization,
    pub(crate) tags: BTreeMap<String, BTreeMap<String, String>>,
    pub(crate) versions: Vec<Version>,
    /// Answers by operation and `clientToken`, for clients that repeat a call.
    pub(crate) answered: BTreeMap<(&'static str, String), Value>,
    /// Events that wait to be sent when the state is unlocked.
    pub(crate) outbox: Vec<Value>,
    serial: u64,
}

impl State {
    pub(crate) fn new(home: Home, wide: Wide) -> Self {
        Self {
            home,
            wide,
            detector: None,
            organization: Organization::default(),
            tags: BTreeMap::new(),
            versions: Vec::new(),
            answered: BTreeMap::new(),
            outbox: Vec::new(),
            serial: 0,
        }
    }

    /// The next number of this run, for identifiers that nothing else tells apart.
    pub(crate) fn serial(&mut self) -> String {
        self.serial += 1;
        self.serial.to_string()
    }

    /// The detector that the path names, which must be the one of this account.
    pub(crate) fn detector(&self, call: &Call) -> Result<&Detector, ApiError> {
        let named = |detector: &&Detector| detector.id == call.parameter(0);
        self.detector.as_ref().filter(named).ok_or_else(ApiError::foreign_detector)
    }

    pub(crate) fn detector_mut(&mut self, call: &Call) -> Result<&mut Detector, ApiError> {
        let named = |detector: &&mut Detector| detector.id == call.parameter(0);
        self.detector.as_mut().filter(named).ok_or_else(ApiError::foreign_detector)
    }
}

#[derive(Debug)]
pub(crate) struct Detector {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) enabled: bool,
    pub(crate) frequency: Frequency,
    pub(crate) features: Features,
    pub(crate) filters: BTreeMap<String, SavedFilter>,
    pub(crate) findings: Findings,
    pub(crate) destination: Option<PublishingDestination>,
    pub(crate) members: BTreeMap<String, Member>,
}

impl Detector {
    /// Whether a filter with the action `ARCHIVE` matches.
    ///
    /// `rank` orders filters, and since one match is enough, the order cannot change the answer.
    pub(crate) fn suppresses(&self, finding: &Finding) -> bool {
        self.filters.values().any(|filter| filter.archives && filter.criteria.matches(finding))
    }
}

/// How often new occurrences of a known finding are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Frequency {
    FifteenMinutes,
    OneHour,
    SixHours,
}

impl Frequency {
    pub(crate) fn read(call: &Call) -> Result<Option<Self>, ApiError> {
        let name = "findingPublishingFrequency";
        match call.text(name)? {
            None => Ok(None),
            Some("FIFTEEN_MINUTES") => Ok(Some(Self::FifteenMinutes)),
            Some("ONE_HOUR") => Ok(Some(Self::OneHour)),
            Some("SIX_HOURS") => Ok(Some(Self::SixHours)),
            Some(_) => Err(ApiError::invalid(name, "FIFTEEN_MINUTES, ONE_HOUR or SIX_HOURS")),
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::FifteenMinutes => "FIFTEEN_MINUTES",
            Self::OneHour => "ONE_HOUR",
            Self::SixHours => "SIX_HOURS",
        }
    }

    pub(crate) fn interval(self) -> Duration {
        Duration::from_secs(match self {
            Self::FifteenMinutes => 15 * 60,
            Self::OneHour => 60 * 60,
            Self::SixHours => 6 * 60 * 60,
        })
    }
}

/// A modelled timestamp on the wire: epoch seconds with a fraction.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of any real date fit in 53 bits")]
pub(crate) fn epoch_seconds(moment: Timestamp) -> f64 {
    moment.epoch_millis() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_partition_of_its_region() {
        for (region, partition) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let home = Home { account_id: "111122223333".to_owned(), region: region.to_owned() };
            let expected = format!("arn:{partition}:guardduty:{region}:111122223333:detector/d");
            assert_eq!(home.arn("detector/d"), expected);
        }
    }
}
