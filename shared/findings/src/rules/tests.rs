//! Deciding with rule sets, and the guards.

use serde_json::json;

use super::*;
use crate::{Truth, problem::Problem};

mod index;
mod loading;
mod names;
mod telling;

const NOW: &str = "2026-04-10T00:00:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn load(text: &str) -> Result<RuleSet, RuleSetError> {
    RuleSet::parse(&[RuleSource { name: "rules.yaml", text }])
}

fn rules(rules: &str) -> RuleSet {
    load(&format!("version: 1\nrules:\n{rules}")).unwrap()
}

const ARCHIVE_LOW: &str = "
  - { name: low, action: archive, criteria: { severity: { lessThan: 10 } } }
";

fn finding(members: serde_json::Value) -> Finding {
    let mut finding = json!({"id": "f1", "type": "Recon:EC2/Portscan", "severity": 2,
        "updatedAt": "2026-04-01T00:00:00Z"});
    finding.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Finding::parse(&finding.to_string()).unwrap()
}

#[test]
fn the_first_rule_that_is_known_to_match_decides() {
    let set = rules(
        "
  - { name: counted, action: noop, criteria: { service.count: { greaterThan: 1 } } }
  - { name: scans, action: notify, criteria: { type: { matches: ['Recon:*'] } } }
  - { name: low, action: archive, criteria: { severity: { lessThan: 4 } } }
",
    );
    let decision = set.decide(&finding(json!({})), now());
    assert_eq!((decision.action, decision.rule_name()), (Action::Notify, Some("scans")));
    let counted = finding(json!({"service": {"count": 2}}));
    assert_eq!(set.decide(&counted, now()).rule_name(), Some("counted"));
}

#[test]
fn without_a_match_somebody_is_told_unless_it_is_a_sample() {
    let set = rules("  - { name: never, action: noop, criteria: { id: { equals: ['x'] } } }");
    let decision = set.decide(&finding(json!({})), now());
    assert_eq!((decision.action, decision.rule_name()), (Action::Notify, None));
    let sample = finding(json!({"service": {"additionalInfo": {"sample": true}}}));
    let decision = set.decide(&sample, now());
    assert_eq!((decision.action, decision.guard), (Action::Noop, Some(Guard::Sample)));
}

#[test]
fn unless_needs_to_be_known_to_fail_before_anything_is_archived() {
    let set = rules(
        "
  - name: quiet
    action: archive
    criteria: { severity: { lessThan: 4 } }
    unless: [ { service.count: { greaterThan: 100 } }, { region: { equals: [eu-west-1] } } ]
",
    );
    for (count, region, action) in [
        (json!(5), json!("us-east-1"), Action::Archive),
        (json!(101), json!("us-east-1"), Action::Notify),
        (json!(5), json!("eu-west-1"), Action::Notify),
        (json!(null), json!("us-east-1"), Action::Notify),
        (json!("x"), json!("us-east-1"), Action::Notify),
    ] {
        let found = finding(json!({"service": {"count": count}, "region": region}));
        assert_eq!(set.decide(&found, now()).action, action, "{count} {region}");
    }
}

#[test]
fn guards_overrule_any_rule_that_archives() {
    let set = rules(ARCHIVE_LOW);
    let arn = "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/s";
    for (members, guard) in [
        (json!({"severity": 3.9}), None),
        (json!({"severity": 3.95}), Some(Guard::AboveCeiling)),
        (json!({"severity": 4}), Some(Guard::AboveCeiling)),
        (json!({"severity": 9.5}), Some(Guard::AboveCeiling)),
        (json!({"associatedAttackSequenceArn": arn}), Some(Guard::AttackSequence)),
        (json!({"associatedAttackSequenceArn": ""}), None),
        (json!({"associatedAttackSequenceArn": null}), None),
        (json!({"associatedAttackSequenceArn": {"arn": arn}}), Some(Guard::AttackSequence)),
        (json!({"type": "AttackSequence:S3/CompromisedData"}), Some(Guard::AttackSequence)),
        (json!({"resource": {"resourceType": "AttackSequence"}}), Some(Guard::AttackSequence)),
        (json!({"updatedAt": "recently"}), Some(Guard::UnknownAge)),
    ] {
        let found = finding(members.clone());
        let decision = set.decide(&found, now());
        let expected = if guard.is_none() { Action::Archive } else { Action::Notify };
        assert_eq!((decision.action, decision.guard), (expected, guard), "{members}");
        assert_eq!(decision.rule_name(), Some("low"), "{members}");
    }
}

#[test]
fn an_unknown_severity_is_never_archived_even_by_a_rule_that_does_not_ask_for_it() {
    let set = rules("  - { name: all, action: archive, criteria: { id: { exists: true } } }");
    for severity in [json!(null), json!("2"), json!(-1), json!([])] {
        let decision_guard = set.decide(&finding(json!({"severity": severity})), now()).guard;
        assert_eq!(decision_guard, Some(Guard::UnknownSeverity), "{severity}");
    }
}

