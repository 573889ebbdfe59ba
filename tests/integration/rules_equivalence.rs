//! What rules are exported as selects the findings that the rules select, tried on generated ones.

use findings::{
    Filter, Finding, Record, RuleSet, RuleSource, Timestamp, Truth,
    convert::{self, Note},
    decode,
};
use local::pattern::Pattern;
use proptest::{
    collection::vec, option, prelude::*, sample::select, strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

const NETWORK: &str = "service.action.networkConnectionAction.remoteIpDetails";

/// What a finding may hold, in the types that events hold it in.
fn finding() -> impl Strategy<Value = Value> {
    let tag = (select(vec!["Role", "Env"]), select(vec!["edge", "db", "prod"]))
        .prop_map(|(key, value)| json!({"key": key, "value": value}));
    let nullable = |own: Vec<Value>| option::of(select([own, vec![Value::Null]].concat()));
    (
        select(vec![
            "Recon:EC2/PortProbe",
            "Recon:EC2/Portscan",
            "Trojan:EC2/DNSDataExfiltration!DNS",
        ]),
        (0..=40_u32).prop_map(|quarters| f64::from(quarters) / 4.0),
        option::of(0..6_u32),
        vec(tag, 0..3),
        nullable(vec![json!("192.0.2.7"), json!("203.0.113.9"), json!("2001:db8::1")]),
        nullable(vec![json!("64500"), json!("64501")]),
        option::of(any::<bool>()),
        option::of(select(vec!["OUTBOUND", "INBOUND"])),
        vec(select(vec!["2001:db8::7", "2001:db8::8"]), 0..3),
    )
        .prop_map(|(kind, severity, count, tags, ip, asn, sample, direction, addresses)| {
            let mut details = json!({});
            insert(&mut details, "ipAddressV4", ip);
            insert(&mut details, "organization", asn.map(|asn| json!({"asn": asn})));
            let mut connection = json!({"remoteIpDetails": details});
            insert(&mut connection, "connectionDirection", direction.map(Value::from));
            let mut service =
                json!({"action": {"networkConnectionAction": connection}, "archived": false});
            insert(&mut service, "count", count.map(Value::from));
            insert(&mut service, "additionalInfo", sample.map(|own| json!({"sample": own})));
            json!({"id": "f1", "accountId": "111122223333", "region": "eu-west-1", "type": kind,
                "severity": severity, "updatedAt": "2026-04-01T00:00:00Z", "service": service,
                "resource": {"instanceDetails": {"tags": tags,
                    "networkInterfaces": [{"ipv6Addresses": addresses}]}}})
        })
}

fn insert(object: &mut Value, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        object[name] = value;
    }
}

/// Criteria on one attribute.
fn condition() -> impl Strategy<Value = Value> {
    let text = |attribute: &'static str, values: Vec<&'static str>| {
        (select(vec!["equals", "notEquals"]), vec(select(values), 1..3))
            .prop_map(move |(operator, values)| json!({attribute: {operator: values}}))
    };
    let order = |attribute: &'static str, bounds: std::ops::Range<u32>| {
        (select(vec!["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"]), bounds)
            .prop_map(move |(operator, bound)| json!({attribute: {operator: bound}}))
    };
    prop_oneof![
        text("type", vec!["Recon:EC2/PortProbe", "Recon:EC2/Portscan", "Other"]),
        (
            select(vec!["matches", "notMatches"]),
            vec(select(vec!["Recon:*", "*!DNS", "*EC2/Port**", "x"]), 1..3)
        )
            .prop_map(|(operator, values)| json!({"type": {operator: values}})),
        text("severity", vec!["0", "3", "4", "8", "9", "10"]),
        order("severity", 0..11),
        text("service.count", vec!["0", "2", "5"]),
        order("service.count", 0..6),
        any::<bool>().prop_map(|own| json!({"service.count": {"exists": own}})),
        text("service.action.networkConnectionAction.connectionDirection", vec!["OUTBOUND", "X"]),
        text("service.additionalInfo.sample", vec!["true", "false"]),
        text("service.archived", vec!["true", "false"]),
        vec(select(vec!["192.0.2.0/24", "2001:db8::/32", "203.0.113.9"]), 1..3)
            .prop_map(|own| json!({format!("{NETWORK}.ipAddressV4"): {"cidr": own}})),
        (select(vec!["equals", "notEquals"]), select(vec!["192.0.2.7", "x"])).prop_map(
            |(operator, own)| json!({format!("{NETWORK}.ipAddressV4"): {operator: [own]}})
        ),
        select(vec!["64500", "1"])
            .prop_map(|own| json!({format!("{NETWORK}.organization.asn"): {"equals": [own]}})),
        text("resource.instanceDetails.tags.value", vec!["edge", "db"]),
        text("resource.instanceDetails.tags.key", vec!["Role", "Env"]),
        text("resource.instanceDetails.networkInterfaces.ipv6Addresses", vec!["2001:db8::7", "x"]),
        (select(vec!["Role", "Env"]), vec(select(vec!["edge", "prod"]), 1..3)).prop_map(
            |(key, values)| json!({"resource.instanceDetails.tags": {"tag": {key: values}}})
        ),
        (select(vec!["Role", "Env"]), select(vec!["equals", "notEquals"]))
            .prop_map(|(key, operator)| json!({"resource.instanceDetails.tags":
                {"element": {"key": {"equals": [key]}, "value": {operator: ["edge"]}}}})),
    ]
}

