//! A detector as it is now, what it shall be, and the difference.

use std::collections::BTreeMap;

use aws_sdk_guardduty::types::{DetectorStatus, FeatureStatus};
use findings::Timestamp;
use serde::Serialize;

use super::{
    Change, Seat,
    features::{Wish, configurations, with_features},
    frequency::{Frequency, short},
    refused,
};

/// What GuardDuty says of the detector.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DetectorNow {
    pub(crate) id: String,
    pub(crate) enabled: bool,
    /// As the API writes it.
    pub(crate) frequency: String,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) features: BTreeMap<String, FeatureNow>,
}

/// One feature and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FeatureNow {
    pub(crate) on: bool,
    pub(crate) parts: BTreeMap<String, bool>,
}

/// What a person wants of a detector; nothing is said about the rest.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) enabled: Option<bool>,
    pub(crate) frequency: Option<Frequency>,
    pub(crate) features: Vec<Wish>,
}

impl Wanted {
    /// The same, with the features whose parts are named.
    pub(crate) fn for_detector(&self, now: Option<&DetectorNow>) -> Self {
        let is_on = |name: &str| {
            now.and_then(|now| now.features.get(name)).is_some_and(|feature| feature.on)
        };
        Self { features: with_features(&self.features, is_on), ..self.clone() }
    }
}

/// What has to be called.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    /// `None` makes a new one.
    pub(crate) detector_id: Option<String>,
    pub(crate) wanted: Wanted,
}

impl Seat {
    /// The account's detector here, if there is one.
    pub(crate) async fn detector(&self) -> anyhow::Result<Option<DetectorNow>> {
        let Some(id) = self.detector_id().await? else { return Ok(None) };
        let answer = self.guardduty().await.get_detector().detector_id(&id).send().await;
        let answer = answer.map_err(|error| refused("GetDetector", error, self))?;
        let is_on = |status: Option<&FeatureStatus>| status == Some(&FeatureStatus::Enabled);
        let features = answer.features().iter().filter_map(|feature| {
            let parts = feature
                .additional_configuration()
                .iter()
                .filter_map(|part| Some((part.name()?.as_str().to_owned(), is_on(part.status()))));
            let now = FeatureNow { on: is_on(feature.status()), parts: parts.collect() };
            Some((feature.name()?.as_str().to_owned(), now))
        });
        Ok(Some(DetectorNow {
            enabled: answer.status() == Some(&DetectorStatus::Enabled),
            frequency: answer
                .finding_publishing_frequency()
                .map(|own| own.as_str().to_owned())
                .unwrap_or_default(),
            created_at: answer.created_at().and_then(Timestamp::parse),
            features: features.collect(),
            id,
        }))
    }

    /// The detector's id. An account has one per Region at most.
    pub(crate) async fn detector_id(&self) -> anyhow::Result<Option<String>> {
        let listed = self.guardduty().await.list_detectors().send().await;
        let listed = listed.map_err(|error| refused("ListDetectors", error, self))?;
        Ok(listed.detector_ids().first().cloned())
    }

    /// The detector's id, or an error that says how to get one.
    pub(crate) async fn needed_detector(&self) -> anyhow::Result<String> {
        self.detector_id().await?.ok_or_else(|| none(self))
    }

    /// Makes or changes the detector, and looks whether it became so.
    pub(crate) async fn apply(&self, act: &Act) -> anyhow::Result<()> {
        let guardduty = self.guardduty().await;
        let Wanted { enabled, frequency, features } = &act.wanted;
        let features = Some(configurations(features)).filter(|all| !all.is_empty());
        let frequency = frequency.map(Frequency::sdk);
        match &act.detector_id {
            None => {
                let request = guardduty.create_detector().enable(enabled.unwrap_or(true));
                let request =
                    request.set_finding_publishing_frequency(frequency).set_features(features);
                request.send().await.map_err(|error| refused("CreateDetector", error, self))?;
            }
            Some(id) => {
                let request = guardduty.update_detector().detector_id(id).set_enable(*enabled);
                let request =
                    request.set_finding_publishing_frequency(frequency).set_features(features);
                request.send().await.map_err(|error| refused("UpdateDetector", error, self))?;
            }
        }
        let now = self.detector().await?.ok_or_else(|| none(self))?;
        let left = difference(Some(&now), &act.wanted);
        if left.is_empty() {
            return Ok(());
        }
        let left: Vec<_> = left
            .into_iter()
            .map(|change| format!("{} is still {}", change.what, change.from))
            .collect();
        Err(anyhow::anyhow!(
            "GuardDuty took the change in {self} and does not show it: {}; look again with `guardsift status`",
            left.join(", ")
        ))
    }
}

