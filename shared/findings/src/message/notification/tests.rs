//! The frozen shape, and text that stays within its limits.

use serde_json::{Value, json};

use super::*;

fn finding(changes: &Value) -> Finding {
    let mut finding = json!({
        "id": "8ab1c2d3e4f5", "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/8ab1c2d3e4f5",
        "accountId": "111122223333", "region": "eu-west-1", "partition": "aws", "type": "Recon:EC2/PortProbeUnprotectedPort",
        "severity": 2, "title": "A port is probed.", "updatedAt": "2026-10-01T08:00:00Z", "service": {"count": 3, "archived": false}
    });
    for (key, value) in changes.as_object().unwrap() {
        finding[key] = value.clone();
    }
    Finding::parse(&finding.to_string()).unwrap()
}

fn notified(finding: &Finding) -> Value {
    serde_json::to_value(Notification::new(finding, DecisionV1::without_rules())).unwrap()
}

#[test]
fn the_shape_is_frozen() {
    let finding = finding(&json!({}));
    assert_eq!(
        notified(&finding),
        json!({
            "schema": "guardsift.notification/v1",
            "version_key": finding.version_key().as_str(),
            "finding": {
                "id": "8ab1c2d3e4f5", "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/8ab1c2d3e4f5",
                "type": "Recon:EC2/PortProbeUnprotectedPort", "severity": 2.0, "severity_level": "low",
                "title": "A port is probed.", "description": null, "account_id": "111122223333", "region": "eu-west-1",
                "partition": "aws", "resource_type": null, "created_at": null, "updated_at": "2026-10-01T08:00:00.000Z",
                "first_seen": null, "last_seen": null, "count": 3, "archived": false, "sample": false, "attack_sequence_arn": null,
                "console_url": "https://eu-west-1.console.aws.amazon.com/guardduty/home?region=eu-west-1#/findings?search=id%3D8ab1c2d3e4f5"
            },
            "decision": {"action": "notify", "rule": null, "guard": null, "rule_set": null}
        })
    );
}

#[test]
fn an_unknown_severity_is_null_and_not_zero() {
    let value = notified(&finding(&json!({"severity": "high"})));
    assert_eq!(
        (&value["finding"]["severity"], &value["finding"]["severity_level"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn control_and_reordering_characters_are_taken_out_of_text() {
    let value = notified(&finding(&json!({"title": "a\u{1b}[2Jb\u{202e}c\r\nd"})));
    assert_eq!(value["finding"]["title"], "a[2Jbc\nd");
}

#[test]
fn long_text_is_cut_at_a_character_and_marked() {
    let value = notified(&finding(&json!({"title": "ö".repeat(TITLE + 5)})));
    let title = value["finding"]["title"].as_str().unwrap();
    assert_eq!(title.chars().count(), TITLE + 1);
    assert!(title.ends_with('…'));
    let exact = notified(&finding(&json!({"title": "ö".repeat(TITLE)})));
    assert!(!exact["finding"]["title"].as_str().unwrap().ends_with('…'));
}

#[test]
fn no_link_is_made_of_a_region_or_id_with_other_letters() {
    for changes in [
        json!({"region": "evil.example/"}),
        json!({"id": "a\"><script>"}),
        json!({"partition": "azure"}),
    ] {
        assert_eq!(
            notified(&finding(&changes))["finding"]["console_url"],
            Value::Null,
            "{changes}"
        );
    }
}

#[test]
fn a_subject_is_one_line_of_at_most_a_hundred_ascii_characters() {
    let finding = finding(&json!({"type": format!("Recon:EC2/\n{}", "ü".repeat(200))}));
    let subject = Notification::new(&finding, DecisionV1::without_rules()).subject();
    assert_eq!(subject.len(), 100);
    assert!(subject.starts_with("GuardDuty, low: Recon:EC2/??"));
}
