//! Rules as filters and event patterns, and the reasons of those that are none.

use serde_json::{Value, json};

use super::{Exported, Note, event_patterns, filters};
use crate::{Attribute, AttributeKind, RuleSet, RuleSource, Timestamp};

fn rule_set(text: &str) -> RuleSet {
    RuleSet::parse(&[RuleSource { name: "rules.yaml", text }])
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A rule set of one rule with these criteria, and `unless` when there is one.
fn one(criteria: &str, rest: &str) -> RuleSet {
    rule_set(&format!(
        "version: 1\nrules:\n  - name: one\n    action: archive\n    criteria: {criteria}\n    {rest}\n"
    ))
}

fn codes(exported: &Exported<'_>) -> Vec<&'static str> {
    exported.outcome.as_ref().unwrap_err().iter().map(super::Reason::code).collect()
}

fn noted(exported: &Exported<'_>) -> Vec<&'static str> {
    exported.notes.iter().map(Note::code).collect()
}

/// What the conditions become in a filter.
fn criterion(criteria: &str, rest: &str) -> Result<Value, Vec<&'static str>> {
    let rules = one(criteria, rest);
    let exported = filters(&rules, Timestamp::EPOCH).remove(0);
    match &exported.outcome {
        Ok(filter) => Ok(filter["FindingCriteria"]["Criterion"].clone()),
        Err(_) => Err(codes(&exported)),
    }
}

/// What the conditions become in an event pattern.
fn detail(criteria: &str, rest: &str) -> Result<Value, Vec<&'static str>> {
    let rules = one(criteria, rest);
    let exported = event_patterns(&rules, Timestamp::EPOCH).remove(0);
    match &exported.outcome {
        Ok(pattern) => Ok(pattern["detail"].clone()),
        Err(_) => Err(codes(&exported)),
    }
}

const IP: &str = "service.action.networkConnectionAction.remoteIpDetails.ipAddressV4";
const ASN: &str = "service.action.networkConnectionAction.remoteIpDetails.organization.asn";
const SAMPLE: &str = "service.additionalInfo.sample";
const TAG: &str = "resource.instanceDetails.tags";

#[test]
fn conditions_become_what_a_filter_says_for_them() {
    for (criteria, rest, expected) in [
        ("{ type: { equals: [a, b] } }", "", json!({"type": {"Equals": ["a", "b"]}})),
        ("{ type: { equals: a } }", "", json!({"type": {"Equals": ["a"]}})),
        (
            "{ severity: { equals: ['8'], lessThan: 9 } }",
            "",
            json!({"severity": {"Equals": ["8"], "LessThan": 9}}),
        ),
        (
            "{ service.count: { notEquals: [7] } }",
            "",
            json!({"service.count": {"NotEquals": ["7"]}}),
        ),
        (
            "{ service.archived: { equals: [false] } }",
            "",
            json!({"service.archived": {"Equals": ["false"]}}),
        ),
        (
            "{ updatedAt: { greaterThan: 2026-01-01 } }",
            "",
            json!({"updatedAt": {"GreaterThan": 1_767_225_600_000_i64}}),
        ),
        (
            "{ type: { matches: ['a*?'], notMatches: ['*z'] } }",
            "",
            json!({"type": {"Matches": ["a*?"], "NotMatches": ["*z"]}}),
        ),
        (
            "{ all: [ { region: { equals: [r] } }, { any: [ { id: { equals: [i] } } ] } ] }",
            "",
            json!({"region": {"Equals": ["r"]}, "id": {"Equals": ["i"]}}),
        ),
        (
            "{ id: { notEquals: [a] } }",
            "unless: [ { id: { equals: [b] } }, { type: { matches: ['c*'] } } ]",
            json!({"id": {"NotEquals": ["a", "b"]}, "type": {"NotMatches": ["c*"]}}),
        ),
        (
            "{ id: { equals: [a] } }",
            "unless: [ { service.count: { greaterThan: 100 } } ]",
            json!({"id": {"Equals": ["a"]}, "service.count": {"LessThanOrEqual": 100}}),
        ),
        (
            "{ id: { equals: { list: ids } } }",
            "\nlists: { ids: [a, b] }",
            json!({"id": {"Equals": ["a", "b"]}}),
        ),
    ] {
        let (rest, lists) = rest.split_once('\n').unwrap_or((rest, ""));
        let text = format!(
            "version: 1\n{lists}\nrules:\n  - name: one\n    action: archive\n    criteria: {criteria}\n    {rest}\n"
        );
        let rules = rule_set(&text);
        let exported = filters(&rules, Timestamp::EPOCH).remove(0);
        let filter = exported.outcome.unwrap_or_else(|reasons| panic!("{criteria}: {reasons:?}"));
        assert_eq!(filter["FindingCriteria"]["Criterion"], expected, "{criteria}");
    }
}

#[test]
fn what_a_filter_can_not_say_has_its_reason() {
    let fifty_one: Vec<_> = (0..51).map(|number| format!("a{number}")).collect();
    let fifty_one = format!("{{ id: {{ equals: [{}] }} }}", fifty_one.join(", "));
    let attributes: Vec<_> = Attribute::all()
        .iter()
        .filter(|attribute| attribute.kind == AttributeKind::Text)
        .take(51)
        .map(|attribute| format!("{}: {{ equals: [a] }}", attribute.name))
        .collect();
    let attributes = format!("{{ {} }}", attributes.join(", "));
    for (criteria, rest, expected) in [
        (format!("{{ {IP}: {{ cidr: [192.0.2.0/24] }} }}"), "", "operator"),
        ("{ type: { regex: [a] } }".into(), "", "operator"),
        ("{ updatedAt: { olderThan: 7d } }".into(), "", "operator"),
        ("{ service.count: { exists: true } }".into(), "", "operator"),
        (format!("{{ {TAG}: {{ tag: {{ Role: edge }} }} }}"), "", "operator"),
        (format!("{{ {TAG}: {{ every: {{ key: {{ equals: [a] }} }} }} }}"), "", "operator"),
        (
            "{ any: [ { id: { equals: [a] } }, { type: { equals: [b] } } ] }".into(),
            "",
            "alternatives",
        ),
        (
            "{ id: { equals: [a] } }".into(),
            "unless: [ { type: { equals: [b] }, region: { equals: [c] } } ]",
            "alternatives",
        ),
        (
            "{ id: { equals: [a] } }".into(),
            "unless: [ { service.runtimeDetails.process.lineage.pid: { greaterThan: 1 } } ]",
            "opposite",
        ),
        ("{ severity: { lessThan: 3.9 } }".into(), "", "decimal"),
        ("{ severity: { equals: [8] } }".into(), "", "exact-severity"),
        ("{ type: { matches: [a, b, c, d, e, f] } }".into(), "", "too-many-patterns"),
        ("{ type: { matches: [''] } }".into(), "", "pattern"),
        (format!("{{ type: {{ matches: ['{}'] }} }}", "a".repeat(513)), "", "pattern"),
        (
            "{ all: [ { id: { equals: [a] } }, { id: { equals: [b] } } ] }".into(),
            "",
            "same-operator",
        ),
        (fifty_one, "", "too-many-values"),
        (attributes, "", "too-many-attributes"),
        ("{ id: { equals: [a] } }".into(), "expires: 1969-12-31", "expired"),
    ] {
        assert_eq!(criterion(&criteria, rest), Err(vec![expected]), "{criteria} {rest}");
    }
    let both = criterion("{ severity: { lessThan: 3.9 }, type: { regex: [a] } }", "");
    assert_eq!(both.unwrap_err().len(), 2, "every reason is given");
}

#[test]
fn a_filter_is_the_input_of_create_filter_and_says_what_the_rule_loses() {
    let rules = rule_set(
        "version: 1
defaults: { archive_ceiling: 3.5 }
rules:
  - { name: keep, action: notify, criteria: { region: { equals: [r] } } }
  - { name: gone, action: noop, criteria: { region: { equals: [r] } }, expires: 1969-12-31 }
  - { name: ab, action: archive, criteria: { region: { equals: [r] } } }
  - { name: hide, action: archive, hold: 24h, reason: 'Noise, on the edge', expires: 2027-03-31, criteria: { severity: { lessThan: 4 } } }
  - { name: at-once, action: archive, hold: 0, criteria: { severity: { lessThan: 4 } } }
",
    );
    let exported = filters(&rules, Timestamp::EPOCH);
    assert_eq!(exported[0].outcome.as_ref().unwrap()["Action"], "NOOP");
    assert_eq!(noted(&exported[0]), ["noop"]);
    assert_eq!(codes(&exported[1]), ["expired"]);
    assert_eq!(codes(&exported[2]), ["short-name"]);
    assert_eq!(
        *exported[3].outcome.as_ref().unwrap(),
        json!({"Name": "hide", "Action": "ARCHIVE", "Rank": 2, "Description": "Noise on the edge",
            "FindingCriteria": {"Criterion": {"severity": {"LessThan": 4}}}})
    );
    assert_eq!(noted(&exported[3]), ["hold", "guards", "order", "expiry", "description"]);
    assert_eq!(noted(&exported[4]), ["guards", "order"]);
    let shown: Vec<_> = exported[3].notes.iter().map(Note::to_string).collect();
    assert!(
        shown[0].contains("24h") && shown[1].contains("3.5") && shown[4].ends_with(": ,"),
        "{shown:?}"
    );
}

#[test]
fn ranks_end_at_a_hundred() {
    let rules: String = (0..101)
        .map(|number| format!("  - {{ name: rule-{number}, action: noop, criteria: {{ id: {{ equals: [a] }} }} }}\n"))
        .collect();
    let rules = rule_set(&format!("version: 1\nrules:\n{rules}"));
    let exported = filters(&rules, Timestamp::EPOCH);
    assert_eq!(exported[99].outcome.as_ref().unwrap()["Rank"], 100);
    assert_eq!(codes(&exported[100]), ["too-many-filters"]);
}

#[test]
fn conditions_become_what_an_event_pattern_says_for_them() {
    let nested = |leaf: Value| json!({"service": {"action": {"networkConnectionAction": {"remoteIpDetails": leaf}}}});
    for (criteria, rest, expected) in [
        ("{ type: { equals: [a] }, region: { notEquals: [b] } }".to_owned(), "",
            json!({"type": ["a"], "region": [{"anything-but": ["b"]}]})),
        (format!("{{ {ASN}: {{ equals: ['64500', x] }} }}"), "", nested(json!({"organization": {"asn": ["64500", 64500, "x"]}}))),
        (format!("{{ {SAMPLE}: {{ equals: ['true'] }} }}"), "", json!({"service": {"additionalInfo": {"sample": ["true", true]}}})),
        ("{ service.count: { equals: [7] } }".into(), "", json!({"service": {"count": ["7", 7]}})),
        ("{ service.archived: { equals: [false] } }".into(), "", json!({"service": {"archived": [false, "false"]}})),
        ("{ service.archived: { notEquals: [false] } }".into(), "", json!({"service": {"archived": [true, "true"]}})),
        ("{ severity: { equals: ['7', '8', 4.5] } }".into(), "", json!({"severity": [{"numeric": [">=", 7, "<", 9]}, 4.5]})),
        ("{ severity: { notEquals: ['7', '8'] } }".into(), "",
            json!({"severity": [{"numeric": ["<", 7]}, {"numeric": [">=", 9]}]})),
        ("{ severity: { lessThan: 3.9 } }".into(), "", json!({"severity": [{"numeric": ["<", 3.9]}]})),
        ("{ severity: { lessThan: 7, greaterThanOrEqual: 4 } }".into(), "",
            json!({"severity": [{"numeric": [">=", 4, "<", 7]}]})),
        ("{ type: { matches: ['Recon:**/A\\B', x] } }".into(), "",
            json!({"type": [{"wildcard": "Recon:*/A\\\\B"}, {"wildcard": "x"}]})),
        ("{ type: { notMatches: ['a*'] } }".into(), "", json!({"type": [{"anything-but": {"wildcard": ["a*"]}}]})),
        (format!("{{ {IP}: {{ cidr: [192.0.2.9/24, 2001:db8::1] }} }}"), "",
            nested(json!({"ipAddressV4": [{"cidr": "192.0.2.0/24"}, {"cidr": "2001:db8::1/128"}]}))),
        ("{ service.count: { exists: false } }".into(), "", json!({"service": {"count": [{"exists": false}, null]}})),
        ("{ id: { equals: [a] } }".into(), "unless: [ { service.count: { greaterThan: 100 } } ]",
            json!({"id": ["a"], "service": {"count": [{"numeric": ["<=", 100]}]}})),
        ("{ id: { equals: [a] }, any: [ { region: { equals: [b] } }, { type: { equals: [c] } } ] }".into(), "",
            json!({"id": ["a"], "$or": [{"region": ["b"]}, {"type": ["c"]}]})),
        ("{ id: { equals: [a] } }".into(), "unless: [ { region: { equals: [b] }, type: { equals: [c] } } ]",
            json!({"id": ["a"], "$or": [{"region": [{"anything-but": ["b"]}]}, {"type": [{"anything-but": ["c"]}]}]})),
        (format!("{{ {TAG}: {{ tag: {{ Role: [edge, dmz] }} }} }}"), "",
            json!({"resource": {"instanceDetails": {"tags": {"key": ["Role"], "value": ["edge", "dmz"]}}}})),
        (format!("{{ {TAG}: {{ element: {{ key: {{ equals: [a] }}, value: {{ notEquals: [b] }} }} }} }}"), "",
            json!({"resource": {"instanceDetails": {"tags": {"key": ["a"], "value": [{"anything-but": ["b"]}]}}}})),
        ("{ resource.kubernetesDetails.kubernetesWorkloadDetails.hostPid: { equals: [true] } }".into(), "",
            json!({"resource": {"kubernetesDetails": {"kubernetesWorkloadDetails": {"hostPID": [true, "true"]}}}})),
    ] {
        assert_eq!(detail(&criteria, rest), Ok(expected), "{criteria} {rest}");
    }
    let two_keys = detail(&format!("{{ {TAG}: {{ tag: {{ A: b, C: d }} }} }}"), "").unwrap();
    assert_eq!(two_keys["$or"].as_array().map(Vec::len), Some(2));
}

#[test]
fn what_an_event_pattern_can_not_say_has_its_reason() {
    for (criteria, rest, expected) in [
        ("{ type: { regex: [a] } }".to_owned(), "", "operator"),
        ("{ updatedAt: { olderThan: 7d } }".into(), "", "operator"),
        (format!("{{ {TAG}: {{ exists: true }} }}"), "", "operator"),
        (format!("{{ {TAG}: {{ every: {{ key: {{ equals: [a] }} }} }} }}"), "", "operator"),
        (format!("{{ {IP}: {{ notCidr: [192.0.2.0/24] }} }}"), "", "opposite"),
        ("{ id: { equals: [a] } }".into(), "unless: [ { resource.instanceDetails.tags: { tag: { A: b } } } ]", "opposite"),
        ("{ severity: { notEquals: ['8', 4.5] } }".into(), "", "opposite"),
        ("{ type: { matches: ['a?'] } }".into(), "", "pattern"),
        ("{ updatedAt: { lessThan: 2026-01-01 } }".into(), "", "time"),
        ("{ createdAt: { equals: [2026-01-01] } }".into(), "", "time"),
        (format!("{{ {ASN}: {{ lessThan: 50 }} }}"), "", "untyped"),
        (format!("{{ {SAMPLE}: {{ notEquals: ['true'] }} }}"), "", "untyped"),
        (format!("{{ {SAMPLE}: {{ matches: ['t*'] }} }}"), "", "untyped"),
        ("{ service.count: { lessThan: 5000000001 } }".into(), "", "precision"),
        ("{ severity: { lessThan: 3.9000001 } }".into(), "", "precision"),
        (format!("{{ {TAG}.value: {{ notEquals: [a] }} }}"), "", "negated-list"),
        (format!("{{ {TAG}.value: {{ exists: false }} }}"), "", "negated-list"),
        (format!("{{ {TAG}.key: {{ equals: [a] }}, {TAG}.value: {{ equals: [b] }} }}"), "", "same-element"),
        ("{ type: { equals: [a], matches: ['b*'] } }".into(), "", "same-operator"),
        ("{ severity: { greaterThan: 7, lessThan: 4 } }".into(), "", "same-operator"),
        ("{ all: [ { any: [ { id: { equals: [a] } }, { id: { equals: [b] } } ] }, { any: [ { type: { equals: [a] } }, { type: { equals: [b] } } ] } ] }".into(), "", "alternatives"),
        ("{ service.archived: { notEquals: [true, false] } }".into(), "", "never"),
        ("{ service.action.rdsLoginAttemptAction.loginAttributes.user: { equals: [a] } }".into(), "", "name"),
        ("{ id: { equals: [a] } }".into(), "expires: 1969-12-31", "expired"),
    ] {
        assert_eq!(detail(&criteria, rest), Err(vec![expected]), "{criteria} {rest}");
    }
}

#[test]
fn a_pattern_says_where_null_counts_and_when_it_is_long() {
    let rules = one(
        &format!("{{ {IP}: {{ notEquals: [192.0.2.1] }}, region: {{ notEquals: [r] }} }}"),
        "expires: 2027-03-31",
    );
    let exported = event_patterns(&rules, Timestamp::EPOCH).remove(0);
    assert_eq!(noted(&exported), ["null", "expiry"]);
    assert_eq!(exported.outcome.unwrap()["source"], json!(["aws.guardduty"]));
    let ids: Vec<_> = (0..50).map(|number| format!("{number:032}")).collect();
    let rules = one(&format!("{{ id: {{ equals: ['{}'] }} }}", ids.join("', '")), "");
    let long = event_patterns(&rules, Timestamp::EPOCH).remove(0);
    assert!(
        noted(&long).is_empty(),
        "50 ids are {} characters",
        long.outcome.unwrap().to_string().len()
    );
    let rules = one(
        &format!("{{ id: {{ equals: ['{}'] }} }}", [ids.clone(), ids].concat().join("', '")),
        "",
    );
    assert_eq!(noted(&event_patterns(&rules, Timestamp::EPOCH).remove(0)), ["long"]);
}

#[test]
fn the_documentation_explains_every_reason_and_note() {
    let page = include_str!("../../../../docs/rules/language.md");
    let codes = include_str!("reason.rs").lines().filter_map(|line| {
        let (_, code) = line.trim().split_once("=> \"")?;
        code.strip_suffix("\",")
    });
    let codes: Vec<_> = codes.collect();
    assert_eq!(codes.len(), 28);
    for code in codes {
        assert!(page.contains(&format!("\n| `{code}` |")), "{code}");
    }
}
