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
fn what_is_remembered_of_one_kind_is_not_taken_for_another() {
    let set = rules(
        "
  - { name: low, action: noop, criteria: { severity: { lessThan: 4 } } }
  - { name: account, action: noop, criteria: { accountId: { equals: ['111122223333'] } } }
  - { name: elsewhere, action: noop, criteria: { region: { notEquals: [eu-west-1] } } }
",
    );
    let mut matcher = Matcher::new(&set, now());
    for (members, expected) in [
        (json!({"severity": 2, "accountId": "111122223333", "region": "eu-west-1"}), vec![0, 1]),
        (json!({"severity": 5, "accountId": "111122223333", "region": "eu-west-1"}), vec![1]),
        (json!({"severity": "2", "accountId": "111122223333", "region": "us-east-1"}), vec![1, 2]),
        (json!({"severity": 2, "accountId": 111_122_223_333_u64, "region": null}), vec![0, 1]),
        (json!({"severity": 2, "accountId": "444455556666", "region": "eu-west-1"}), vec![0]),
        (json!({"severity": null, "accountId": null, "region": ["us-east-1"]}), vec![2]),
        (json!({"severity": 2, "accountId": "111122223333", "region": "eu-west-1"}), vec![0, 1]),
    ] {
        let found = finding(members.clone());
        assert_eq!(matcher.asked(&set.reading(&found)), expected, "{members}");
    }
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
        ("Instance", json!({"associatedAttackSequenceArn": {"arn": "arn:aws:guardduty:x"}})),
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
