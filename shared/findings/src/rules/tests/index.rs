//! What the index asks about, and how it tells kinds of findings apart.

use super::*;

#[test]
fn the_attribute_that_rules_name_most_values_of_is_looked_up() {
    let rule = |name: &str, tag: &str| {
        format!(
            "  - {{ name: {name}, action: noop, criteria: {{ resource.instanceDetails.tags.value: {{ equals: [{tag}] }}, resource.resourceType: {{ equals: [Instance] }} }} }}\n"
        )
    };
    let set = rules(&format!("{}{}", rule("a", "web"), rule("b", "edge")));
    let asked = |tag: &str| {
        let found = finding(json!({"resource": {"resourceType": "Instance",
            "instanceDetails": {"tags": [{"key": "k", "value": tag}]}}}));
        Matcher::new(&set, now()).asked(&set.reading(&found))
    };
    assert_eq!((asked("web"), asked("edge"), asked("db")), (vec![0], vec![1], vec![]));
}

#[test]
fn a_kind_is_told_by_type_account_region_and_severity() {
    let set = rules(ARCHIVE_LOW);
    let kind = |members: serde_json::Value| {
        let found = finding(members);
        let mut kind = "left over".to_owned();
        let reading = set.reading(&found);
        set.index.write_kind(reading.header.values(), &mut kind).then_some(kind)
    };
    let whole = |severity: serde_json::Value, account: &str| {
        kind(json!({"severity": severity, "accountId": account, "region": "eu-west-1"}))
    };
    let plain = whole(json!(2), "111122223333");
    assert!(plain.as_ref().is_some_and(|kind| kind.contains("eu-west-1") && kind.contains('2')));
    assert_eq!(plain, whole(json!(2), "111122223333"));
    assert_ne!(plain, whole(json!(3), "111122223333"));
    assert_ne!(plain, whole(json!(2), "444455556666"));
    assert_ne!(plain, whole(json!("2"), "111122223333"));
    assert_eq!(whole(json!(2), "1111\u{0}2222"), None);
    assert_eq!(kind(json!({})), None);
}

#[test]
fn what_the_kind_decides_is_not_asked_again() {
    let set = rules(
        "
  - { name: kind, action: noop, criteria: { severity: { lessThan: 4 }, type: { matches: ['Recon:*'] } } }
  - { name: more, action: noop, criteria: { severity: { lessThan: 4 }, service.count: { greaterThan: 2 } } }
",
    );
    assert_eq!(set.index.asks_more(), [false, true]);
}

#[test]
fn a_reading_says_what_the_finding_says() {
    let set = rules(ARCHIVE_LOW);
    for (resource, members) in [
        ("AttackSequence", json!({})),
        ("Instance", json!({"associatedAttackSequenceArn": "arn:aws:guardduty:x"})),
        ("Instance", json!({"associatedAttackSequenceArn": ""})),
        ("Instance", json!({"type": "AttackSequence:S3/CompromisedData"})),
        ("Instance", json!({"type": "AttackSequenceX:S3/CompromisedData"})),
    ] {
        let mut all = json!({"accountId": "111122223333", "region": "eu-west-1",
            "resource": {"resourceType": resource},
            "service": {"count": 7, "additionalInfo": {"sample": true}}});
        all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let found = finding(all);
        let line = found.raw();
        for reading in [set.read(line).unwrap(), set.reading(&found)] {
            assert_eq!(reading.id(), found.id());
            assert_eq!(reading.account_id(), found.account_id());
            assert_eq!(reading.region(), found.region());
            assert_eq!(
                reading.finding_type(),
                found.finding_type().map(crate::FindingType::as_str)
            );
            assert_eq!(reading.severity(), found.severity());
            assert_eq!(reading.updated_at(), found.updated_at());
            assert_eq!(reading.count(), Some(7));
            assert!(reading.is_sample());
            assert_eq!(
                reading.concerns_attack_sequence(),
                found.concerns_attack_sequence(),
                "{line}"
            );
        }
    }
    let plain = finding(json!({}));
    assert!(!set.reading(&plain).is_sample() && !set.reading(&plain).concerns_attack_sequence());
}
