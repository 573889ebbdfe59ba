//! Plans over findings on both sides of every line.

use findings::{Action, Guard, RuleSource};

use super::*;

const RULES: &str = "
version: 1
defaults: { hold: 24h, max_archive_per_run: 120 }
rules:
  - name: probes
    action: archive
    reason: noise
    owner: secops@example.com
    criteria: { type: { equals: ['Recon:EC2/PortProbeUnprotectedPort'] } }
";

fn rules() -> RuleSet {
    RuleSet::parse(&[RuleSource { name: "rules.yaml", text: RULES }]).unwrap()
}

fn finding(id: &str, changes: &str) -> Finding {
    Finding::parse(&format!(
        r#"{{"id":"{id}","accountId":"111122223333","region":"eu-west-1"{changes}}}"#
    ))
    .unwrap()
}

fn probe(id: &str, severity: &str, updated_at: &str, archived: bool) -> Finding {
    finding(
        id,
        &format!(
            r#","type":"Recon:EC2/PortProbeUnprotectedPort","severity":{severity},"updatedAt":"{updated_at}","service":{{"archived":{archived}}}"#
        ),
    )
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

const OLD: &str = "2026-10-01T08:00:00Z";
const NOW: &str = "2026-10-02T08:00:00Z";

fn skipped(finding: &Finding) -> Option<SkippedBecause> {
    ArchivePlan::new(&rules(), [finding], at(NOW), false)
        .skipped
        .pop()
        .map(|skipped| skipped.because)
}

#[test]
fn candidates_come_in_chunks_of_at_most_fifty() {
    let text = RULES.replace("max_archive_per_run: 120", "max_archive_per_run: 10000");
    let rules = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap();
    for (count, sizes) in [
        (0, vec![]),
        (1, vec![1]),
        (50, vec![50]),
        (51, vec![50, 1]),
        (120, vec![50, 50, 20]),
        (10_000, vec![50; 200]),
    ] {
        let findings: Vec<_> =
            (0..count).map(|number| probe(&format!("f{number}"), "2", OLD, false)).collect();
        let plan = ArchivePlan::new(&rules, &findings, at(NOW), false);
        assert_eq!(plan.chunks.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "of {count}");
        assert_eq!(plan.over_the_cap, None);
    }
}

#[test]
fn above_the_cap_nothing_is_archived() {
    let findings: Vec<_> =
        (0..121).map(|number| probe(&format!("f{number}"), "2", OLD, false)).collect();
    let plan = ArchivePlan::new(&rules(), &findings, at(NOW), false);
    assert_eq!(plan.over_the_cap, Some(OverTheCap::Run { ripe: 121, cap: 120 }));
    assert_eq!(plan.candidates().count(), 0);
}

#[test]
fn a_finding_stays_with_its_reason() {
    assert_eq!(skipped(&probe("f1", "2", OLD, true)), Some(SkippedBecause::Archived));
    assert_eq!(
        skipped(&probe("f1", "2", "2026-10-01T08:00:01Z", false)),
        Some(SkippedBecause::Held(at("2026-10-02T08:00:01Z")))
    );
    assert_eq!(
        skipped(&probe("f1", "4", OLD, false)),
        Some(SkippedBecause::Guarded(Guard::AboveCeiling))
    );
    assert_eq!(
        skipped(&probe("f1", "null", OLD, false)),
        Some(SkippedBecause::Guarded(Guard::UnknownSeverity))
    );
    assert_eq!(
        skipped(&finding("f1", r#","type":"Backdoor:EC2/Spambot","severity":2"#)),
        Some(SkippedBecause::Decided(Action::Notify))
    );
    assert_eq!(skipped(&probe("f1", "2", OLD, false)), None);
}

#[test]
fn a_plan_prints_what_it_does_and_what_it_does_not() {
    let findings = [probe("f1", "2", OLD, false), probe("f2", "8", OLD, false)];
    let plan = ArchivePlan::new(&rules(), &findings, at(NOW), false);
    let text = plan.to_string();
    assert!(
        text.starts_with("archive 1 findings as of 2026-10-02T08:00:00.000Z by rule set "),
        "{text}"
    );
    assert!(
        text.contains("\n  archive f1 (rule probes)\n  keep    f2 (guard: above-ceiling)\n"),
        "{text}"
    );
}

#[test]
fn the_same_findings_give_the_same_plan() {
    let findings = [probe("f1", "2", OLD, false), probe("f2", "8", OLD, false)];
    assert_eq!(
        ArchivePlan::new(&rules(), &findings, at(NOW), false),
        ArchivePlan::new(&rules(), &findings, at(NOW), false)
    );
}

#[test]
fn a_sweep_that_would_archive_more_than_its_share_archives_nothing() {
    let findings = |ripe: usize, kept: usize| {
        let kept = (0..kept).map(|number| probe(&format!("k{number}"), "8", OLD, false));
        let ripe = (0..ripe).map(|number| probe(&format!("r{number}"), "2", OLD, false));
        ripe.chain(kept).collect::<Vec<_>>()
    };
    let planned =
        |ripe, kept, is_sweep| ArchivePlan::new(&rules(), &findings(ripe, kept), at(NOW), is_sweep);
    let over = planned(51, 49, true);
    assert_eq!(over.over_the_cap, Some(OverTheCap::Share { ripe: 51, seen: 100, share: 0.5 }));
    assert_eq!(over.candidates().count(), 0);
    let text = over.to_string();
    assert!(text.contains("51 of 100 findings") && text.contains("max_archive_share"), "{text}");
    assert_eq!(planned(50, 50, true).over_the_cap, None, "half is allowed");
    assert_eq!(planned(99, 0, true).over_the_cap, None, "too few to tell");
    assert_eq!(planned(51, 49, false).over_the_cap, None, "events bring only what is ripe");
}

#[test]
fn a_rule_that_is_over_its_day_is_left_out_and_the_others_stay() {
    let findings = [probe("f1", "2", OLD, false), probe("f2", "2", OLD, false)];
    let mut plan = ArchivePlan::new(&rules(), &findings, at(NOW), false);
    let over = |rule: &str| OverTheDay {
        rule: rule.into(),
        date: "2026-10-02".into(),
        archived: 9,
        ripe: 2,
        cap: 10,
    };
    plan.without(over("other"));
    assert_eq!(plan.candidates().count(), 2);
    plan.without(over("probes"));
    assert_eq!((plan.candidates().count(), plan.skipped.len()), (0, 2));
    assert_eq!(plan.skipped[0].because, SkippedBecause::OverTheDay { rule: "probes".into() });
}