/// There is no detector where one is needed.
pub(crate) fn none(seat: &Seat) -> anyhow::Error {
    anyhow::anyhow!(
        "GuardDuty has no detector in {seat}; enable it with `guardsift enable --region {}`, or name another Region with --region",
        seat.region
    )
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// What is not as it shall be.
pub(crate) fn difference(now: Option<&DetectorNow>, wanted: &Wanted) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(enabled) = wanted.enabled
        && now.is_none_or(|now| now.enabled != enabled)
    {
        let from = match now {
            None => "no detector",
            Some(now) if now.enabled => "enabled",
            Some(_) => "suspended",
        };
        changes.push(Change::new("GuardDuty", from, if enabled { "enabled" } else { "suspended" }));
    }
    if let Some(frequency) = wanted.frequency
        && now.is_none_or(|now| now.frequency != frequency.as_api())
    {
        let from = now.map_or("–", |now| short(&now.frequency));
        changes.push(Change::new("publishing frequency", from, frequency.to_string()));
    }
    for wish in &wanted.features {
        let feature = now.and_then(|now| now.features.get(&wish.feature));
        let (name, state) = match &wish.part {
            None => (wish.feature.clone(), feature.map(|feature| feature.on)),
            Some(part) => {
                let own = feature.map(|feature| feature.parts.get(part).copied().unwrap_or(false));
                (format!("{}.{part}", wish.feature), own)
            }
        };
        if state != Some(wish.on) {
            changes.push(Change::new(name, state.map_or("–", word), word(wish.on)));
        }
    }
    if now.is_none() && !changes.is_empty() {
        changes.push(Change::new(
            "other features",
            "–",
            "as GuardDuty sets them for a new detector",
        ));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::features::wish;

    fn now() -> DetectorNow {
        let feature = |on| FeatureNow { on, parts: BTreeMap::new() };
        DetectorNow {
            id: "d".to_owned(),
            enabled: true,
            frequency: "SIX_HOURS".to_owned(),
            created_at: None,
            features: BTreeMap::from([
                ("S3_DATA_EVENTS".to_owned(), feature(true)),
                ("RUNTIME_MONITORING".to_owned(), feature(false)),
            ]),
        }
    }

    #[test]
    fn only_what_differs_changes() {
        let wanted = Wanted {
            enabled: Some(true),
            frequency: Some(Frequency::FifteenMinutes),
            features: vec![
                wish("S3_DATA_EVENTS=on").unwrap(),
                wish("RUNTIME_MONITORING.EC2_AGENT_MANAGEMENT=on").unwrap(),
            ],
        };
        let now = now();
        let changes = difference(Some(&now), &wanted.for_detector(Some(&now)));
        let shown: Vec<_> = changes
            .iter()
            .map(|own| (own.what.as_str(), own.from.as_str(), own.to.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("publishing frequency", "6h", "15m"),
                ("RUNTIME_MONITORING", "off", "on"),
                ("RUNTIME_MONITORING.EC2_AGENT_MANAGEMENT", "off", "on")
            ]
        );
        assert!(difference(Some(&now), &Wanted::default()).is_empty());
    }

    #[test]
    fn a_new_detector_says_what_else_comes_with_it() {
        let wanted = Wanted { enabled: Some(true), ..Wanted::default() };
        let changes = difference(None, &wanted);
        assert_eq!(changes.len(), 2);
        assert_eq!(changes[0].from, "no detector");
    }
}
