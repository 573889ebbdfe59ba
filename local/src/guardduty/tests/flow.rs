//! What is handed over, to whom and when.

use super::*;

#[tokio::test]
async fn a_new_finding_reaches_the_bus_at_once_and_the_bucket_at_the_next_five_minutes() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    assert_eq!(world.sent(), [(id.clone(), 1, false)]);
    world.pass(3).await;
    assert_eq!(world.exported(), []);
    world.pass(1).await;
    assert_eq!(world.exported(), [(id, 1, false)]);
}

#[tokio::test]
async fn occurrences_wait_for_the_publishing_frequency_and_share_the_last_ones_details() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.pass(5).await;
    world.observe_again(&id);
    world.pass(1).await;
    world.observe_again(&id);
    world.pass(7).await;
    assert_eq!(world.sent(), [(id.clone(), 1, false)]);
    world.pass(1).await;
    assert_eq!(world.sent(), [(id.clone(), 1, false), (id.clone(), 3, false)]);
    assert_eq!(sorted(world.exported()), [(id.clone(), 1, false), (id, 3, false)]);
}

#[tokio::test]
async fn an_occurrence_before_the_first_export_does_not_delay_it() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.pass(1).await;
    world.observe_again(&id);
    world.pass(3).await;
    assert_eq!(world.exported(), [(id, 2, false)]);
}

#[tokio::test]
async fn bringing_back_a_current_finding_changes_nothing() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.pass(5).await;
    world.post("findings/unarchive", json!({ "findingIds": [id] })).await.unwrap();
    world.pass(60).await;
    assert_eq!(world.exported().len(), 1);
}

#[tokio::test]
async fn many_findings_are_spread_over_objects() {
    let world = World::exporting().await;
    for _ in 0..51 {
        world.observe(PORT_PROBE);
    }
    world.pass(5).await;
    let objects = world
        .buckets
        .objects
        .lock()
        .unwrap()
        .keys()
        .filter(|(_, key)| key.ends_with(".gz"))
        .count();
    assert_eq!((objects, world.exported().len()), (2, 51));
}

#[tokio::test]
async fn an_occurrence_keeps_the_birth_and_replaces_the_details() {
    let world = World::new().await;
    let id = world.observe(PORT_PROBE);
    let first = world.guardduty.finding(&id).unwrap();
    world.pass(1).await;
    let mut again = example_finding(PORT_PROBE);
    again["id"] = json!(id);
    again["title"] = json!("Another title");
    again["createdAt"] = json!("1999-01-01T00:00:00.000Z");
    world.guardduty.observe(again).unwrap();
    let second = world.guardduty.finding(&id).unwrap();
    assert_eq!(second["createdAt"], first["createdAt"]);
    assert_eq!(second["service"]["eventFirstSeen"], first["service"]["eventFirstSeen"]);
    assert_ne!(second["updatedAt"], first["updatedAt"]);
    assert_eq!(second["updatedAt"], second["service"]["eventLastSeen"]);
    assert_eq!(second["title"], "Another title");
    assert_eq!(second["service"]["count"], 2);
}

#[tokio::test]
async fn a_finding_archived_before_its_mark_is_not_exported_until_it_is_brought_back() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.archive(&id).await;
    world.pass(30).await;
    assert_eq!(world.exported(), []);
    world.post("findings/unarchive", json!({ "findingIds": [id] })).await.unwrap();
    world.pass(13).await;
    assert_eq!(world.exported(), []);
    world.pass(1).await;
    assert_eq!(world.exported(), [(id, 1, false)]);
}

#[tokio::test]
async fn an_archived_finding_that_recurs_is_current_again_and_says_so() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.archive(&id).await;
    world.observe_again(&id);
    assert_eq!(world.guardduty.finding(&id).unwrap()["service"]["archived"], false);
    world.pass(15).await;
    assert_eq!(world.sent().last(), Some(&(id.clone(), 2, false)));
    assert_eq!(world.exported().last(), Some(&(id, 2, false)));
}

#[tokio::test]
async fn an_occurrence_archived_by_hand_still_has_its_event() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.pass(5).await;
    world.observe_again(&id);
    world.archive(&id).await;
    world.pass(15).await;
    assert_eq!(world.sent().last(), Some(&(id, 2, true)));
}

#[tokio::test]
async fn a_suppressed_finding_is_kept_archived_and_nobody_is_told() {
    let world = World::exporting().await;
    world.post("filter", suppressing(PORT_PROBE)).await.unwrap();
    let quiet = world.observe(PORT_PROBE);
    let loud = world.observe(PORTSCAN);
    world.observe_again(&quiet);
    world.pass(60).await;
    assert_eq!(world.sent(), [(loud.clone(), 1, false)]);
    assert_eq!(world.exported(), [(loud, 1, false)]);
    let held = world.guardduty.finding(&quiet).unwrap();
    assert_eq!(
        (&held["service"]["archived"], &held["service"]["count"]),
        (&json!(true), &json!(2))
    );
}