#[test]
fn samples_are_archived_only_by_a_rule_that_names_them() {
    let sample = finding(json!({"service": {"additionalInfo": {"value": "{\"sample\":true}"}}}));
    let decision = |set: &RuleSet| {
        let decision = set.decide(&sample, now());
        (decision.action, decision.guard)
    };
    assert_eq!(decision(&rules(ARCHIVE_LOW)), (Action::Noop, Some(Guard::Sample)));
    for (condition, expected) in [
        ("equals: true", Action::Archive),
        ("equals: ['true']", Action::Archive),
        ("notEquals: ['false']", Action::Archive),
    ] {
        let set = rules(&format!(
            "  - name: samples
    action: archive
    criteria: {{ service.additionalInfo.sample: {{ {condition} }} }}"
        ));
        assert_eq!(decision(&set), (expected, None));
    }
    let either = rules(
        "  - name: either
    action: archive
    criteria: { any: [ { service.additionalInfo.sample: { equals: true } }, { severity: { lt: 4 } } ] }",
    );
    assert_eq!(decision(&either), (Action::Noop, Some(Guard::Sample)));
}

#[test]
fn a_text_that_holds_half_of_a_surrogate_pair_hides_no_other_value_from_the_rules() {
    let set = rules(
        "
  - { name: agent, action: notify, criteria: { service.userFeedback: { equals: ['x'] } } }
  - { name: uncounted, action: noop, criteria: { service.count: { exists: false } } }
",
    );
    let raw = r#"{"id":"f1","severity":2,"service":{"count":3,"userFeedback":"\ud83d"}}"#;
    let finding = Finding::parse(raw).unwrap();
    let decision = set.decide(&finding, now());
    assert_eq!((decision.action, decision.rule_name()), (Action::Notify, None));
    assert_eq!(set.reading(&finding).id(), "f1");
}

#[test]
fn a_finding_is_ripe_when_its_hold_is_over_and_not_a_moment_earlier() {
    let set = load(
        "version: 1\ndefaults: { hold: 24h }\nrules:
  - { name: a, action: archive, criteria: { severity: { lessThan: 2 } }, hold: 0 }
  - { name: b, action: archive, criteria: { severity: { lessThan: 4 } } }",
    )
    .unwrap();
    let held = finding(json!({}));
    let decision = set.decide(&held, now());
    assert_eq!(decision.hold_until, Timestamp::parse("2026-04-02T00:00:00Z"));
    assert!(decision.is_ripe(Timestamp::parse("2026-04-02T00:00:00Z").unwrap()));
    assert!(!decision.is_ripe(Timestamp::parse("2026-04-01T23:59:59.999Z").unwrap()));
    let at_once = finding(json!({"severity": 1}));
    assert!(set.decide(&at_once, now()).is_ripe(now()));
    let ageless = finding(json!({"severity": 1, "updatedAt": null}));
    let decision = set.decide(&ageless, now());
    assert_eq!((decision.action, decision.guard), (Action::Notify, Some(Guard::UnknownAge)));
    assert!(!decision.is_ripe(now()), "whatever its hold");
    let told = set.decide(&finding(json!({"severity": 5})), now());
    assert_eq!(
        (told.hold_until, told.is_ripe(now())),
        (None, false),
        "nothing holds it, and nothing archives it"
    );
}

#[test]
fn an_expired_rule_stops_on_its_day() {
    let set = rules(
        "  - { name: old, action: noop, expires: 2026-04-10, criteria: { severity: { lt: 4 } } }",
    );
    let before = Timestamp::parse("2026-04-09T23:59:59Z").unwrap();
    assert_eq!(set.decide(&finding(json!({})), before).action, Action::Noop);
    assert_eq!(set.decide(&finding(json!({})), now()).action, Action::Notify);
}

#[test]
fn an_explanation_names_conditions_values_and_truths_up_to_the_deciding_rule() {
    let set = rules(
        "
  - { name: counted, action: noop, criteria: { service.count: { greaterThan: 1 } } }
  - { name: low, action: archive, criteria: { severity: { lessThan: 4 }, type: { matches: ['Recon:*'] } } }
  - { name: rest, action: notify, criteria: { id: { exists: true } } }
",
    );
    let found = finding(json!({}));
    let explanation = set.explain(&found, now());
    assert_eq!((explanation.action, explanation.rule), (Action::Archive, Some("low")));
    let [counted, low] = explanation.trace.as_slice() else { panic!("{explanation:?}") };
    assert_eq!((counted.holds, counted.conditions[0].holds), (Truth::Unknown, Truth::Unknown));
    assert!(counted.conditions[0].found.is_empty());
    assert_eq!((low.holds, low.conditions.len()), (Truth::True, 2));
    assert_eq!(low.conditions[0].attribute, "severity");
    assert_eq!((low.conditions[0].operand, &low.conditions[0].found), ("4", &vec!["2".into()]));
}

#[test]
fn an_explanation_tells_exceptions_from_conditions() {
    let set = rules(
        "
  - name: quiet
    action: noop
    criteria: { severity: { lessThan: 4 } }
    unless: [ { service.count: { greaterThan: 100 } } ]
",
    );
    let found = finding(json!({"service": {"count": 3}}));
    let explanation = set.explain(&found, now());
    let conditions = &explanation.trace[0].conditions;
    let exceptions: Vec<_> =
        conditions.iter().map(|own| (own.attribute, own.unless, own.holds)).collect();
    assert_eq!(
        exceptions,
        [("severity", false, Truth::True), ("service.count", true, Truth::False)]
    );
}

