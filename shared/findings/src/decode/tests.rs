//! What each wrapper, casing and breakage becomes.

use serde_json::{Value, json};

use super::*;

fn bare() -> Value {
    json!({"id": "f1", "type": "Recon:EC2/Portscan", "severity": 2, "accountId": "111122223333"})
}

fn event() -> Value {
    json!({"version": "0", "id": "e1", "detail-type": "GuardDuty Finding", "source": "aws.guardduty",
        "account": "444455556666", "time": "1970-01-01T00:00:00Z", "resources": [], "detail": bare()})
}

fn describe(document: &str) -> Vec<String> {
    decode(document.as_bytes())
        .into_iter()
        .map(|record| match record {
            Record::Finding(finding) => format!("finding {}", finding.id()),
            Record::Event(event) => format!("event {}", event.detail_type),
            Record::Unreadable(reason) => format!("unreadable: {reason}"),
        })
        .collect()
}

#[test]
fn every_wrapper_yields_the_finding_inside() {
    let notification = json!({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:111122223333:t",
        "Message": event().to_string()});
    let batch = json!({"Records": [{"messageId": "m1", "body": notification.to_string()}]});
    for wrapped in [
        bare(),
        event(),
        json!([bare()]),
        json!({"findings": [bare()], "nextToken": ""}),
        json!({"Findings": [{"Id": "f1", "Type": "Recon:EC2/Portscan"}]}),
        notification,
        json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": event().to_string()}}]}),
        batch,
        json!({"Messages": [{"MessageId": "m1", "Body": bare().to_string()}]}),
        json!({"detail-type": "GuardDuty Finding", "detail": bare().to_string()}),
        json!({"@timestamp": "2026-03-31T10:00:00Z", "detail-type": "GuardDuty Finding", "detail": bare()}),
    ] {
        assert_eq!(describe(&wrapped.to_string()), ["finding f1"], "{wrapped}");
    }
}

#[test]
fn the_raw_finding_is_the_text_of_the_finding_alone() {
    for detail in [
        r#"{ "id" : "f1", "type":"T:R/F", "severity":2.00, "service":{"x":[1 ]} }"#,
        r#"{ "id" : "f1", "type":"T:R/F", "severity":2.00, "unheardOf":{"x":[1 ]} }"#,
    ] {
        let envelope = format!(r#"{{"detail": {detail} ,"detail-type":"GuardDuty Finding"}}"#);
        let records = decode(envelope.as_bytes());
        let [Record::Finding(finding)] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!(finding.raw(), detail);
        let alone = Finding::parse(detail).unwrap();
        assert_eq!(format!("{finding:?}"), format!("{alone:?}"));
    }
}

#[test]
fn events_of_other_kinds_are_events_and_never_findings() {
    for kind in [
        "GuardDuty Malware Protection Object Scan Result",
        "GuardDuty Runtime Protection Unhealthy",
        "AWS API Call via CloudTrail",
        "Scheduled Event",
        "guardduty finding",
    ] {
        let mut other = event();
        other["detail-type"] = kind.into();
        assert_eq!(describe(&other.to_string()), [format!("event {kind}")]);
    }
    let object =
        json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {}}]});
    assert_eq!(describe(&object.to_string()), ["event ObjectCreated:Put"]);
    let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-03-31T10:00:00Z"}"#;
    assert_eq!(describe(test), ["event s3:TestEvent"]);
}

#[test]
fn empty_pages_hold_nothing() {
    for page in [r#"{"findings":[]}"#, r#"{"Findings":[]}"#, r#"{"Records":[]}"#, "[]"] {
        assert!(describe(page).is_empty(), "{page}");
    }
}

#[test]
fn one_broken_element_leaves_its_neighbours_alone() {
    let page = json!({"findings": [bare(), 7, {"type": "T"}, bare()]}).to_string();
    let [first, number, no_id, last] = describe(&page).try_into().unwrap();
    assert_eq!([first, last], ["finding f1", "finding f1"]);
    assert!(number.starts_with("unreadable: a JSON number"), "{number}");
    assert!(no_id.starts_with("unreadable: no finding id"), "{no_id}");
}

#[test]
fn what_is_no_finding_is_unreadable_with_its_reason() {
    let nested = (0..20).fold(bare().to_string(), |inner, _| format!("[{inner}]"));
    for (document, reason) in [
        ("", "EOF"),
        ("{", "EOF"),
        ("null", "a JSON null"),
        ("\"text\"", "a JSON string"),
        (r#"{"id":"f1","type":"T",}"#, "key must be a string at line 1 column 23"),
        (r#"{"id":"x","name":"y"}"#, "not a finding"),
        (r#"{"AwsAccountId":"111122223333","Id":"arn:x"}"#, "Security Hub"),
        (r#"{"id":"f1","accountid":111122223333,"type":"T"}"#, "flattened"),
        (r#"{"id":"f1","type":"T","resource_instancedetails":"x"}"#, "flattened"),
        (r#"{"findings":"none"}"#, "a page without"),
        (r#"{"detail-type":"GuardDuty Finding","detail":null}"#, "a finding event without"),
        (r#"{"messageId":"m","body":7}"#, "an SQS message without"),
        (
            r#"{"detail-type":"GuardDuty Finding","detail":{"id":"a"},"detail":{"id":"b"}}"#,
            "ambiguous",
        ),
        (nested.as_str(), "wrapped more than"),
    ] {
        let [found] = describe(document).try_into().unwrap();
        assert!(found.starts_with("unreadable") && found.contains(reason), "{document}: {found}");
    }
    let [invalid] = decode(b"{\"id\":\"\xff\"}").try_into().unwrap();
    assert!(matches!(invalid, Record::Unreadable(Unreadable::NotUtf8 { valid_up_to: 7 })));
}
