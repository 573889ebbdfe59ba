//! The result of a backtest for a terminal.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use findings::Timestamp;

use super::outcome::{Levels, Outcome, Share};
use crate::{
    figures::{counted, grouped, percent, so_many},
    printable::printable,
};

/// How many regrets, changes and problems are shown; the JSON and the report have them all.
const SHOWN: usize = 10;

/// The whole result.
pub(crate) fn text(outcome: &Outcome) -> String {
    let mut out = String::new();
    head(&mut out, outcome);
    section(&mut out, "By rule", &rules_table(outcome));
    regrets(&mut out, outcome);
    difference(&mut out, outcome);
    names(&mut out, "Never matched", &outcome.never_matched);
    let broad: Vec<_> =
        outcome.broad.iter().map(|own| format!("{} ({})", own.rule, percent(own.share))).collect();
    names(&mut out, "Broad", &broad);
    names(&mut out, "Expired, no longer deciding", &outcome.expired);
    findings(&mut out, outcome);
    problems(&mut out, outcome);
    conditions(&mut out, outcome);
    out
}

fn head(out: &mut String, outcome: &Outcome) {
    let history = &outcome.history;
    let files = outcome.rule_set.files.join(", ");
    let hash = outcome.rule_set.hash.get(..12).unwrap_or_default();
    let range = match (history.first, history.last) {
        (Some(first), Some(last)) => format!(", {} to {}", first.date(), last.date()),
        _ => String::new(),
    };
    let _ = write!(
        out,
        "Rules    {files}: {}, {hash}, as of {}\nHistory  {} in {} out of {}{range}\n",
        so_many(outcome.rule_set.rules, "rule"),
        outcome.as_of.date(),
        counted(history.findings, "finding"),
        counted(history.versions, "version"),
        counted(history.objects, "object"),
    );
    if history.counted == "all" {
        out.push_str("Counted  every version of a finding\n");
    }
    let mut table = plain();
    table.set_header(["Would be", "Findings", "Low", "Medium", "High", "Critical", "Unknown"]);
    let totals = &outcome.totals;
    for (name, levels) in
        [("archived", &totals.archive), ("notified", &totals.notify), ("noop", &totals.noop)]
    {
        let mut row = vec![name.to_owned(), grouped(levels.findings)];
        row.extend(by_level(levels));
        table.add_row(row);
    }
    align(&mut table, 1);
    let _ = write!(out, "\n{}\n", table.trim_fmt());
}

/// One row per rule, in order, and one for what no rule decided.
pub(crate) fn rules_table(outcome: &Outcome) -> String {
    let mut table = plain();
    table.set_header([
        "Rule",
        "Action",
        "Decided",
        "Share",
        "Low",
        "Medium",
        "High",
        "Critical",
        "Unknown",
        "Matched",
        "First",
        "Last",
        "Regret",
        "Overruled",
    ]);
    let date = |own: Option<Timestamp>| own.map_or_else(|| "–".to_owned(), Timestamp::date);
    let row = |name: String, action: String, share: &Share, rest: [String; 3]| {
        let mut row = vec![name, action, grouped(share.decided.findings), percent(share.share)];
        row.extend(by_level(&share.decided));
        let [matched, regret, overruled] = rest;
        row.extend([matched, date(share.first_seen), date(share.last_seen), regret, overruled]);
        row
    };
    for rule in &outcome.rules {
        let regret = rule.regret.rose + rule.regret.recurred + rule.regret.joined;
        let overruled: u64 = rule.overruled.values().sum();
        let action = if rule.expired { "expired".to_owned() } else { rule.action.to_string() };
        let rest = [grouped(rule.matched), grouped(regret), grouped(overruled)];
        table.add_row(row(rule.name.clone(), action, &rule.share, rest));
    }
    let none = ["–", "–", "–"].map(str::to_owned);
    table.add_row(row("(no rule)".to_owned(), "–".to_owned(), &outcome.unmatched, none));
    align(&mut table, 2);
    format!("{}\n", table.trim_fmt())
}

fn regrets(out: &mut String, outcome: &Outcome) {
    if outcome.regret_count == 0 {
        return;
    }
    let mut table = plain();
    table.set_header(["Finding", "Type", "Account", "Rule", "Why"]);
    for regret in outcome.regrets.iter().take(SHOWN) {
        table.add_row([
            printable(&regret.id).into_owned(),
            shown(regret.finding_type.as_ref()),
            shown(regret.account.as_ref()),
            shown(regret.rule.as_ref()),
            regret.why.join("; "),
        ]);
    }
    let title = format!("Regret: {} would have been archived and got worse", outcome.regret_count);
    section(out, &title, &worded(table));
}