#[tokio::test]
async fn the_record_of_versions_agrees_with_what_was_handed_over() {
    let world = World::exporting().await;
    world.post("filter", suppressing(PORTSCAN)).await.unwrap();
    let id = world.observe(PORT_PROBE);
    world.observe(PORTSCAN);
    world.pass(5).await;
    world.observe_again(&id);
    world.observe_again(&id);
    world.pass(15).await;
    let versions = world.guardduty.versions();
    let told: Vec<_> = versions
        .iter()
        .map(|version| (version.count, version.suppressed, version.handed_over()))
        .collect();
    assert_eq!(told, [(1, false, true), (1, true, false), (2, false, false), (3, false, true)]);
    let events = versions.iter().filter(|version| version.event.is_some()).count();
    let exports: usize = versions.iter().map(|version| version.exports.len()).sum();
    assert_eq!((events, exports), (world.sent().len(), world.exported().len()));
    let objects = world.buckets.objects.lock().unwrap();
    for export in versions.iter().flat_map(|version| &version.exports) {
        assert!(objects.contains_key(&(export.bucket.clone(), export.key.clone())));
    }
}

#[tokio::test]
async fn export_objects_stand_under_the_documented_key() {
    let world = World::exporting().await;
    world.observe(PORT_PROBE);
    world.pass(4).await;
    let objects = world.buckets.objects.lock().unwrap();
    let (_, key) = objects.keys().find(|(_, key)| key.ends_with(".gz")).unwrap();
    let name = key
        .strip_prefix("guardduty/AWSLogs/111122223333/GuardDuty/eu-central-1/2026/03/01/")
        .unwrap();
    assert!(uuid::Uuid::parse_str(name.strip_suffix(".jsonl.gz").unwrap()).is_ok());
}

#[tokio::test]
async fn members_findings_have_objects_and_keys_of_their_own() {
    let world = World::exporting().await;
    let mut detection = example_finding(PORT_PROBE);
    detection["accountId"] = json!("444455556666");
    world.guardduty.observe(detection).unwrap();
    world.observe(PORT_PROBE);
    world.pass(4).await;
    let objects = world.buckets.objects.lock().unwrap();
    let of = |account: &str| {
        objects.keys().filter(|(_, key)| key.contains(&format!("AWSLogs/{account}/"))).count()
    };
    assert_eq!((of("444455556666"), of("111122223333")), (1, 1));
    let event = &world.events.lock().unwrap()[0];
    assert_eq!(
        (event["account"].as_str(), event["detail"]["accountId"].as_str()),
        (Some("111122223333"), Some("444455556666"))
    );
}

#[tokio::test]
async fn a_bucket_that_refuses_stops_publishing_and_loses_nothing() {
    let world = World::exporting().await;
    let id = world.observe(PORT_PROBE);
    world.buckets.broken.store(true, Ordering::Relaxed);
    world.pass(5).await;
    let listed = world.get("publishingDestination").await.unwrap();
    assert_eq!(listed["destinations"][0]["status"], "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY");
    world.buckets.broken.store(false, Ordering::Relaxed);
    world.pass(1).await;
    assert_eq!(world.exported(), [(id, 1, false)]);
    let listed = world.get("publishingDestination").await.unwrap();
    assert_eq!(listed["destinations"][0]["status"], "PUBLISHING");
}

#[tokio::test]
async fn a_suspended_detector_takes_no_detections() {
    let world = World::new().await;
    world
        .ask("POST", &format!("/detector/{}", world.detector), json!({ "enable": false }))
        .await
        .unwrap();
    assert!(world.guardduty.observe(example_finding(PORT_PROBE)).is_err());
    assert_eq!(world.sent(), []);
}

#[tokio::test]
async fn a_detection_that_is_no_finding_is_refused() {
    let world = World::new().await;
    for detection in [json!(null), json!([]), json!({}), json!({ "type": 7 })] {
        assert!(world.guardduty.observe(detection.clone()).is_err(), "{detection}");
    }
}

#[tokio::test]
async fn findings_are_forgotten_after_90_days_without_an_occurrence() {
    let world = World::new().await;
    let id = world.observe(PORT_PROBE);
    world.pass(89 * 24 * 60).await;
    assert!(world.guardduty.finding(&id).is_some());
    world.pass(24 * 60).await;
    assert!(world.guardduty.finding(&id).is_none());
}

fn sorted(mut told: Vec<(String, u64, bool)>) -> Vec<(String, u64, bool)> {
    told.sort();
    told
}
