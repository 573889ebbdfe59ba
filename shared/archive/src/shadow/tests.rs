//! What is a difference, where it is written, and what a digest makes of it.

use findings::RuleSource;

use super::*;

fn rules(text: &str) -> RuleSet {
    let text =
        format!("version: 1\ndefaults: {{ hold: 1h, archive_ceiling: 6.9 }}\nrules:\n{text}");
    RuleSet::parse(&[RuleSource { name: "r.yaml", text: &text }]).unwrap()
}

fn finding(id: &str, severity: f64) -> Finding {
    Finding::parse(&format!(
        r#"{{"id":"{id}","accountId":"111122223333","region":"eu-west-1","type":"Recon:EC2/Portscan","severity":{severity},"updatedAt":"2026-10-01T08:00:00Z"}}"#
    ))
    .unwrap()
}

const LOW: &str = "  - { name: low, action: archive, criteria: { severity: { lessThan: 4 } } }";

#[test]
fn each_kind_of_difference_is_found_and_nothing_else() {
    let live = rules(LOW);
    let (low, medium) = (finding("f1", 2.0), finding("f2", 5.0));
    for (candidate, of_low, of_medium) in [
        (LOW, None, None),
        (
            "  - { name: low, action: archive, criteria: { severity: { lessThan: 6 } } }",
            None,
            Some(Change::NewlyArchived),
        ),
        (
            "  - { name: low, action: archive, criteria: { severity: { lessThan: 1 } } }",
            Some(Change::NoLongerArchived),
            None,
        ),
        (
            "  - { name: other, action: archive, criteria: { severity: { lessThan: 4 } } }",
            Some(Change::OtherRule),
            None,
        ),
        (
            "  - { name: low, action: archive, hold: 2h, criteria: { severity: { lessThan: 4 } } }",
            Some(Change::OtherHold),
            None,
        ),
        (
            "  - { name: all, action: noop, criteria: { id: { exists: true } } }",
            Some(Change::NoLongerArchived),
            Some(Change::OtherAction),
        ),
        // Neither does anything with it, by rules of other names: nothing changes.
        (
            &format!(
                "{LOW}\n  - {{ name: told, action: notify, criteria: {{ id: {{ exists: true }} }} }}"
            ),
            None,
            None,
        ),
    ] {
        let candidate = rules(candidate);
        let change = |finding: &Finding| {
            let (before, after) = (
                live.decide(finding, Timestamp::EPOCH),
                candidate.decide(finding, Timestamp::EPOCH),
            );
            Change::between(&before, &after)
        };
        assert_eq!((change(&low), change(&medium)), (of_low, of_medium), "{candidate:?}");
    }
}

#[test]
fn a_guard_counts_as_not_archiving_for_both() {
    let live = rules("  - { name: all, action: archive, criteria: { id: { exists: true } } }");
    let high = finding("f1", 8.0);
    let candidate = rules(LOW);
    let (before, after) =
        (live.decide(&high, Timestamp::EPOCH), candidate.decide(&high, Timestamp::EPOCH));
    assert_eq!(Change::between(&before, &after), None);
}

fn line(id: &str, at: &str, candidate: &str, change: Change, severity: Option<f64>) -> ShadowLine {
    ShadowLine {
        schema: "guardsift.shadow/v1".into(),
        event: "shadow".into(),
        at: at.into(),
        finding_id: id.into(),
        version_key: format!("{id}-{at}"),
        account: None,
        region: None,
        finding_type: Some("T:R/F".into()),
        severity,
        change,
        live_rule_set: "live".into(),
        live_action: "notify".into(),
        live_rule: Some("of-live".into()),
        live_guard: None,
        live_hold_until: None,
        candidate_rule_set: candidate.into(),
        candidate_action: "archive".into(),
        candidate_rule: Some("of-candidate".into()),
        candidate_guard: None,
        candidate_hold_until: None,
    }
}

#[test]
fn a_digest_counts_each_finding_once_as_it_was_last_and_only_of_one_pair() {
    use Change::{NewlyArchived, NoLongerArchived};
    let lines = [
        line("f1", "2026-10-03T00:00:00Z", "new", NewlyArchived, Some(5.0)),
        line("f1", "2026-10-02T00:00:00Z", "new", NoLongerArchived, Some(2.0)),
        line("f2", "2026-10-02T00:00:00Z", "new", NewlyArchived, Some(2.0)),
        line("f3", "2026-10-02T00:00:00Z", "new", NoLongerArchived, None),
        line("f4", "2026-10-01T00:00:00Z", "old", NewlyArchived, Some(2.0)),
    ];
    let digest = ShadowDigest::of(&lines, None);
    assert_eq!(digest.candidate_rule_set, "new");
    assert_eq!((digest.findings, digest.of_other_rule_sets), (3, 1));
    assert_eq!((digest.count(NewlyArchived), digest.count(NoLongerArchived)), (2, 1));
    let [newly, no_longer] = digest.rules.as_slice() else { panic!("{digest:?}") };
    assert_eq!(
        (newly.rule.as_deref(), no_longer.rule.as_deref()),
        (Some("of-candidate"), Some("of-live"))
    );
    assert_eq!(newly.levels, [("low", 1), ("medium", 1)].into());
    assert_eq!(no_longer.levels, [("unknown", 1)].into());
    assert_eq!(newly.examples[0].finding_id, "f1", "the gravest first");
    let old = ShadowDigest::of(&lines, Some(("live", "old")));
    assert_eq!((old.findings, old.of_other_rule_sets), (1, 4));
    let none = ShadowDigest::of(&lines, Some(("live", "never")));
    assert_eq!((none.findings, none.first), (0, None));
}
