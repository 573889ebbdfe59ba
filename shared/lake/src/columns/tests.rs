//! Rows of small findings.

use super::*;

fn cell(json: &str, column: &str) -> Cell {
    let row = Columns::new("s1").row(&Finding::parse(json).unwrap(), 7);
    row[COLUMNS.iter().position(|(name, _)| *name == column).unwrap()].clone()
}

const PROBE: &str = r#"{"id":"f1","accountId":"111122223333","type":"Backdoor:EC2/C&CActivity.B!DNS","severity":2,
    "updatedAt":"2026-10-01T08:00:00Z","resource":{"resourceType":"Instance","instanceDetails":{"instanceId":"i-1"}},
    "service":{"count":3,"archived":false,"action":{"actionType":"PORT_PROBE","portProbeAction":{"portProbeDetails":[
    {"localPortDetails":{"port":22},"remoteIpDetails":{"ipAddressV4":"198.51.100.7","organization":{"asn":64500}}},
    {"localPortDetails":{"port":23},"remoteIpDetails":{"ipAddressV4":"203.0.113.5"}}]}}}}"#;

#[test]
fn every_column_that_the_header_does_not_have_has_a_path() {
    let details =
        COLUMNS.iter().filter(|(name, _)| DETAILS.iter().any(|(detail, _)| detail == name)).count();
    assert_eq!(details, DETAILS.len());
}

#[test]
fn header_columns_come_out_typed() {
    for (column, expected) in [
        ("type_family", Cell::Text("C&CActivity".into())),
        ("type_artifact", Cell::Text("DNS".into())),
        ("severity", Cell::Float(2.0)),
        ("severity_level", Cell::Text("low".into())),
        ("updated_at", Cell::Moment(1_790_841_600_000_000)),
        ("count", Cell::Integer(3)),
        ("archived", Cell::Boolean(false)),
        ("created_at", Cell::Null),
        ("source_line", Cell::Integer(7)),
        ("parse_notes", Cell::Null),
        ("source_id", Cell::Text("s1".into())),
    ] {
        assert_eq!(cell(PROBE, column), expected, "{column}");
    }
}

#[test]
fn the_first_remote_party_of_an_action_is_taken_wherever_its_kind_keeps_it() {
    for (column, expected) in [
        ("remote_ip", Cell::Text("198.51.100.7".into())),
        ("remote_asn", Cell::Text("64500".into())),
        ("local_port", Cell::Integer(22)),
        ("instance_id", Cell::Text("i-1".into())),
        ("domain", Cell::Null),
    ] {
        assert_eq!(cell(PROBE, column), expected, "{column}");
    }
}

#[test]
fn what_is_there_and_unreadable_is_null_with_a_note() {
    let json = r#"{"id":"f1","accountId":"111122223333","severity":"high","updatedAt":"soon","service":{"count":null}}"#;
    assert_eq!(cell(json, "severity"), Cell::Null);
    assert_eq!(cell(json, "parse_notes"), Cell::Text("unreadable: severity, updatedAt".into()));
}

#[test]
fn the_finding_itself_stays_untouched() {
    assert_eq!(cell(PROBE, "raw"), Cell::Text(PROBE.into()));
}
