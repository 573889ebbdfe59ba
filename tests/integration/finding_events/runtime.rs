//! What Lambda, its queue and the rules can do to the function.

use local::machine::LAKE_BUCKET;

use super::*;

#[test]
fn r1_one_malformed_message_of_ten_fails_alone() {
    block_on(async {
        let stage = stage(Setting { max_receive_count: 2, ..Setting::rules(ONE) }).await;
        for number in 0..9 {
            stage.send(&with(version(0, 5.0, 1), "/id", json!(format!("f{number}"))));
        }
        stage.machine.send(FunctionName::FindingEvents, "{not json");
        stage.quiet().await;
        assert_eq!(stage.web.received("/a").len(), 9);
        assert_eq!(stage.machine.dead_letters(FunctionName::FindingEvents), ["{not json"]);
    });
}

#[test]
fn r2_what_is_no_finding_is_kept_or_counted_and_never_posted() {
    const UNKNOWN: &str = r#"{"nobody":"knows"}"#;
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        for body in [
            r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}"#,
            r#"{"source":"aws.guardduty","detail-type":"AWS API Call via CloudTrail","detail":{}}"#,
            r#"{"source":"aws.guardduty","detail-type":"GuardDuty Malware Protection Object Scan Result","detail":{}}"#,
            r#"{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":{}}"#,
            UNKNOWN,
        ] {
            stage.machine.send(FunctionName::FindingEvents, body);
        }
        stage.quiet().await;
        assert!(stage.web.received("/a").is_empty() && stage.inbox().is_empty());
        let seen = [stage.metric("OtherEvents"), stage.metric("Quarantined")];
        assert_eq!((seen, stage.dead()), ([4.0, 1.0], 0));
        let kept = stage.machine.store.list(LAKE_BUCKET, "quarantine/v1/finding-events/");
        assert_eq!(kept.len(), 1);
        let kept = stage.machine.store.get(LAKE_BUCKET, &kept[0].0).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&kept).unwrap()["body"], UNKNOWN);
    });
}

#[test]
fn r4_a_destination_that_does_not_answer_ends_before_lambda_does() {
    block_on(async {
        let setting = Setting { timeout: Duration::from_secs(5), ..Setting::rules(THREE) };
        let stage = stage(setting).await;
        stage.web.script("/a", [Step::Slow(Duration::from_secs(30)), Step::Status(200)]);
        stage.told(&version(0, 5.0, 1)).await;
        let lane = stage.machine.counts().into_iter();
        let lane = lane.into_iter().find(|own| own.name == FunctionName::FindingEvents).unwrap();
        assert_eq!(lane.function.failed, 0, "no invocation ran into its timeout");
        assert_eq!((stage.web.received("/b").len(), stage.dead()), (1, 0));
    });
}

#[test]
fn r5_a_process_that_is_killed_loses_nothing() {
    block_on(async {
        let setting = Setting {
            timeout: Duration::from_secs(3),
            max_receive_count: 20,
            ..Setting::rules(ONE)
        };
        let stage = stage(setting).await;
        stage.web.script("/a", [Step::Slow(Duration::from_millis(100))]);
        let findings: Vec<Value> = (0..20)
            .map(|number| with(version(0, 5.0, 1), "/id", json!(format!("f{number}"))))
            .collect();
        findings.iter().for_each(|finding| stage.send(finding));
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(130)).await;
            stage.machine.kill(FunctionName::FindingEvents);
        }
        stage.quiet().await;
        let keys: std::collections::BTreeSet<_> = stage
            .web
            .received("/a")
            .into_iter()
            .map(|own| own.headers["idempotency-key"].clone())
            .collect();
        assert_eq!(keys, findings.iter().map(key).collect());
        assert_eq!(stage.dead(), 0);
    });
}

#[test]
fn r6_a_process_that_was_frozen_connects_anew_where_its_connections_are_gone() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        stage.web.script("/a", [Step::OkAndClose]);
        let signal = |name: &str| {
            for pid in stage.machine.pids(FunctionName::FindingEvents) {
                let mut kill = std::process::Command::new("kill");
                assert!(kill.args([name, &pid.to_string()]).status().unwrap().success());
            }
        };
        for number in 0..4 {
            stage.told(&with(version(0, 5.0, 1), "/id", json!(format!("f{number}")))).await;
            signal("-STOP");
            tokio::time::sleep(Duration::from_millis(300)).await;
            signal("-CONT");
        }
        assert_eq!(stage.web.received("/a").len(), 4);
        assert_eq!((stage.metric("NotificationsFailed"), stage.dead()), (0.0, 0));
    });
}

#[test]
fn r8_without_rules_everybody_is_told_by_the_default_topic() {
    for rules in ["version: [", "version: 1\nrule: []", "a: &a [*a, *a]"] {
        block_on(async {
            let stage = stage(Setting::rules(rules)).await;
            stage.told(&version(0, 5.0, 1)).await;
            let told = stage.inbox();
            assert_eq!(told.len(), 1, "{rules}");
            assert_eq!(told[0].0, local::machine::DEFAULT_TOPIC);
            assert!(stage.metric("RulesUnavailable") >= 1.0);
        });
    }
}

#[test]
fn r9_credentials_that_have_expired_are_one_cause_and_fail_the_batch() {
    block_on(async {
        let stage = stage(Setting { max_receive_count: 20, ..Setting::rules("version: 1") }).await;
        stage.told(&with(version(0, 5.0, 1), "/id", json!("before"))).await;
        stage.machine.outage.expire_credentials(true);
        stage.send(&version(0, 5.0, 1));
        tokio::time::sleep(Duration::from_secs(4)).await;
        stage.machine.outage.expire_credentials(false);
        stage.quiet().await;
        let log = stage.log();
        assert!(log.contains("\"error_type\":\"CredentialsUnusable\""), "{log}");
        assert_eq!((stage.inbox().len(), stage.dead()), (2, 0), "told once they are good again");
    });
}

#[test]
fn a_bus_that_does_not_take_an_entry_is_a_refusal_although_the_call_succeeds() {
    let rules = "
version: 1
destinations: { bus: { eventbridge: { bus: 'arn:aws:events:us-east-1:111122223333:event-bus/missing' } } }
routes: [ { to: bus } ]
";
    block_on(async {
        let stage = stage(Setting::rules(rules)).await;
        stage.told(&version(0, 5.0, 1)).await;
        let told = stage.inbox();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].1["undelivered"]["destination"], "bus");
    });
}
