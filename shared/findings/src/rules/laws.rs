//! What holds for all rule sets and findings, tried on generated ones.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value as Json, json};

use super::{Action, Decision, Guard, RuleSet, RuleSource};
use crate::{Filter, Finding, Matcher, Timestamp, Truth, decode, expression::Subject, glob::Glob};

const NETWORK: &str = "service.action.networkConnectionAction.remoteIpDetails";

/// One value of each kind that can stand anywhere.
fn odd_value() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        Just(json!([])),
        Just(json!({})),
        Just(json!(true)),
        Just(json!("text")),
        (-3_i64..12).prop_map(Json::from),
        (0.0..11.0_f64).prop_map(Json::from),
    ]
}

fn finding() -> impl Strategy<Value = Json> {
    let kind = prop_oneof![
        9 => select(vec!["Recon:EC2/Portscan", "Recon:EC2/PortProbe", "AttackSequence:S3/X", "T"])
            .prop_map(Json::from),
        1 => odd_value(),
    ];
    let severity = prop_oneof![4 => (0..40_u32).prop_map(|tenths| json!(f64::from(tenths) / 4.0)), 1 => odd_value()];
    let account = prop_oneof![4 => select(vec!["111122223333", "444455556666"]).prop_map(Json::from), 1 => odd_value()];
    let count = prop_oneof![3 => (0..5_u32).prop_map(Json::from), 1 => odd_value()];
    let tag = (select(vec!["Role", "Zone"]), select(vec!["edge", "db"]))
        .prop_map(|(key, value)| json!({"key": key, "value": value}));
    let address = prop_oneof![3 => select(vec!["192.0.2.1", "203.0.113.9", "2001:db8::1"]).prop_map(Json::from), 1 => odd_value()];
    let sample = prop_oneof![Just(Json::Null), Just(json!(true)), Just(json!("false"))];
    (kind, severity, account, count, vec(tag, 0..3), option::of(address), sample).prop_map(
        |(kind, severity, account, count, tags, address, sample)| {
            json!({"id": "f1", "type": kind, "severity": severity, "accountId": account,
                "updatedAt": "2026-04-01T00:00:00Z", "region": "eu-west-1",
                "resource": {"instanceDetails": {"tags": tags}},
                "service": {"count": count, "additionalInfo": {"sample": sample},
                    "action": {"networkConnectionAction": {"remoteIpDetails": {"ipAddressV4": address}}}}})
        },
    )
}

/// Conditions on one attribute.
fn condition() -> impl Strategy<Value = (String, Json)> {
    let text = |attribute: &'static str, values: Vec<&'static str>| {
        (select(vec!["equals", "notEquals", "matches", "notMatches"]), vec(select(values), 1..3))
            .prop_map(move |(operator, values)| (attribute.to_owned(), json!({operator: values})))
    };
    let order = |attribute: &'static str| {
        (
            select(vec!["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"]),
            0..40_u32,
        )
            .prop_map(move |(operator, bound)| {
                (attribute.to_owned(), json!({operator: f64::from(bound) / 4.0}))
            })
    };
    prop_oneof![
        text("type", vec!["Recon:EC2/Portscan", "Recon:*", "*Probe", "T"]),
        text("accountId", vec!["111122223333", "4*", "?"]),
        text("resource.instanceDetails.tags.value", vec!["edge", "d?"]),
        order("severity"),
        order("service.count"),
        any::<bool>().prop_map(|own| ("service.count".to_owned(), json!({"exists": own}))),
        any::<bool>().prop_map(|own| {
            ("service.additionalInfo.sample".to_owned(), json!({"equals": [own.to_string()]}))
        }),
        select(vec!["cidr", "notCidr"]).prop_map(|operator| {
            (format!("{NETWORK}.ipAddressV4"), json!({operator: ["192.0.2.0/24", "2001:db8::/32"]}))
        }),
        Just(("resource.instanceDetails.tags".to_owned(), json!({"tag": {"Role": "edge"}}))),
        Just((
            "resource.instanceDetails.tags".to_owned(),
            json!({"every": {"value": {"equals": ["edge"]}}})
        )),
    ]
}

