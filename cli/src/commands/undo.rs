//! `guardsift undo`: what a rule has archived comes back.

use std::collections::BTreeMap;

use archive::{Entry, Left, UndoPlan, Undone};
use clap::ValueEnum;
use findings::{Finding, FindingType, Timestamp};
use serde::Serialize;

use super::archive::{Place, confirmed, plain};
use crate::{
    exit::Exit,
    figures::{so_many, stay},
    moment, object,
    printable::printable,
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The rule whose archiving is undone
    #[arg(long, value_name = "NAME")]
    rule: String,
    /// Only what it archived at or after this: a date, a time, or an age such as 7d
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    since: Option<Timestamp>,
    /// Only say what would come back
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Take it back without asking
    #[arg(long)]
    yes: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = UndoFormat::Text)]
    output: UndoFormat,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UndoFormat {
    /// For people
    Text,
    /// One object, guardsift.undo/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift undo --rule port-probes-on-the-edge --lake my-lake --dry-run
  guardsift undo --rule port-probes-on-the-edge --lake my-lake --since 2d

What a rule archives stays undone in this version; a finding that recurs is decided again, so
correct or remove the rule first. Cut off in the middle, the same command goes on.";

/// How many findings the text shows; the JSON has them all.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct UndoV1<'a> {
    schema: &'static str,
    rule: &'a str,
    since: Option<Timestamp>,
    dry_run: bool,
    undo: Vec<&'a Entry>,
    left: &'a [Left],
    undone: &'a [String],
    unverified: &'a [String],
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reached = arguments.place.reach();
    let (guardduty, ledger) = (&reached.guardduty, reached.ledger());
    let plan = reached.wait(UndoPlan::new(guardduty, ledger, &arguments.rule, arguments.since))?;
    let is_text = arguments.output == UndoFormat::Text;
    if is_text {
        stdout::print!("{}", text(&plan, &arguments.rule))?;
    } else if !arguments.yes && !arguments.dry_run {
        // Standard output is for the object; nobody is asked about what was not shown.
        anstream::eprint!("{}", text(&plan, &arguments.rule));
    }
    let mut done = Undone::default();
    let mut result = Ok(());
    if !arguments.dry_run {
        let question = format!("Take back {}?", so_many(plan.undo.len(), "finding"));
        let is_agreed = arguments.yes || plan.undo.is_empty();
        if !confirmed(&question, is_agreed)? {
            say!("nothing was taken back");
            return Ok(Exit::Success);
        }
        result = reached.wait(plan.apply(guardduty, ledger, platform::now, &mut done));
    }
    let printed = if !is_text {
        let object = UndoV1 {
            schema: "guardsift.undo/v1",
            rule: &arguments.rule,
            since: arguments.since,
            dry_run: arguments.dry_run,
            undo: plan.undo.iter().map(|(entry, _)| entry).collect(),
            left: &plan.left,
            undone: &done.undone,
            unverified: &done.unverified,
        };
        object::print(&object, arguments.output == UndoFormat::Yaml)
    } else if arguments.dry_run {
        Ok(())
    } else {
        stdout::println!("{} taken back", done.undone.len()).map_err(Into::into)
    };
    result?;
    printed?;
    if let Some(first) = done.unverified.first() {
        let count = done.unverified.len();
        anstream::eprintln!(
            "GuardDuty still shows {count} as archived, the first is {}; undo again",
            printable(first)
        );
        return Ok(Exit::Other);
    }
    Ok(Exit::Success)
}

fn text(plan: &UndoPlan, rule: &str) -> String {
    let mut out = format!(
        "{} to take back that rule {rule} has archived\n",
        so_many(plan.undo.len(), "finding")
    );
    if !plan.undo.is_empty() {
        let mut table = plain(&["Finding", "Type", "Account", "Region", "Archived"]);
        for (entry, copy) in plan.undo.iter().take(SHOWN) {
            table.add_row(row(entry, copy));
        }
        out.push_str(&format!("{}\n", table.trim_fmt()));
        let more = plan.undo.len().saturating_sub(SHOWN);
        if more > 0 {
            out.push_str(&format!("and {more} more; --output json has them all\n"));
        }
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for left in &plan.left {
        *reasons.entry(left.because.to_string()).or_default() += 1;
    }
    for (reason, count) in reasons {
        out.push_str(&format!("{}: {reason}\n", stay(count)));
    }
    out
}

fn row(entry: &Entry, copy: &Finding) -> [String; 5] {
    let text = |own: Option<&str>| printable(own.unwrap_or("–")).into_owned();
    [
        text(Some(&entry.finding_id)),
        text(copy.finding_type().map(FindingType::as_str)),
        text(copy.account_id()),
        text(copy.region()),
        text(Some(&entry.at)),
    ]
}
