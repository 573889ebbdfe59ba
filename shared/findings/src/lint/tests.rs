//! Every check on what it is for, and on the nearest thing that is right.

use super::*;
use crate::{Code, RuleSource};

mod conditions;
mod precedence;
mod severities;
mod soundness;
mod types;

const NOW: &str = "2026-11-01T00:00:00Z";

fn problems(rules: &str) -> Vec<Problem> {
    let text = format!("version: 1\nrules:\n{rules}");
    let set = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }])
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    lint(&set, Timestamp::parse(NOW).unwrap())
}

/// One rule with these criteria.
fn rule(action: &str, criteria: &str) -> String {
    format!("  - {{ name: x, action: {action}, criteria: {criteria} }}\n")
}

fn fires(code: Code, rules: &str) {
    let found = problems(rules);
    assert!(found.iter().any(|own| own.code == code), "{code} misses\n{rules}\n{found:#?}");
}

fn is_silent(code: Code, rules: &str) {
    let found = problems(rules);
    assert!(!found.iter().any(|own| own.code == code), "{code} on\n{rules}\n{found:#?}");
}

#[test]
fn rules_end_and_say_so_before() {
    for (date, expired, soon) in [
        ("2026-11-01", true, false),
        ("2026-10-01", true, false),
        ("2026-11-02", false, true),
        ("2026-12-01", false, true),
        ("2026-12-02", false, false),
    ] {
        let found = problems(&format!(
            "  - {{ name: x, action: noop, expires: {date}, criteria: {{ id: {{ equals: [a] }} }} }}\n"
        ));
        let has = |code| found.iter().any(|own| own.code == code);
        assert_eq!((has(Code::Expired), has(Code::ExpiresSoon)), (expired, soon), "{date}");
    }
}

#[test]
fn more_than_a_native_filter_holds_is_worth_a_note() {
    let values =
        |count: usize| (0..count).map(|own| format!("'v{own}*'")).collect::<Vec<_>>().join(", ");
    for (operator, limit) in [("equals", 50), ("notMatches", 5)] {
        let text =
            |count| rule("notify", &format!("{{ id: {{ {operator}: [{}] }} }}", values(count)));
        fires(Code::BeyondNativeFilter, &text(limit + 1));
        is_silent(Code::BeyondNativeFilter, &text(limit));
    }
    is_silent(
        Code::BeyondNativeFilter,
        &rule("notify", &format!("{{ id: {{ regex: [{}] }} }}", values(60))),
    );
    let all = crate::Attribute::all();
    let attributes = |count: usize| {
        let of = |own: &crate::Attribute| format!("{}: {{ exists: true }}", own.name);
        let names: Vec<_> = all.iter().take(count).map(of).collect();
        rule("notify", &format!("{{ {} }}", names.join(", ")))
    };
    fires(Code::BeyondNativeFilter, &attributes(51));
    is_silent(Code::BeyondNativeFilter, &attributes(50));
}

#[test]
fn rules_without_a_case_or_a_hold_are_noted() {
    let case = "tests: [ { finding: a.json, expect: noop } ]";
    let criteria = "criteria: { severity: { lessThan: 4 } }";
    fires(Code::Untested, &format!("  - {{ name: x, action: noop, {criteria} }}\n"));
    is_silent(Code::Untested, &format!("  - {{ name: x, action: noop, {criteria}, {case} }}\n"));
    fires(
        Code::ArchiveAtOnce,
        &format!("  - {{ name: x, action: archive, hold: 0, {criteria} }}\n"),
    );
    is_silent(
        Code::ArchiveAtOnce,
        &format!("  - {{ name: x, action: archive, hold: 1s, {criteria} }}\n"),
    );
    is_silent(
        Code::ArchiveAtOnce,
        &format!("  - {{ name: x, action: noop, hold: 0, {criteria} }}\n"),
    );
}

#[test]
fn problems_come_in_the_order_of_the_lines_and_name_their_file() {
    let first = "version: 1\nlists: { bad: ['Recon:EC2/Nothing', 'Recon:EC2/Portscan'] }\n";
    let second = "version: 1\nrules:\n  - name: x\n    action: noop\n    criteria: { type: { equals: [ { list: bad } ] } }\n";
    let sources =
        [("a.yaml", first), ("b.yaml", second)].map(|(name, text)| RuleSource { name, text });
    let set = RuleSet::parse(&sources).unwrap();
    let found = lint(&set, Timestamp::parse(NOW).unwrap());
    let places: Vec<_> =
        found.iter().map(|own| (own.file.as_str(), own.position.line, own.code)).collect();
    assert_eq!(places, [("b.yaml", 3, Code::Untested), ("b.yaml", 5, Code::UnknownType)]);
}