fn criteria() -> impl Strategy<Value = Json> {
    vec(condition(), 1..4)
        .prop_map(|conditions| conditions.into_iter().collect::<Map<String, Json>>().into())
}

fn rule() -> impl Strategy<Value = Json> {
    let action = select(vec!["archive", "notify", "noop"]);
    let hold = select(vec!["0", "1h", "7d"]);
    (criteria(), action, hold, option::of(vec(criteria(), 1..3)), option::of(vec(criteria(), 1..3)))
        .prop_map(|(mut criteria, action, hold, unless, any)| {
            if let Some(any) = any {
                criteria["any"] = any.into();
            }
            let mut rule = json!({"action": action, "hold": hold, "criteria": criteria});
            if let Some(unless) = unless {
                rule["unless"] = unless.into();
            }
            rule
        })
}

fn rule_set() -> impl Strategy<Value = RuleSet> {
    vec(rule(), 0..8).prop_map(load)
}

fn load(rules: Vec<Json>) -> RuleSet {
    let rules: Vec<Json> = rules
        .into_iter()
        .enumerate()
        .map(|(index, mut rule)| {
            rule["name"] = format!("r{index}").into();
            rule
        })
        .collect();
    let text = json!({"version": 1, "rules": rules}).to_string();
    RuleSet::parse(&[RuleSource { name: "generated", text: &text }]).unwrap()
}

