//! The default rule set keeps what its own cases promise.

use std::{collections::BTreeSet, fs};

use findings::{CaseFinding, Record, RuleSet, RuleSource, Timestamp, decode};

use crate::binary::root;

#[test]
fn every_case_of_every_default_rule_is_decided_as_it_says() {
    let path = root().join("rules/rules.yaml");
    let text = fs::read_to_string(&path).unwrap();
    let rules = RuleSet::parse(&[RuleSource { name: "rules/rules.yaml", text: &text }]).unwrap();
    let as_of = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    for rule in rules.rules() {
        assert!(rule.reason.is_some() && rule.owner.is_some(), "{}: who and why?", rule.name);
        assert!(rule.expires.is_some(), "{}: until when?", rule.name);
        let mut deciders = BTreeSet::new();
        for case in &rule.cases {
            let json = match &case.finding {
                CaseFinding::File(file) => fs::read(path.parent().unwrap().join(file)).unwrap(),
                CaseFinding::Inline(json) => json.clone().into_bytes(),
            };
            let records = decode(&json);
            let [Record::Finding(finding)] = records.as_slice() else { panic!("{}", case.name) };
            let decision = rules.decide(finding, as_of);
            assert_eq!(decision.action, case.expect, "{}: {}", rule.name, case.name);
            deciders.insert(decision.rule_name() == Some(rule.name.as_str()));
        }
        assert_eq!(deciders.len(), 2, "{} needs a case it decides and one it does not", rule.name);
    }
    assert!(rules.rules().len() >= 3);
}
