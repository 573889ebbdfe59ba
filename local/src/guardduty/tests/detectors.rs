//! Detectors, destinations and what belongs to them.

use super::*;

#[tokio::test]
async fn an_account_has_one_detector_per_region() {
    let world = World::new().await;
    assert!(world.ask("POST", "/detector", json!({ "enable": true })).await.is_err());
    let listed = world.ask("GET", "/detector", Value::Null).await.unwrap();
    assert_eq!(listed["detectorIds"], json!([world.detector]));
}

#[tokio::test]
async fn a_foreign_detector_is_refused_everywhere() {
    let world = World::new().await;
    let (status, answer) =
        world.ask("POST", "/detector/ffff/findings", json!({})).await.unwrap_err();
    assert_eq!(status, 400);
    assert!(answer["message"].as_str().unwrap().contains("not owned by the current account"));
}

#[tokio::test]
async fn the_publishing_frequency_is_six_hours_unless_told_otherwise() {
    let world = World::new().await;
    let path = format!("/detector/{}", world.detector);
    world.ask("DELETE", &path, Value::Null).await.unwrap();
    let created = world.ask("POST", "/detector", json!({ "enable": true })).await.unwrap();
    let path = format!("/detector/{}", created["detectorId"].as_str().unwrap());
    assert_eq!(
        world.ask("GET", &path, Value::Null).await.unwrap()["findingPublishingFrequency"],
        "SIX_HOURS"
    );
    assert!(
        world.ask("POST", &path, json!({ "findingPublishingFrequency": "DAILY" })).await.is_err()
    );
}

#[tokio::test]
async fn the_two_runtime_features_exclude_each_other() {
    let world = World::new().await;
    let path = format!("/detector/{}", world.detector);
    let on = |name: &str| json!({ "features": [{ "name": name, "status": "ENABLED" }] });
    world.ask("POST", &path, on("RUNTIME_MONITORING")).await.unwrap();
    assert!(world.ask("POST", &path, on("EKS_RUNTIME_MONITORING")).await.is_err());
    assert!(world.ask("POST", &path, on("NO_SUCH_FEATURE")).await.is_err());
}

#[tokio::test]
async fn a_prefix_needs_its_folder_marker_at_every_change() {
    let world = World::new().await;
    let refused = world
        .post("publishingDestination", destination("arn:aws:s3:::exports/guardduty"))
        .await
        .unwrap_err();
    assert!(refused.1["message"].as_str().unwrap().contains("resource folder does not exist"));
    world.buckets.put("exports", "guardduty/", Bytes::new()).await.unwrap();
    let created = world
        .post("publishingDestination", destination("arn:aws:s3:::exports/guardduty"))
        .await
        .unwrap();
    let path = format!("publishingDestination/{}", created["destinationId"].as_str().unwrap());
    assert_eq!(world.get(&path).await.unwrap()["status"], "PENDING_VERIFICATION");
    world.guardduty.tick().await;
    assert_eq!(world.get(&path).await.unwrap()["status"], "PUBLISHING");
    world.buckets.objects.lock().unwrap().clear();
    assert!(world.post(&path, json!({})).await.is_err());
}

#[tokio::test]
async fn a_bucket_of_another_owner_than_expected_gets_nothing() {
    let world = World::new().await;
    let mut wanted = destination("arn:aws:s3:::exports");
    wanted["destinationProperties"]["expectedBucketOwner"] = json!("444455556666");
    world.post("publishingDestination", wanted).await.unwrap();
    world.observe(PORT_PROBE);
    world.pass(5).await;
    assert_eq!(world.exported(), []);
    let listed = world.get("publishingDestination").await.unwrap();
    assert_eq!(listed["destinations"][0]["status"], "UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY");
}

#[tokio::test]
async fn destinations_that_cannot_be_are_refused() {
    let world = World::new().await;
    for arn in ["exports", "arn:aws:s3:::", "arn:aws:sqs:eu-central-1:111122223333:queue"] {
        assert!(world.post("publishingDestination", destination(arn)).await.is_err(), "{arn}");
    }
    let mut elsewhere = destination("arn:aws:s3:::exports");
    elsewhere["destinationProperties"]["kmsKeyArn"] =
        json!("arn:aws:kms:us-east-1:111122223333:key/example");
    assert!(world.post("publishingDestination", elsewhere).await.is_err());
}

#[tokio::test]
async fn usage_is_empty_for_a_young_detector_and_trials_run_out() {
    let world = World::new().await;
    let ask = json!({ "usageStatisticsType": "SUM_BY_FEATURES", "usageCriteria": {} });
    let young = world.post("usage/statistics", ask.clone()).await.unwrap();
    assert_eq!(young["usageStatistics"]["sumByFeature"], json!([]));
    let days = json!({ "accountIds": ["111122223333", "999988887777"] });
    let trial = world.post("freeTrial/daysRemaining", days.clone()).await.unwrap();
    assert_eq!(trial["accounts"][0]["features"][0]["freeTrialDaysRemaining"], 30);
    assert_eq!(trial["unprocessedAccounts"][0]["accountId"], "999988887777");
    world.pass(40 * 24 * 60).await;
    let old = world.post("usage/statistics", ask).await.unwrap();
    let costs = old["usageStatistics"]["sumByFeature"].as_array().unwrap();
    assert!(
        costs
            .iter()
            .all(|cost| cost["total"]["amount"].as_str().unwrap().parse::<f64>().unwrap() > 0.0)
    );
    assert!(!costs.is_empty());
    let trial = world.post("freeTrial/daysRemaining", days).await.unwrap();
    assert_eq!(trial["accounts"][0]["features"][0]["freeTrialDaysRemaining"], 0);
}

#[tokio::test]
async fn deleting_the_detector_deletes_its_findings() {
    let world = World::new().await;
    let id = world.observe(PORT_PROBE);
    world.ask("DELETE", &format!("/detector/{}", world.detector), Value::Null).await.unwrap();
    assert!(world.guardduty.finding(&id).is_none());
    assert!(world.guardduty.observe(example_finding(PORT_PROBE)).is_err());
}

#[tokio::test]
async fn an_operation_that_is_not_emulated_is_named() {
    let world = World::new().await;
    let (status, answer) = world.get("ipset").await.unwrap_err();
    assert_eq!((status, answer["__type"].as_str()), (404, Some("UnknownOperationException")));
    assert!(answer["message"].as_str().unwrap().contains("ListIPSets"));
}