fn difference(out: &mut String, outcome: &Outcome) {
    let Some(difference) = &outcome.difference else { return };
    let title = format!(
        "Against {}: {} changed",
        difference.against.files.join(", "),
        counted(difference.changed, "decision")
    );
    let mut table = plain();
    table.set_header(["From", "To", "Findings", "Low", "Medium", "High", "Critical", "Unknown"]);
    for change in &difference.changes {
        let mut row = vec![change.from.to_string(), change.to.to_string()];
        row.push(grouped(change.findings.findings));
        row.extend(by_level(&change.findings));
        table.add_row(row);
    }
    align(&mut table, 2);
    let mut body = if difference.changes.is_empty() {
        String::new()
    } else {
        format!("{}\n", table.trim_fmt())
    };
    for finding in difference.findings.iter().take(SHOWN) {
        let rule = |own: &Option<String>| own.clone().unwrap_or_else(|| "no rule".to_owned());
        let kind = finding.finding_type.as_deref().unwrap_or("–");
        let severity = finding.severity.map_or_else(|| "unknown".to_owned(), |own| own.to_string());
        let _ = writeln!(
            body,
            "  {}  {}  severity {severity}: {} ({}) → {} ({})",
            printable(&finding.id),
            printable(kind),
            finding.from,
            rule(&finding.from_rule),
            finding.to,
            rule(&finding.to_rule)
        );
    }
    section(out, &title, &body);
}

fn findings(out: &mut String, outcome: &Outcome) {
    let Some(findings) = &outcome.findings else { return };
    let mut table = plain();
    table.set_header([
        "Updated", "Finding", "Type", "Severity", "Account", "Region", "Action", "Rule",
    ]);
    for finding in findings {
        table.add_row([
            finding.updated_at.map_or_else(|| "–".to_owned(), Timestamp::to_rfc3339),
            printable(&finding.id).into_owned(),
            shown(finding.finding_type.as_ref()),
            finding.severity.map_or_else(|| "unknown".to_owned(), |own| own.to_string()),
            shown(finding.account.as_ref()),
            shown(finding.region.as_ref()),
            finding.action.to_string(),
            finding.guard.map_or_else(
                || shown(finding.rule.as_ref()),
                |guard| format!("{} overruled: {guard}", shown(finding.rule.as_ref())),
            ),
        ]);
    }
    section(out, "Findings", &worded(table));
}

fn problems(out: &mut String, outcome: &Outcome) {
    let history = &outcome.history;
    if history.problem_count == 0 {
        return;
    }
    let mut body = String::new();
    for problem in history.problems.iter().take(SHOWN) {
        let (source, reason) = (printable(&problem.source), printable(&problem.reason));
        let _ = writeln!(body, "  {source}: {reason}");
    }
    let more = history.problem_count.saturating_sub(SHOWN as u64);
    if more > 0 {
        let _ = writeln!(body, "  and {more} more; --output json lists a thousand");
    }
    section(out, &format!("Could not be read: {}", history.problem_count), &body);
}

fn conditions(out: &mut String, outcome: &Outcome) {
    if outcome.conditions.is_empty() {
        return;
    }
    let mut body = String::new();
    for condition in &outcome.conditions {
        let verdict = match condition.failed {
            true => "FAILED",
            false if outcome.totals.findings() == 0 => "no finding to try it on",
            false => "passed",
        };
        let _ = writeln!(body, "  {verdict}  {}: {}", condition.condition, condition.value);
    }
    section(out, "Conditions to fail on", &body);
}

fn names(out: &mut String, title: &str, names: &[String]) {
    if !names.is_empty() {
        section(out, title, &format!("  {}\n", names.join(", ")));
    }
}

fn section(out: &mut String, title: &str, body: &str) {
    let _ = write!(out, "\n{title}\n{body}");
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// A table of words alone.
fn worded(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    format!("{}\n", table.trim_fmt())
}

/// Aligns numbers to the right, from a column on, up to the first that holds text.
fn align(table: &mut Table, from: usize) {
    for (position, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if position >= from {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn shown(text: Option<&String>) -> String {
    text.map_or_else(|| "–".to_owned(), |text| printable(text).into_owned())
}

fn by_level(levels: &Levels) -> [String; 5] {
    [levels.low, levels.medium, levels.high, levels.critical, levels.unknown].map(grouped)
}
