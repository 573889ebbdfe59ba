//! What the screen says of places that are well, broken and without GuardDuty.

use std::collections::BTreeMap;

use super::*;
use crate::operate::detector::{DetectorNow, FeatureNow};

fn place(region: &str, state: State) -> Health {
    let feature =
        |on| FeatureNow { on, parts: BTreeMap::from([("EKS_ADDON_MANAGEMENT".to_owned(), true)]) };
    Health {
        account: Some("111122223333".to_owned()),
        region: region.to_owned(),
        state,
        detector: Some(DetectorNow {
            id: "d1".to_owned(),
            enabled: state == State::Enabled,
            frequency: "FIFTEEN_MINUTES".to_owned(),
            created_at: None,
            features: BTreeMap::from([
                ("RUNTIME_MONITORING".to_owned(), feature(true)),
                ("FLOW_LOGS".to_owned(), feature(true)),
            ]),
        }),
        destination: Some(Some(Destination {
            id: "x".to_owned(),
            status: "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY".to_owned(),
            arn: Some("arn:aws:s3:::exports/findings".to_owned()),
            key_arn: None,
            expected_bucket_owner: None,
            failing_since: None,
        })),
        open_findings: Some(Open { critical: 1, high: 2, medium: 3, low: 4 }),
        administrator: None,
        members: Some(0),
        trial_days: Some(12),
        coverage: None,
        errors: Vec::new(),
    }
}

#[test]
fn few_places_stand_side_by_side_and_those_without_a_detector_below() {
    let places = [
        place("eu-west-1", State::Enabled),
        place("us-east-1", State::Suspended),
        place("eu-north-1", State::NoDetector),
    ];
    let text = text(&places);
    for part in [
        "enabled",
        "suspended",
        "15m",
        "  EKS_ADDON_MANAGEMENT",
        "FAILS",
        "exports/findings",
        "no detector in 111122223333: eu-north-1",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let line = |name: &str| text.lines().position(|line| line.starts_with(name)).unwrap();
    assert!(line("FLOW_LOGS") < line("RUNTIME_MONITORING"));
}

#[test]
fn many_places_are_rows() {
    let regions = ["a", "b", "c", "d", "e"];
    let places: Vec<_> = regions.iter().map(|region| place(region, State::Enabled)).collect();
    let text = text(&places);
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(text.contains("2 of 2") && text.contains("12d"), "{text}");
}

#[test]
fn an_export_that_could_not_be_asked_for_is_not_said_to_be_missing() {
    let cell_of = |destination| {
        let place = Health { destination, ..place("eu-west-1", State::Enabled) };
        let text = text(&[place]);
        let line = text.lines().find(|line| line.starts_with("export")).unwrap().to_owned();
        line.split_whitespace().last().unwrap().to_owned()
    };
    assert_eq!(cell_of(None), "–");
    assert_eq!(cell_of(Some(None)), "none");
}
