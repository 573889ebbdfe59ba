//! Sample findings.

use std::collections::BTreeSet;

use super::super::finding_types;
use super::*;

#[tokio::test]
async fn no_types_mean_all_types() {
    let world = World::new().await;
    world.post("findings/create", json!({ "findingTypes": null })).await.unwrap();
    let events = world.events.lock().unwrap();
    let types: BTreeSet<_> =
        events.iter().map(|event| event["detail"]["type"].as_str().unwrap().to_owned()).collect();
    let expected: BTreeSet<_> = finding_types().iter().map(|row| row.name.to_owned()).collect();
    assert_eq!(types, expected);
}

#[tokio::test]
async fn a_sample_again_is_one_more_occurrence_of_the_same_finding() {
    let world = World::new().await;
    for _ in 0..2 {
        world.post("findings/create", json!({ "findingTypes": [PORT_PROBE] })).await.unwrap();
    }
    world.pass(15).await;
    let sent = world.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!((&sent[0].0, sent[0].1, sent[1].1), (&sent[1].0, 1, 2));
}

#[tokio::test]
async fn a_type_that_does_not_exist_has_no_sample() {
    let world = World::new().await;
    let answer = world
        .post("findings/create", json!({ "findingTypes": [PORT_PROBE, "Recon:EC2/Nothing"] }))
        .await;
    assert!(answer.is_err());
    assert_eq!(world.sent(), []);
}

#[tokio::test]
async fn every_sample_is_a_finding_that_the_core_reads_whole() {
    let world = World::new().await;
    world.post("findings/create", json!({})).await.unwrap();
    let events = world.events.lock().unwrap();
    assert!(!events.is_empty());
    for event in events.iter() {
        let finding = findings::Finding::parse(&event["detail"].to_string()).unwrap();
        assert!(finding.is_sample());
        assert_eq!(finding.id().len(), 32);
        assert_eq!(finding.count(), Some(1));
        assert_eq!(finding.archived(), Some(false));
        assert!(finding.severity().is_some() && finding.updated_at().is_some());
        assert_eq!(finding.detector_id(), Some(world.detector.as_str()));
        assert!(finding.arn().unwrap().ends_with(&format!(
            "detector/{}/finding/{}",
            world.detector,
            finding.id()
        )));
    }
}
