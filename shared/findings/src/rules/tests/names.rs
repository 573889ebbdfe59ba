//! What rule sets and decisions say of themselves: names in the ledger, places, expiry.

use super::*;

#[test]
fn guards_have_stable_names() {
    let names = [
        (Guard::AttackSequence, "attack-sequence"),
        (Guard::UnknownSeverity, "unknown-severity"),
        (Guard::AboveCeiling, "above-ceiling"),
        (Guard::Sample, "sample"),
        (Guard::UnknownAge, "unknown-age"),
    ];
    for (guard, name) in names {
        assert_eq!(guard.as_str(), name);
        assert_eq!(format!("{guard:>18}"), format!("{name:>18}"));
    }
}

#[test]
fn a_set_knows_its_files_its_destinations_and_what_has_expired() {
    let set = load(
        "version: 1
rules:
  - { name: old, action: noop, expires: 2026-04-01, criteria: { severity: { lessThan: 4 } } }
  - { name: new, action: noop, expires: 2026-05-01, criteria: { severity: { lessThan: 4 } } }
destinations: { team: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:team' } } }
",
    )
    .unwrap();
    assert_eq!(set.rules().iter().map(Rule::file).collect::<Vec<_>>(), ["rules.yaml"; 2]);
    let expired: Vec<_> = set.expired(now()).map(|rule| rule.name.as_str()).collect();
    assert_eq!(expired, ["old"]);
    assert_eq!(set.destinations().len(), 1);
}

#[test]
fn defaults_stay_within_their_bounds() {
    let with = |defaults: &str| load(&format!("version: 1\ndefaults: {{ {defaults} }}\nrules: []"));
    for bad in [
        "archive_ceiling: 7",
        "archive_ceiling: low",
        "max_archive_per_run: 0",
        "max_archive_per_run: 1.5",
        "max_archive_per_run: 1000001",
        "max_archive_per_run: many",
        "max_archive_per_day: 0",
        "max_archive_per_day: 20001",
        "max_archive_share: 0",
        "max_archive_share: 1.1",
        "max_archive_share: half",
        "max_recurrences: 0",
    ] {
        assert!(with(bad).is_err(), "{bad}");
    }
    let set = with("archive_ceiling: 6.9, max_archive_per_run: 1000000").unwrap();
    assert_eq!(set.defaults().archive_ceiling, Severity::new(6.9).unwrap());
    assert_eq!(set.defaults().max_archive_per_run, 1_000_000);
    let set = with("max_archive_share: 0.25, max_archive_per_day: 20000").unwrap();
    assert_eq!(
        (set.defaults().max_archive_share, set.defaults().max_archive_per_day),
        (0.25, 20_000)
    );
    assert_eq!(with("max_archive_per_run: 1").unwrap().defaults().max_archive_per_run, 1);
}

#[test]
fn a_file_that_is_not_strict_may_leave_out_who_and_why() {
    let rule = "rules: [ { name: a, action: archive, criteria: { severity: { lessThan: 4 } } } ]";
    assert!(load(&format!("version: 1\nstrict: false\n{rule}")).is_ok());
    assert!(load(&format!("version: 1\nstrict: true\n{rule}")).is_err());
}

#[test]
fn the_same_defaults_may_stand_in_two_files_and_different_ones_may_not() {
    let parse = |second: &str| {
        RuleSet::parse(&[
            RuleSource { name: "a.yaml", text: "version: 1\ndefaults: { hold: 1h }\nrules: []" },
            RuleSource { name: "b.yaml", text: second },
        ])
    };
    assert!(parse("version: 1\ndefaults: { hold: 1h }\nrules: []").is_ok());
    let error = parse("version: 1\ndefaults: { hold: 2h }\nrules: []").unwrap_err();
    let [problem] = error.problems.as_slice() else { panic!("{error}") };
    assert_eq!((problem.file.as_str(), problem.position.line), ("b.yaml", 2));
}

#[test]
fn defaults_hold_for_the_rules_of_every_file_whichever_comes_first() {
    let rules = RuleSource {
        name: "a.yaml",
        text: "version: 1\nrules: [ { name: a, action: archive, criteria: { id: { exists: true } } } ]",
    };
    let defaults =
        RuleSource { name: "b.yaml", text: "version: 1\ndefaults: { hold: 7d, keep_new: [] }" };
    for sources in [[rules, defaults], [defaults, rules]] {
        let set = RuleSet::parse(&sources).unwrap();
        let [rule] = set.rules() else { panic!("one rule") };
        assert_eq!((rule.hold, rule.keep_new.len()), (Duration::from_secs(7 * 86_400), 0));
    }
}

#[test]
fn only_a_condition_that_takes_samples_alone_concerns_samples() {
    let sample = finding(json!({"service": {"additionalInfo": {"sample": true}}}));
    for (criteria, action) in [
        ("service.additionalInfo.sample: { equals: [true] }", Action::Archive),
        ("service.additionalInfo.sample: { equals: [true, false] }", Action::Noop),
        ("service.additionalInfo.sample: { exists: true }", Action::Noop),
        ("severity: { lessThan: 4 }", Action::Noop),
        ("service.archived: { notEquals: [false] }, severity: { lessThan: 4 }", Action::Noop),
    ] {
        let set = rules(&format!("  - {{ name: a, action: archive, criteria: {{ {criteria} }} }}"));
        assert_eq!(set.decide(&sample, now()).action, action, "{criteria}");
    }
}

#[test]
fn a_finding_written_in_a_case_is_kept_as_json() {
    let set = rules(
        "  - name: a
    action: noop
    criteria: { severity: { lessThan: 4 } }
    tests: [ { name: inline, finding: { id: f1, severity: 2 }, expect: noop } ]",
    );
    let [rule] = set.rules() else { panic!("one rule") };
    let [case] = rule.cases.as_slice() else { panic!("one case") };
    assert!(matches!(&case.finding, CaseFinding::Inline(json) if json.contains("\"f1\"")));
}

#[test]
fn only_what_is_archived_is_held() {
    let set = rules(ARCHIVE_LOW);
    assert!(set.decide(&finding(json!({})), now()).hold_until.is_some());
    let guarded = set.decide(&finding(json!({"severity": 8})), now());
    assert_eq!((guarded.action, guarded.hold_until), (Action::Notify, None));
}

#[test]
fn an_explanation_shows_objects_on_one_line() {
    let set = rules(
        "  - { name: a, action: noop, criteria: { resource.instanceDetails.tags: { tag: { Role: edge } } } }",
    );
    let raw = "{\"id\":\"f1\",\"resource\":{\"instanceDetails\":{\"tags\":[ {\n  \"key\": \"Role\",\n \"value\": \"edge\" } ]}}}";
    let finding = Finding::parse(raw).unwrap();
    let explanation = set.explain(&finding, now());
    let text = serde_json::to_string(&explanation).unwrap();
    assert!(text.contains(r#"{\"key\":\"Role\",\"value\":\"edge\"}"#), "{text}");
}

#[test]
fn what_may_not_be_new_is_the_rules_own_or_the_defaults() {
    use crate::message::Fact::{Country, Identity, Network};
    let rules = "rules:
  - { name: none, action: archive, keep_new: [], criteria: { severity: { lessThan: 4 } } }
  - { name: default, action: archive, criteria: { severity: { lessThan: 4 } } }";
    let of = |defaults: &str| {
        let set = load(&format!("version: 1\n{defaults}{rules}")).unwrap();
        set.rules().iter().map(|rule| rule.keep_new.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(""), [vec![], vec![Country, Identity]]);
    assert_eq!(of("defaults: { keep_new: [network] }\n"), [vec![], vec![Network]]);
    let wrong = "version: 1\ndefaults: { keep_new: [county] }\n";
    assert!(load(&format!("{wrong}{rules}")).is_err());
}

#[test]
fn the_caps_of_a_rule_are_its_own_or_the_defaults() {
    let rules = "rules:
  - { name: own, action: archive, max_archive_per_day: 7, max_recurrences: 2, criteria: { severity: { lessThan: 4 } } }
  - { name: default, action: archive, criteria: { severity: { lessThan: 4 } } }";
    let set = load(&format!(
        "version: 1\ndefaults: {{ max_archive_per_day: 9, max_recurrences: 3 }}\n{rules}"
    ))
    .unwrap();
    let caps: Vec<_> =
        set.rules().iter().map(|rule| (rule.max_archive_per_day, rule.max_recurrences)).collect();
    assert_eq!(caps, [(7, 2), (9, 3)]);
}
