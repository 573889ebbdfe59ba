//! Which function hears of which event: every sample, and the very patterns that Terraform makes rules of.

use std::{collections::BTreeMap, fs};

use local::pattern::Pattern;
use serde_json::{Value, json};

use crate::binary::root;

const FUNCTIONS: [&str; 3] = ["finding-events", "finding-exports", "auto-archive"];
const EXPORT_BUCKET: &str = "amzn-s3-demo-bucket-exports";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn patterns() -> Vec<(&'static str, Pattern)> {
    let load = |name| {
        let text = read(&format!("infra/patterns/{name}.json"));
        Pattern::parse(&text.replace("${export_bucket}", EXPORT_BUCKET)).unwrap()
    };
    FUNCTIONS.map(|name| (name, load(name))).into()
}

/// The functions that hear of an event.
fn heard_by(event: &Value) -> Vec<&'static str> {
    let patterns = patterns().into_iter();
    patterns.filter(|(_, pattern)| pattern.matches(event)).map(|(name, _)| name).collect()
}

/// The samples of a folder by their names.
fn samples(folder: &str) -> BTreeMap<String, Value> {
    let files = fs::read_dir(root().join(folder)).unwrap().map(|file| file.unwrap().path());
    let json = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let named = json.map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap())
    });
    named.collect()
}

#[test]
fn every_finding_reaches_finding_events_and_the_low_or_archived_auto_archive() {
    let alone = ["finding-events"].as_slice();
    let both = ["finding-events", "auto-archive"].as_slice();
    let expected = BTreeMap::from([
        ("attack-sequence", alone),
        ("credential-exfiltration", alone),
        ("crypto-dns", alone),
        ("ebs-malware", alone),
        ("ecs-runtime", alone),
        ("eks-privileged", alone),
        ("hostile-strings", alone),
        ("lambda-network", alone),
        // Severity unknown: never archived, always told.
        ("no-severity", alone),
        ("null-heavy", alone),
        ("port-probe", both),
        ("port-probe-archived", both),
        ("port-probe-escalated", alone),
        ("port-probe-inside", both),
        ("port-probe-scanner", both),
        ("rds-login", both),
        ("s3-anomalous", alone),
        // Low, and part of an attack: the function's own guard keeps it.
        ("s3-in-sequence", both),
        ("sample", both),
        ("sample-high", alone),
        ("ssh-brute-force", both),
        ("unicode", alone),
    ]);
    let heard: BTreeMap<String, Vec<&str>> = samples("events/findings")
        .into_iter()
        .map(|(name, finding)| {
            let event = json!({"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": finding});
            (name, heard_by(&event))
        })
        .collect();
    let expected: BTreeMap<String, Vec<&str>> =
        expected.into_iter().map(|(name, heard)| (name.to_owned(), heard.to_vec())).collect();
    assert_eq!(heard, expected);
}

#[test]
fn an_event_that_is_no_finding_reaches_nobody() {
    let expected = BTreeMap::from([
        ("archive-findings-call", vec![]),
        ("finding", vec!["finding-events", "auto-archive"]),
        // As people paste it into test events: the severity has another name there, which no pattern knows.
        ("finding-pascal-case", vec!["finding-events"]),
        ("malware-scan-result", vec![]),
        ("object-created", vec!["finding-exports"]),
        ("runtime-protection-unhealthy", vec![]),
        ("scheduled-event", vec![]),
    ]);
    let expected: BTreeMap<String, Vec<&str>> =
        expected.into_iter().map(|(name, heard)| (name.to_owned(), heard)).collect();
    let heard: BTreeMap<String, Vec<&str>> = samples("events/eventbridge")
        .into_iter()
        .map(|(name, event)| (name, heard_by(&event)))
        .collect();
    assert_eq!(heard, expected);
}

#[test]
fn only_export_objects_of_the_export_bucket_reach_finding_exports() {
    let created = |bucket: &str, key: &str| {
        json!({"source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": key}}})
    };
    let key = "exports/AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/x.jsonl.gz";
    assert_eq!(heard_by(&created(EXPORT_BUCKET, key)), ["finding-exports"]);
    // The folder marker, and somebody else's bucket.
    assert!(heard_by(&created(EXPORT_BUCKET, "exports/")).is_empty());
    assert!(heard_by(&created("another-bucket", key)).is_empty());
    let mut deleted = created(EXPORT_BUCKET, key);
    deleted["detail-type"] = json!("Object Deleted");
    assert!(heard_by(&deleted).is_empty());
}

#[test]
fn a_severity_of_four_is_medium_and_no_number_is_not_low() {
    let event = |severity: Value| {
        json!({"source": "aws.guardduty", "detail-type": "GuardDuty Finding",
            "detail": {"severity": severity, "service": {"archived": false}}})
    };
    assert_eq!(heard_by(&event(json!(3.9))), ["finding-events", "auto-archive"]);
    for severity in [json!(4), json!(4.0), json!("2"), Value::Null] {
        assert_eq!(heard_by(&event(severity.clone())), ["finding-events"], "{severity}");
    }
}
