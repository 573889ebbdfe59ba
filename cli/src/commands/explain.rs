//! `guardsift explain`: why a decision fell as it did.

use std::fmt::Write;

use findings::{Explanation, Finding, Record, Truth};
use serde::Serialize;

use super::decide::{as_of, each_record};
use crate::{
    arguments::{ExplainArguments, ExplainFormat},
    exit::{Exit, Unusable},
    printable::printable,
    rule_files, stdout,
    talk::say,
};

/// One finding's explanation as JSON.
#[derive(Serialize)]
struct Explained<'e> {
    source: &'e str,
    id: &'e str,
    rule_set: &'e str,
    #[serde(flatten)]
    explanation: &'e Explanation<'e>,
}

pub(crate) fn run(arguments: &ExplainArguments) -> anyhow::Result<Exit> {
    let rules = rule_files::load(arguments.input.rules.as_deref())?;
    let as_of = as_of(&arguments.input);
    let mut explained = 0_usize;
    let exit = each_record(&arguments.input, |sourced| {
        let finding = match sourced.record {
            Record::Finding(finding) => finding,
            Record::Event(event) => {
                say!(
                    "{}: a `{}` event, not a finding",
                    sourced.source,
                    printable(&event.detail_type)
                );
                return Ok(());
            }
            Record::Unreadable(reason) => {
                anstream::eprintln!("{}: {}", sourced.source, printable(&reason.to_string()));
                return Ok(());
            }
        };
        if arguments.id.as_deref().is_some_and(|id| id != finding.id()) {
            return Ok(());
        }
        explained += 1;
        let explanation = rules.explain(&finding, as_of);
        match arguments.output {
            ExplainFormat::Text => {
                stdout::println!("{}", text(&sourced.source, &finding, &explanation)?)?;
            }
            ExplainFormat::Jsonl => {
                let line = Explained {
                    source: &sourced.source,
                    id: finding.id(),
                    rule_set: rules.hash(),
                    explanation: &explanation,
                };
                stdout::println!("{}", serde_json::to_string(&line)?)?;
            }
        }
        Ok(())
    })?;
    if let (Some(id), 0, Exit::Success) = (&arguments.id, explained, exit) {
        return Err(Unusable(format!("no finding with the id `{id}` in these files")).into());
    }
    Ok(exit)
}

const BOLD: &str = "\u{1b}[1m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

/// An explanation for people. Colours are dropped where the terminal shows none.
fn text(
    source: &str,
    finding: &Finding,
    explanation: &Explanation<'_>,
) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    let kind = finding.finding_type().map_or("unknown type", |own| own.as_str());
    let severity = match (finding.severity(), finding.level()) {
        (Some(severity), Some(level)) => format!("severity {severity} ({level})"),
        _ => "severity unknown".to_owned(),
    };
    writeln!(out, "{BOLD}{}{RESET}  {severity}", printable(kind))?;
    writeln!(out, "{DIM}{}  {}{RESET}", printable(finding.id()), printable(source))?;
    write!(out, "  {BOLD}{}{RESET}", explanation.action)?;
    match (explanation.rule, explanation.guard) {
        (Some(rule), None) => write!(out, " by rule {rule}")?,
        (Some(rule), Some(guard)) => write!(out, ": guard {guard} overrules rule {rule}")?,
        (None, Some(guard)) => write!(out, ": no rule matches, and guard {guard} holds it back")?,
        (None, None) => write!(out, ": no rule matches")?,
    }
    if let Some(until) = explanation.hold_until {
        write!(out, ", held until {until}")?;
    }
    writeln!(out)?;
    for rule in &explanation.trace {
        let verdict = if rule.expired { "expired" } else { holds(rule.holds) };
        writeln!(out, "\n  {}{verdict:<8}{RESET} {BOLD}{}{RESET}", colour(rule.holds), rule.rule)?;
        for condition in &rule.conditions {
            let found = match condition.found.as_slice() {
                [] => "nothing there".to_owned(),
                found => printable(&found.join(", ")).into_owned(),
            };
            writeln!(
                out,
                "    {}{:<8}{RESET} {}{} {} {}  {DIM}found: {found}{RESET}",
                colour(condition.holds),
                holds(condition.holds),
                if condition.unless { "unless " } else { "" },
                condition.attribute,
                condition.operator,
                condition.operand,
            )?;
        }
    }
    Ok(out)
}

fn holds(truth: Truth) -> &'static str {
    match truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "unknown",
    }
}

fn colour(truth: Truth) -> &'static str {
    match truth {
        Truth::True => GREEN,
        Truth::False => DIM,
        Truth::Unknown => YELLOW,
    }
}
