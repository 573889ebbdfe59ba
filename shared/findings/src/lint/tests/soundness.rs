//! On random rules and findings: the lint never panics, and what it calls certain is so.

use proptest::{prelude::*, sample::select};
use serde_json::{Value, json};

use super::*;
use crate::{Finding, implication::Cases};

const PROBES: &str = "service.action.portProbeAction.portProbeDetails";

/// Few attributes with few values, so that conditions meet, include and exclude each other often.
fn condition() -> impl Strategy<Value = (String, Value)> {
    let numbers = || select(vec![0.0, 3.9, 4.0, 4.5, 5.0, 7.0, 10.0]);
    let order = || select(vec!["greaterThan", "greaterThanOrEqual", "lessThan", "lessThanOrEqual"]);
    let sets = |values: &'static [&'static str]| prop::collection::vec(select(values), 1..3);
    let texts = |name: &'static str| {
        prop_oneof![
            (select(vec!["equals", "notEquals"]), sets(&["a", "ab", "b", "5"])),
            (select(vec!["matches", "notMatches"]), sets(&["a*", "*", "?", "*b", "ab", "a?"])),
            (select(vec!["regex", "notRegex"]), sets(&["^a", "b$", "."])),
        ]
        .prop_map(move |(operator, values)| (name.to_owned(), json!({ operator: values })))
    };
    let networks = sets(&["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "192.0.2.0/24", "::/0"]);
    let pairs = (select(vec!["a", "b"]), sets(&["x", "z"]));
    prop_oneof![
        3 => texts("type"),
        1 => texts("resource.instanceDetails.tags.value"),
        2 => (order(), numbers()).prop_map(|(own, bound)| ("severity".to_owned(), json!({ own: bound }))),
        1 => (select(vec!["equals", "notEquals"]), sets(&["3", "4", "7", "4.5"]))
            .prop_map(|(own, values)| ("severity".to_owned(), json!({ own: values }))),
        1 => (order(), numbers()).prop_map(|(own, bound)| ("service.count".to_owned(), json!({ own: bound }))),
        1 => any::<bool>().prop_map(|flag| ("service.count".to_owned(), json!({ "exists": flag }))),
        1 => (select(vec!["equals", "notEquals"]), any::<bool>())
            .prop_map(|(own, flag)| ("service.archived".to_owned(), json!({ own: [flag] }))),
        1 => (select(vec!["olderThan", "newerThan"]), select(vec!["1d", "3d", "7d"]))
            .prop_map(|(own, age)| ("updatedAt".to_owned(), json!({ own: age }))),
        2 => (select(vec!["cidr", "notCidr"]), networks.clone())
            .prop_map(|(own, values)| (format!("{PROBES}.remoteIpDetails.ipAddressV4"), json!({ own: values }))),
        1 => (select(vec!["element", "every"]), select(vec!["cidr", "notCidr"]), networks)
            .prop_map(|(own, inner, values)| (PROBES.to_owned(),
                json!({ own: { "remoteIpDetails.ipAddressV4": { inner: values } } }))),
        1 => pairs.prop_map(|(key, values)| ("resource.instanceDetails.tags".to_owned(),
            json!({ "tag": { key: values } }))),
        1 => any::<bool>().prop_map(|flag| ("resource.instanceDetails.tags".to_owned(), json!({ "exists": flag }))),
    ]
}

/// A map of conditions; those on one attribute are joined.
fn criteria() -> impl Strategy<Value = Value> {
    let joined = prop::collection::vec(condition(), 1..4).prop_map(|conditions| {
        let mut all = serde_json::Map::new();
        for (name, operators) in conditions {
            let own = all.entry(name).or_insert_with(|| json!({}));
            own.as_object_mut().unwrap().extend(operators.as_object().unwrap().clone());
        }
        Value::Object(all)
    });
    joined.prop_recursive(2, 8, 3, |inner| {
        (select(vec!["any", "all"]), prop::collection::vec(inner, 1..3))
            .prop_map(|(own, parts)| json!({ own: parts }))
    })
}

fn rule_set() -> impl Strategy<Value = RuleSet> {
    let expires =
        || prop::option::weighted(0.2, select(vec!["2026-10-01", "2026-11-15", "2027-06-01"]));
    let unless = prop::option::weighted(0.3, prop::collection::vec(criteria(), 1..3));
    let rule = (criteria(), unless, expires(), select(vec!["archive", "notify", "noop"]));
    prop::collection::vec(rule, 1..5).prop_map(|rules| {
        let rules: Vec<_> = rules
            .into_iter()
            .enumerate()
            .map(|(index, (criteria, unless, expires, action))| {
                json!({ "name": format!("r{index}"), "action": action, "criteria": criteria,
                    "unless": unless, "expires": expires })
            })
            .collect();
        let text = json!({ "version": 1, "rules": rules }).to_string();
        RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }])
            .unwrap_or_else(|error| panic!("{error}\n{text}"))
    })
}

