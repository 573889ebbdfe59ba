//! Events as a reader of OCSF meets them: what is there, what is missing, and what is passed through.

use serde_json::{Value as Json, json};

use super::detection_finding;
use crate::Finding;

mod actions;
mod files;
mod laws;
mod resources;

/// The event of a finding with these members on top of an id, a type and a time.
fn event(members: &Json) -> Json {
    let mut finding =
        json!({"id": "f1", "type": "Recon:EC2/Portscan", "updatedAt": "2026-10-01T08:00:00Z"});
    for (key, value) in members.as_object().unwrap() {
        finding[key] = value.clone();
    }
    detection_finding(&Finding::parse(&finding.to_string()).unwrap())
}

#[test]
fn a_finding_that_holds_its_id_alone_is_an_event_without_a_time() {
    let event = detection_finding(&Finding::parse(r#"{"id":"f1"}"#).unwrap());
    let key = event["metadata"]["uid"].clone();
    let expected = json!({
        "category_uid": 2, "category_name": "Findings",
        "class_uid": 2004, "class_name": "Detection Finding",
        "activity_id": 0, "activity_name": "Unknown",
        "type_uid": 200400, "type_name": "Detection Finding: Unknown",
        "severity_id": 0, "severity": "Unknown",
        "cloud": {"provider": "AWS"},
        "finding_info": {"uid": "f1", "title": "f1"},
        "metadata": {"version": "1.1.0", "uid": key, "profiles": ["cloud", "datetime"],
            "product": {"name": "GuardDuty", "vendor_name": "AWS"}}
    });
    assert_eq!(event, expected);
}

#[test]
fn every_member_of_the_header_has_its_attribute_and_stands_nowhere_else() {
    let arn = "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f1";
    let sequence = "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/s1";
    let event = event(&json!({
        "schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1", "partition": "aws",
        "arn": arn, "associatedAttackSequenceArn": sequence, "title": "Title", "description": "Text",
        "severity": 5.3, "confidence": 7, "createdAt": "2026-10-01T07:00:00Z",
        "service": {"serviceName": "guardduty", "detectorId": "d", "featureName": "FlowLogs",
            "eventFirstSeen": "2026-10-01T06:00:00Z", "eventLastSeen": "2026-10-01T06:30:00Z",
            "archived": false, "count": 3, "resourceRole": "TARGET"}
    }));
    let info = json!({
        "uid": arn, "title": "Title", "desc": "Text", "types": ["Recon:EC2/Portscan"], "product_uid": "d",
        "analytic": {"name": "Recon:EC2/Portscan", "category": "Recon", "type_id": 0, "type": "Unknown"},
        "related_events": [{"uid": sequence, "type": "AttackSequence"}],
        "src_url": "https://eu-west-1.console.aws.amazon.com/guardduty/home?region=eu-west-1#/findings?search=id%3Df1",
        "created_time": 1_790_838_000_000_i64, "created_time_dt": "2026-10-01T07:00:00.000Z",
        "modified_time": 1_790_841_600_000_i64, "modified_time_dt": "2026-10-01T08:00:00.000Z",
        "first_seen_time": 1_790_834_400_000_i64, "first_seen_time_dt": "2026-10-01T06:00:00.000Z",
        "last_seen_time": 1_790_836_200_000_i64, "last_seen_time_dt": "2026-10-01T06:30:00.000Z"
    });
    assert_eq!(event["finding_info"], info);
    let account = json!({"uid": "111122223333", "type_id": 10, "type": "AWS Account"});
    let cloud = json!({"provider": "AWS", "region": "eu-west-1", "account": account});
    assert_eq!(event["cloud"], cloud);
    let metadata = &event["metadata"];
    assert_eq!(metadata["product"]["feature"], json!({"name": "FlowLogs"}));
    for (name, value) in [
        ("event_code", "Recon:EC2/Portscan"),
        ("log_provider", "guardduty"),
        ("log_version", "2.0"),
        ("original_time", "2026-10-01T08:00:00Z"),
    ] {
        assert_eq!(metadata[name], value, "{name}");
    }
    let numbers = ["time", "count", "confidence_score", "severity_id", "status_id", "type_uid"];
    let numbers = numbers.map(|name| event[name].as_i64().unwrap());
    assert_eq!(numbers, [1_790_841_600_000, 3, 7, 3, 1, 200_402]);
    let texts = ["message", "time_dt", "severity", "status", "activity_name", "type_name"];
    let texts = texts.map(|name| event[name].as_str().unwrap());
    let update = "Detection Finding: Update";
    assert_eq!(texts, ["Title", "2026-10-01T08:00:00.000Z", "Medium", "New", "Update", update]);
    let unmapped = json!({"id": "f1", "partition": "aws", "severity": 5.3, "service": {"resourceRole": "TARGET"}});
    assert_eq!(event["unmapped"], unmapped);
}

#[test]
fn an_archived_finding_is_closed_and_suppressed() {
    let event = event(&json!({"service": {"archived": "true"}}));
    let states = ["activity_name", "status", "type_name"].map(|name| event[name].as_str().unwrap());
    assert_eq!(states, ["Close", "Suppressed", "Detection Finding: Close"]);
    assert_eq!(event.get("unmapped"), None);
}

#[test]
fn a_severity_that_is_no_number_is_unknown_and_still_there() {
    let event = event(&json!({"severity": "8"}));
    assert_eq!((&event["severity_id"], &event["severity"]), (&json!(0), &json!("Unknown")));
    assert_eq!(event["unmapped"], json!({"severity": "8"}));
}

#[test]
fn the_time_is_the_nearest_one_that_can_be_read() {
    let service =
        json!({"eventFirstSeen": "2026-10-01T06:00:00Z", "eventLastSeen": "2026-10-01T06:30:00Z"});
    let seen = event(
        &json!({"updatedAt": "soon", "createdAt": "2026-10-01T07:00:00Z", "service": service}),
    );
    assert_eq!(seen["time_dt"], "2026-10-01T06:30:00.000Z");
    assert_eq!(seen["metadata"]["original_time"], "soon");
    assert_eq!(seen["finding_info"].get("modified_time"), None);
    let created = event(&json!({"updatedAt": null, "createdAt": "2026-10-01T07:00:00Z"}));
    assert_eq!(created["time_dt"], "2026-10-01T07:00:00.000Z");
    assert_eq!(event(&json!({"updatedAt": []})).get("time"), None);
}

#[test]
fn samples_are_labelled() {
    let sample = event(&json!({"service": {"additionalInfo": {"value": "{\"sample\":true}"}}}));
    assert_eq!(sample["metadata"]["labels"], json!(["sample"]));
    assert_eq!(event(&json!({}))["metadata"].get("labels"), None);
}

#[test]
fn what_found_it_is_a_rule_a_model_a_correlation_or_not_said() {
    let how = |members: Json| {
        let analytic = event(&members)["finding_info"]["analytic"].clone();
        ["name", "type"].map(|name| analytic[name].as_str().unwrap().to_owned())
    };
    let learned = "Discovery:S3/AnomalousBehavior";
    assert_eq!(how(json!({"type": learned})), [learned, "Learning (ML/DL)"]);
    let sequence = "AttackSequence:S3/CompromisedData";
    assert_eq!(how(json!({"type": sequence})), [sequence, "Correlation"]);
    assert_eq!(how(json!({"customDetectionRuleName": "no-root"})), ["no-root", "Rule"]);
    assert_eq!(how(json!({}))[1], "Unknown");
}

#[test]
fn hostile_text_is_passed_on_untouched_and_uncut() {
    let hostile = format!(
        "\u{1b}]0;x\u{7}\r\n<script>\u{202e}=cmd|'/c'!A1\0${{jndi:x}}{}",
        "a".repeat(70_000)
    );
    let event = event(&json!({"title": hostile, "description": hostile,
        "resource": {"instanceDetails": {"instanceId": hostile, "platform": hostile}},
        "service": {"action": {"dnsRequestAction": {"domain": hostile}}, "unheardOf": hostile}}));
    for place in [
        "/message",
        "/finding_info/title",
        "/finding_info/desc",
        "/resources/0/uid",
        "/resources/0/data/platform",
        "/evidences/0/data/dnsRequestAction/domain",
        "/unmapped/service/unheardOf",
    ] {
        assert_eq!(event.pointer(place).and_then(Json::as_str), Some(hostile.as_str()), "{place}");
    }
    assert_eq!(event["evidences"][0].get("query"), None);
}

#[test]
fn what_other_readers_refuse_hides_nothing_else() {
    let raw = r#"{"id":"f1","severity":8,"resource":{"instanceDetails":{"instanceId":"i-1","platform":"\ud83d"}},
        "service":{"new":1e999,"action":{"awsApiCallAction":{"api":"A","userAgent":"x\udc00"}},"twice":1,"twice":2}}"#;
    let event = detection_finding(&Finding::parse(raw).unwrap());
    let data = json!({"platform": "\u{fffd}"});
    assert_eq!(event["resources"], json!([{"type": "Instance", "uid": "i-1", "data": data}]));
    let data = json!({"awsApiCallAction": {"userAgent": "x\u{fffd}"}});
    assert_eq!(event["evidences"], json!([{"api": {"operation": "A"}, "data": data}]));
    assert_eq!(
        event["unmapped"],
        json!({"severity": 8, "service": {"new": "1e999", "twice": [1, 2]}})
    );
}
