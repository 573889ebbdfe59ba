//! A plan as text, as one object, and as lines.

use std::{collections::BTreeMap, io::Write};

use archive::{ArchivePlan, Candidate, OverTheCap, OverTheDay, Skipped};
use findings::Timestamp;
use serde::Serialize;

use super::plain;
use crate::{
    arguments::Format,
    figures::{so_many, stay},
    object,
    printable::printable,
    stdout,
};

/// How many findings the table shows; the JSON has them all.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct PlanV1<'a> {
    schema: &'static str,
    as_of: Timestamp,
    rule_set: &'a str,
    over_the_cap: Option<OverTheCap>,
    over_the_day: &'a [OverTheDay],
    archive: Vec<&'a Candidate>,
    keep: &'a [Skipped],
}

/// One finding of the plan as a line.
#[derive(Serialize)]
struct LineV1<'a> {
    archive: bool,
    finding_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<&'a Candidate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

pub(super) fn plan(plan: &ArchivePlan, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Table => stdout::print!("{}", text(plan))?,
        Format::Json | Format::Yaml => {
            let object = PlanV1 {
                schema: "guardsift.archive-plan/v1",
                as_of: plan.as_of,
                rule_set: &plan.rule_set,
                over_the_cap: plan.over_the_cap,
                over_the_day: &plan.over_the_day,
                archive: plan.candidates().collect(),
                keep: &plan.skipped,
            };
            object::print(&object, format == Format::Yaml)?;
        }
        Format::Jsonl => {
            let mut out = std::io::BufWriter::new(stdout::raw());
            for candidate in plan.candidates() {
                let finding_id = &candidate.finding_id;
                let line =
                    LineV1 { archive: true, finding_id, candidate: Some(candidate), because: None };
                writeln!(out, "{}", serde_json::to_string(&line)?)?;
            }
            for Skipped { finding_id, because } in &plan.skipped {
                let because = Some(because.to_string());
                let line = LineV1 { archive: false, finding_id, candidate: None, because };
                writeln!(out, "{}", serde_json::to_string(&line)?)?;
            }
            out.flush()?;
        }
    }
    Ok(())
}

/// The head, the findings to archive, and how many stay for which reason.
pub(super) fn text(plan: &ArchivePlan) -> String {
    let count = plan.candidates().count();
    let looked_at = count + plan.skipped.len();
    let rule_set = plan.rule_set.get(..12).unwrap_or_default();
    let mut out = format!(
        "{count} of {} to archive, as of {}, by rule set {rule_set}\n",
        so_many(looked_at, "finding"),
        plan.as_of
    );
    if count > 0 {
        let mut table = plain(&["Finding", "Type", "Account", "Region", "Rule"]);
        for candidate in plan.candidates().take(SHOWN) {
            let text = |own: &Option<String>| {
                own.as_deref().map_or_else(|| "–".to_owned(), |own| printable(own).into_owned())
            };
            table.add_row([
                printable(&candidate.finding_id).into_owned(),
                text(&candidate.finding_type),
                text(&candidate.account_id),
                text(&candidate.region),
                candidate.rule.clone(),
            ]);
        }
        out.push_str(&format!("{}\n", table.trim_fmt()));
        if count > SHOWN {
            out.push_str(&format!("and {} more; --output jsonl has them all\n", count - SHOWN));
        }
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for skipped in &plan.skipped {
        *reasons.entry(reason(skipped)).or_default() += 1;
    }
    for (reason, count) in reasons {
        out.push_str(&format!("{}: {reason}\n", stay(count)));
    }
    out
}

/// A hold has as many ends as there are findings, so its end is left out.
fn reason(skipped: &Skipped) -> String {
    match &skipped.because {
        archive::SkippedBecause::Held(_) => "held".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use findings::{Finding, RuleSet, RuleSource};

    use super::*;

    #[test]
    fn the_text_counts_what_stays_by_reason() {
        let rules = RuleSet::parse(&[RuleSource {
            name: "rules.yaml",
            text: "version: 1\nrules: [ { name: low, action: archive, hold: 0, criteria: { severity: { lessThan: 4 } } } ]",
        }])
        .unwrap();
        let finding = |id: usize, severity: u8| {
            Finding::parse(&format!(
                r#"{{"id":"f{id}","severity":{severity},"type":"T:R/\u001b[31m","updatedAt":"2026-10-01T08:00:00Z"}}"#
            ))
            .unwrap()
        };
        let all: Vec<_> = (0..60).map(|id| finding(id, if id < 55 { 2 } else { 8 })).collect();
        let now = Timestamp::parse("2026-10-02T08:00:00Z").unwrap();
        let text = text(&ArchivePlan::new(&rules, &all, now, true));
        assert!(text.starts_with("55 of 60 findings to archive, as of 2026-10-02"), "{text}");
        assert!(text.contains("and 5 more") && text.contains("5 stay: decided: notify"), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
}