/// A finding of GuardDuty's shape that may lack anything but its id.
fn finding() -> impl Strategy<Value = Finding> {
    let some = |values: Vec<Value>| prop::option::weighted(0.85, select(values));
    let list = |values: Vec<Value>| {
        prop::option::weighted(0.8, prop::collection::vec(select(values), 0..3))
    };
    let probe = |address: &str| json!({ "remoteIpDetails": { "ipAddressV4": address } });
    let probes = ["10.1.2.3", "10.1.9.9", "10.9.9.9", "192.0.2.1", "203.0.113.9", "no address"]
        .map(probe)
        .into_iter()
        .chain([json!({})])
        .collect();
    let tags = ["a", "b"]
        .iter()
        .flat_map(|key| ["x", "z", "a", "ab"].map(|value| json!({ "key": key, "value": value })))
        .collect();
    (
        some(["a", "ab", "b", "5", "abb", ""].map(Value::from).to_vec()),
        some([0.0, 3.0, 3.9, 3.95, 4.0, 4.5, 4.9, 5.0, 7.0, 7.5, 10.0].map(Value::from).to_vec()),
        some(vec![json!(0), json!(3.9), json!(4), json!("5"), json!(7), json!(11), json!("many")]),
        some(vec![json!(true), json!("false")]),
        some(
            ["2026-10-31T12:00:00Z", "2026-10-29T00:00:00Z", "2026-10-20T00:00:00Z", "then"]
                .map(Value::from)
                .to_vec(),
        ),
        list(probes),
        list(tags),
    )
        .prop_map(|(own_type, severity, count, archived, updated, probes, tags)| {
            let finding = json!({
                "id": "f", "type": own_type, "severity": severity, "updatedAt": updated,
                "service": { "count": count, "archived": archived,
                    "action": { "portProbeAction": { "portProbeDetails": probes } } },
                "resource": { "instanceDetails": { "tags": tags } },
            });
            Finding::parse(&finding.to_string()).unwrap()
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_called_certain_is_so(set in rule_set(), findings in prop::collection::vec(finding(), 24)) {
        let as_of = Timestamp::parse(NOW).unwrap();
        let found = lint(&set, as_of);
        let named = |code| -> Vec<&str> {
            found.iter().filter(|own| own.code == code).filter_map(|own| own.message.split('`').nth(1)).collect()
        };
        let (shadowed, expired) = (named(Code::ShadowedRule), named(Code::Expired));
        for moment in [as_of, Timestamp::parse("2027-01-01T00:00:00Z").unwrap()] {
            for finding in &findings {
                let decision = set.decide(finding, moment);
                if let Some(name) = decision.rule_name() {
                    prop_assert!(!shadowed.contains(&name), "{} is shadowed and decides {}", name, finding.raw());
                    prop_assert!(!expired.contains(&name), "{} is expired and decides {}", name, finding.raw());
                }
            }
        }
        for (rule, cases) in set.rules().iter().map(|rule| (rule, Cases::of(&rule.when))) {
            for finding in &findings {
                let matches = set.matches(rule, finding, as_of);
                if matches {
                    prop_assert!(cases.conflict().is_none(), "`{}` can match {}", rule.name, finding.raw());
                }
                let severity = finding.severity();
                if let (true, Some(severity)) = (matches, severity) {
                    let is_among = cases.iter().any(|case| case.severities().contains(severity.value()));
                    prop_assert!(is_among, "`{}` matches {}", rule.name, finding.raw());
                }
                for other in set.rules() {
                    if matches && cases.imply(&other.when) {
                        prop_assert!(set.matches(other, finding, as_of), "`{}` but not `{}`: {}", rule.name, other.name, finding.raw());
                    }
                }
            }
        }
    }
}