fn read(finding: &Json) -> Finding {
    Finding::parse(&finding.to_string()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::parse("2026-04-10T00:00:00Z").unwrap()
}

fn truth(criteria: &Json, finding: &Finding) -> Truth {
    Filter::from_criteria_json(criteria).unwrap().matches(finding)
}

/// Every rule is asked, in order: what the index must not change.
fn decide_plainly<'r>(set: &'r RuleSet, finding: &Finding) -> Decision<'r> {
    let values = finding.values(&set.paths);
    let subject = Subject { values: &values, as_of: now() };
    set.rules
        .iter()
        .find(|rule| !rule.is_expired(now()) && rule.when.evaluate(subject).is_true())
        .map_or_else(
            || Decision::by_default(finding.into()),
            |rule| Decision::by(rule, finding.into(), &set.defaults),
        )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn the_index_never_changes_a_decision(set in rule_set(), finding in finding()) {
        let finding = read(&finding);
        let [fast, plain] = [set.decide(&finding, now()), decide_plainly(&set, &finding)];
        prop_assert_eq!(fast.rule_name(), plain.rule_name());
        prop_assert_eq!((fast.action, fast.guard), (plain.action, plain.guard));
        let explanation = set.explain(&finding, now());
        prop_assert_eq!((explanation.action, explanation.rule), (fast.action, fast.rule_name()));
    }

    #[test]
    fn a_matcher_that_remembers_decides_as_one_that_does_not(
        set in rule_set(),
        findings in vec(finding(), 1..6),
    ) {
        let mut matcher = Matcher::new(&set, now());
        for json in findings.iter().chain(&findings) {
            let finding = read(json);
            let text = json.to_string();
            let reading = set.read(&text).unwrap_or_else(|| set.reading(&finding));
            let mut matched = Vec::new();
            matcher.matched(&reading, &mut matched);
            let decision = matcher.first(&matched, &reading);
            let plain = decide_plainly(&set, &finding);
            prop_assert_eq!(decision.rule_name(), plain.rule_name());
            prop_assert_eq!((decision.action, decision.guard, decision.hold_until),
                (plain.action, plain.guard, plain.hold_until));
            prop_assert_eq!(matcher.decide(&reading).rule_name(), plain.rule_name());
            let expected: Vec<usize> = (0..set.rules.len())
                .filter(|position| set.matches(&set.rules[*position], &finding, now()))
                .collect();
            prop_assert_eq!(matched, expected);
        }
    }

    #[test]
    fn what_is_archived_is_known_to_be_harmless(set in rule_set(), finding in finding()) {
        let finding = read(&finding);
        let decision = set.decide(&finding, now());
        if decision.action == Action::Archive {
            prop_assert!(finding.severity().is_some_and(|severity| severity.value() <= 3.9));
            prop_assert!(!finding.concerns_attack_sequence());
            let rule = decision.rule.unwrap();
            let values = finding.values(&set.paths);
            let subject = Subject { values: &values, as_of: now() };
            prop_assert_eq!(rule.when.evaluate(subject), Truth::True);
            prop_assert!(!finding.is_sample() || rule.concerns_samples);
        }
        if decision.guard.is_some_and(|guard| guard != Guard::Sample) {
            prop_assert_eq!(decision.action, Action::Notify);
        }
    }

    #[test]
    fn any_and_all_are_each_others_negation(
        parts in vec(criteria(), 1..4), finding in finding(),
    ) {
        let finding = read(&finding);
        let truths: Vec<_> = parts.iter().map(|part| truth(part, &finding)).collect();
        let not_any = !truth(&json!({"any": parts}), &finding);
        prop_assert_eq!(not_any, Truth::all(truths.iter().map(|truth| !*truth)));
        prop_assert_eq!(truth(&json!({"all": parts}), &finding), Truth::all(truths));
    }

    #[test]
    fn the_order_of_attributes_says_nothing(parts in vec(condition(), 1..5), finding in finding()) {
        let finding = read(&finding);
        let written = |parts: &[(String, Json)]| {
            let members: Vec<_> =
                parts.iter().map(|(name, own)| json!({name.as_str(): own})).collect();
            truth(&json!({"all": members}), &finding)
        };
        let backwards: Vec<_> = parts.iter().rev().cloned().collect();
        prop_assert_eq!(written(&parts), written(&backwards));
    }

    #[test]
    fn rules_that_never_meet_can_change_places(
        first in criteria(), second in criteria(), finding in finding(),
    ) {
        let split = |mut criteria: Json, kind: &str| {
            criteria["type"] = json!({"equals": [kind]});
            json!({"action": "noop", "criteria": criteria})
        };
        let [first, second] = [split(first, "Recon:EC2/Portscan"), split(second, "T")];
        let finding = read(&finding);
        let straight = load(vec![first.clone(), second.clone()]);
        let swapped = load(vec![second, first]);
        let straight = straight.decide(&finding, now()).rule_name().map(str::to_owned);
        let swapped = swapped.decide(&finding, now()).rule_name().map(str::to_owned);
        let renamed = swapped.map(|name| if name == "r0" { "r1" } else { "r0" }.to_owned());
        prop_assert_eq!(straight, renamed);
    }

    #[test]
    fn globs_agree_with_globset(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
        let oracle = globset::GlobBuilder::new(&pattern).build().unwrap().compile_matcher();
        prop_assert_eq!(Glob::new(&pattern).matches(&text), oracle.is_match(&text));
    }

    #[test]
    fn networks_agree_with_the_arithmetic_of_masks(
        network: u32, length in 0_u32..=32, near: bool, other: u32,
    ) {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        let address = if near { network ^ (other >> (length / 2)) } else { other };
        let [base, address_text] = [network, address].map(|own| std::net::Ipv4Addr::from(own).to_string());
        let finding = read(&json!({"id": "f", "service": {"action": {"networkConnectionAction":
            {"remoteIpDetails": {"ipAddressV4": address_text}}}}}));
        let name = format!("{NETWORK}.ipAddressV4");
        let found = truth(&json!({name: {"cidr": [format!("{base}/{length}")]}}), &finding);
        prop_assert_eq!(found, Truth::from(network & mask == address & mask));
    }

    #[test]
    fn no_bytes_make_the_decoder_or_the_rules_panic(bytes in vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        drop(decode(&bytes));
        drop(decode(text.as_bytes()));
        drop(RuleSet::parse(&[RuleSource { name: "x", text: &text }]));
    }
}
