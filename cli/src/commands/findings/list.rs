//! `guardsift findings list` and `show`: what GuardDuty has found.

use std::io::BufWriter;

use anyhow::Context;
use clap::ValueEnum;
use findings::{Finding, FindingType};

use super::writer::{Form, Writer};
use crate::{
    exit::{Exit, Unusable},
    figures::so_many,
    object,
    operate::{
        Places,
        aligned::{Cell, aligned, of_severity, state},
        findings::Selection,
    },
    stdout,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    /// How to print them
    #[arg(long, value_enum, default_value_t = ListForm::Table)]
    output: ListForm,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowArguments {
    /// The finding
    #[arg(value_name = "FINDING_ID")]
    id: String,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListForm {
    /// Aligned columns
    Table,
    /// One array of findings as GuardDuty has them
    Json,
    /// The same as YAML
    Yaml,
    /// One finding per line as GuardDuty has it
    Jsonl,
    /// One row per finding, for spreadsheets
    Csv,
    /// One OCSF 1.1 Detection Finding per line
    Ocsf,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift findings list --open --severity high
  guardsift findings list --where 'severity < 4 and type ~ \"Recon:*\"' --region eu-west-1
  guardsift findings list --archived --older-than 30d --output csv
  guardsift findings list --rule port-probes-on-the-edge --rules rules/ --output jsonl

--where knows =, !=, <, <=, >, >=, ~ and !~ (with * and ?), in [..], and, or, and parentheses, on any
attribute that rules know. What a finding does not have is neither true nor false, and not chosen.";

pub(super) const SHOW_EXAMPLES: &str = "\
Examples:
  guardsift findings show 12ee67e50f09d8af4180b9c8af947329
  guardsift findings show 12ee67e50f09d8af4180b9c8af947329 --all-regions | guardsift explain -";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let chosen = arguments.selection.load()?;
    let reach = arguments.places.reach()?;
    let mut exit = Exit::Success;
    let mut all = Vec::new();
    for (_, answer) in reach.each(async |seat| seat.findings(&chosen).await) {
        match answer {
            Ok(found) => all.extend(found),
            Err(error) => {
                anstream::eprintln!("{error:#}");
                exit = Exit::Other;
            }
        }
    }
    let form = match arguments.output {
        ListForm::Table => {
            stdout::print!("{}", table(&all))?;
            return Ok(exit);
        }
        ListForm::Yaml => {
            let raw = all.iter().map(|finding| serde_json::from_str(finding.raw()));
            let raw: Vec<&serde_json::value::RawValue> = raw.collect::<Result<_, _>>()?;
            object::print(&raw, true)?;
            return Ok(exit);
        }
        ListForm::Json => Form::Json,
        ListForm::Jsonl => Form::Jsonl,
        ListForm::Csv => Form::Csv,
        ListForm::Ocsf => Form::Ocsf,
    };
    let write = || {
        let mut writer = Writer::new(BufWriter::new(stdout::raw()), form)?;
        all.iter().try_for_each(|finding| writer.write(finding))?;
        writer.finish()
    };
    write().context("can't write the findings")?;
    Ok(exit)
}

pub(super) fn show(arguments: &ShowArguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let ids = [arguments.id.clone()];
    let answers = reach.each(async |seat| {
        let calls = seat.finding_calls().await?;
        seat.findings_by_id(&calls, &ids).await
    });
    let mut problems = Vec::new();
    for (_, answer) in answers {
        match answer {
            Ok(found) => {
                if let Some(finding) = found.first() {
                    let value: serde_json::Value = serde_json::from_str(finding.raw())?;
                    object::print(&value, false)?;
                    return Ok(Exit::Success);
                }
            }
            Err(error) => problems.push(error),
        }
    }
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let places: Vec<_> = reach.seats.iter().map(ToString::to_string).collect();
    let message = format!(
        "GuardDuty has no finding {:?} in {}; it keeps findings for 90 days, and each in one Region: try --all-regions, or the lake with `guardsift timeline`",
        arguments.id,
        places.join("; ")
    );
    Err(Unusable(message).into())
}

fn table(found: &[Finding]) -> String {
    if found.is_empty() {
        return "no findings\n".to_owned();
    }
    let header = ["Severity", "Type", "Account", "Region", "Updated", "Count", "State", "Finding"];
    let mut rows = vec![header.map(|name| Cell::new(name).bold()).to_vec()];
    for finding in found {
        let text = |own: Option<&str>| Cell::new(own.unwrap_or("–"));
        let state = state(finding.archived());
        rows.push(vec![
            of_severity(finding.severity()),
            text(finding.finding_type().map(FindingType::as_str)),
            text(finding.account_id()),
            text(finding.region()),
            Cell::new(finding.updated_at().map_or_else(|| "–".to_owned(), |own| own.to_rfc3339())),
            Cell::new(finding.count().map_or_else(|| "–".to_owned(), |own| own.to_string())),
            Cell::new(if finding.is_sample() {
                format!("{state}, sample")
            } else {
                state.to_owned()
            }),
            text(Some(finding.id())),
        ]);
    }
    format!("{}{}\n", aligned(&rows), so_many(found.len(), "finding"))
}