/// A rule set of one rule: conditions, now and then alternatives, now and then `unless`.
fn rules() -> impl Strategy<Value = String> {
    let group = vec(condition(), 1..3).prop_map(|own| json!({"all": own})).boxed();
    (
        vec(condition(), 1..3),
        option::weighted(0.3, vec(group.clone(), 1..3)),
        option::weighted(0.4, vec(group, 1..3)),
    )
        .prop_map(|(all, any, unless)| {
            let mut criteria = json!({"all": all});
            insert(&mut criteria, "any", any.map(Value::from));
            let mut rule = json!({"name": "one", "action": "archive", "criteria": criteria});
            insert(&mut rule, "unless", unless.map(Value::from));
            json!({"version": 1, "rules": [rule]}).to_string()
        })
}

fn decoded(finding: &Value) -> Finding {
    match decode(finding.to_string().as_bytes()).remove(0) {
        Record::Finding(finding) => *finding,
        other => panic!("{other:?}"),
    }
}

/// Rules that have no counterpart prove nothing: enough of the generated ones have to have one.
#[test]
fn many_generated_rules_have_a_filter_and_an_event_pattern() {
    let mut runner = TestRunner::deterministic();
    let (mut filters, mut patterns, mut strict) = (0, 0, 0);
    for _ in 0..500 {
        let text = rules().new_tree(&mut runner).unwrap().current();
        let rules = RuleSet::parse(&[RuleSource { name: "one", text: &text }]).unwrap();
        filters += usize::from(convert::filters(&rules, Timestamp::EPOCH)[0].outcome.is_ok());
        let pattern = convert::event_patterns(&rules, Timestamp::EPOCH).remove(0);
        patterns += usize::from(pattern.outcome.is_ok());
        strict += usize::from(pattern.outcome.is_ok() && pattern.notes.is_empty());
    }
    assert!(filters >= 50 && patterns >= 100 && strict >= 50, "{filters} {patterns} {strict}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// The rule, the filter and the event pattern are read by three different engines' rules.
    #[test]
    fn what_is_exported_selects_the_same_findings(text in rules(), findings in vec(finding(), 1..8)) {
        let rules = RuleSet::parse(&[RuleSource { name: "one", text: &text }]).unwrap();
        let filter = convert::filters(&rules, Timestamp::EPOCH).remove(0).outcome.ok();
        let filter = filter.map(|own| Filter::from_criteria_json(&own["FindingCriteria"]).unwrap());
        let pattern = convert::event_patterns(&rules, Timestamp::EPOCH).remove(0);
        let is_loose = pattern.notes.iter().any(|note| matches!(note, Note::Null(_)));
        let pattern = pattern.outcome.ok();
        let compiled = pattern.as_ref().map(|own| Pattern::from_value(own).unwrap_or_else(|error| panic!("{error}: {own}")));
        for json in findings {
            let finding = decoded(&json);
            let holds = rules.explain(&finding, Timestamp::EPOCH).trace[0].holds == Truth::True;
            if let Some(filter) = &filter {
                prop_assert_eq!(filter.matches(&finding) == Truth::True, holds, "{} on {}", &text, &json);
            }
            if let Some(compiled) = &compiled {
                let event = json!({"source": "aws.guardduty", "detail-type": "GuardDuty Finding", "detail": json});
                let matches = compiled.matches(&event);
                let is_same = matches == holds || (is_loose && matches && json.to_string().contains("null"));
                prop_assert!(is_same, "{} became {} and differs on {}", &text, pattern.as_ref().unwrap(), &json);
            }
        }
    }
}