#[test]
fn routes_name_every_destination_that_takes_the_finding_once() {
    let set = load(
        "version: 1
destinations:
  team: { sns: { topic: 'arn:aws:sns:eu-west-1:111122223333:team' } }
  pager: { webhook: { url: 'https://pager.example.com/hook' } }
routes:
  - { criteria: { severity: { greaterThanOrEqual: 7 } }, to: [pager, team] }
  - { to: team }",
    )
    .unwrap();
    let names = |severity: f64| {
        let found = finding(json!({"severity": severity}));
        set.route(&found).into_iter().map(|own| own.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(2.0), ["team"]);
    assert_eq!(names(7.0), ["team", "pager"]);
}

#[test]
fn ages_are_counted_from_the_moment_of_asking_and_routes_have_none() {
    let set = rules("  - { name: old, action: noop, criteria: { updatedAt: { olderThan: 7d } } }");
    for (as_of, action) in
        [("2026-04-07T23:59:59Z", Action::Notify), ("2026-04-08T00:00:00Z", Action::Noop)]
    {
        let as_of = Timestamp::parse(as_of).unwrap();
        assert_eq!(set.decide(&finding(json!({})), as_of).action, action);
    }
    let error = load(
        "version: 1
destinations: { a: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:x' } } }
routes: [ { criteria: { updatedAt: { newerThan: 1d } }, to: [a] } ]",
    );
    assert!(error.unwrap_err().to_string().contains("ages have no meaning here"));
}

#[test]
fn only_rules_whose_requirements_are_met_are_asked() {
    let set = rules(
        "
  - { name: scans, action: noop, criteria: { type: { equals: ['Recon:EC2/Portscan', T] } } }
  - { name: other, action: noop, criteria: { type: { equals: [T] } } }
  - { name: counted, action: noop, criteria: { service.count: { greaterThan: 1 } } }
  - { name: uncounted, action: noop, criteria: { service.count: { exists: false } } }
  - { name: low, action: noop, criteria: { severity: { lessThan: 4 } } }
  - { name: not, action: noop, criteria: { type: { notEquals: [T] } } }
  - { name: net, action: noop, criteria: { service.action.networkConnectionAction.remoteIpDetails.ipAddressV4: { cidr: [192.0.2.0/24, 198.51.100.0/25] } } }
  - { name: role, action: noop, criteria: { type: { equals: [T] }, resource.resourceType: { equals: [Instance, Instance] } } }
",
    );
    let asked = |found: &Finding| -> Vec<&str> {
        let positions = Matcher::new(&set, now()).asked(&set.reading(found));
        positions.into_iter().map(|position| set.rules[position].name.as_str()).collect()
    };
    assert_eq!(asked(&finding(json!({}))), ["scans", "uncounted", "low", "not"]);
    let counted = finding(json!({"service": {"count": 1}, "type": "T"}));
    assert_eq!(asked(&counted), ["scans", "other", "counted", "uncounted", "low"]);
    for (address, expected) in [
        ("192.0.2.200", true),
        ("198.51.100.127", true),
        ("198.51.100.128", false),
        ("::ffff:192.0.2.1", true),
        ("nowhere", false),
    ] {
        let found = finding(json!({"service": {"action": {"networkConnectionAction":
            {"remoteIpDetails": {"ipAddressV4": address}}}}}));
        assert_eq!(asked(&found).contains(&"net"), expected, "{address}");
    }
    let instance = |kind: &str| {
        asked(&finding(json!({"type": kind, "resource": {"resourceType": "Instance"}})))
    };
    assert!(instance("T").contains(&"role") && !instance("U").contains(&"role"));
}

#[test]
fn a_line_is_read_at_once_only_when_it_plainly_is_a_finding() {
    let set = rules(ARCHIVE_LOW);
    for (json, expected) in [
        (r#"{"id":"f1","type":"T"}"#, true),
        (r#" {"Id":"f1","Severity":2} "#, true),
        (r#"{"id":"f1","accountId":null}"#, true),
        (r#"{"id":"f1","title":"T"}"#, false),
        (r#"{"id":"","type":"T"}"#, false),
        (r#"{"type":"T"}"#, false),
        (r#"{"id":"f1","type":"T","new":1}"#, false),
        (r#"{"id":"f1","accountid":"111122223333","type":"T"}"#, false),
        (r#"{"id":"f1","type":"T","severity":1,"Severity":2}"#, false),
        (r#"[{"id":"f1","type":"T"}]"#, false),
        (r#"{"id":"f1","type":"T""#, false),
        (r#"{"id":"f1","type":"T"} x"#, false),
    ] {
        assert_eq!(set.read(json).is_some(), expected, "{json}");
        if expected {
            assert!(matches!(
                crate::decode(json.as_bytes()).as_slice(),
                [crate::Record::Finding(_)]
            ));
        }
    }
}
