//! `guardsift findings export`: findings from anywhere, in a form that others read.

use std::{
    collections::HashSet,
    fs::File,
    io::{BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context;
use findings::{Filter, Record, decode};
use platform::chain;

use super::writer::{Form, Writer};
use crate::{
    arguments::ConnectionArguments,
    excerpt::Excerpt,
    exit::{Exit, Unusable},
    figures::so_many,
    history::{self, Connection, Inflater, Text, each_text},
    operate::findings::{Holding, condition},
    printable::printable,
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where findings are: files and folders, `s3://BUCKET/PREFIX`, or `api` for GuardDuty itself
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// In which form
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
    /// Only findings for which these criteria hold, as a rule has them, in JSON
    #[arg(long, value_name = "CRITERIA")]
    criteria: Option<String>,
    /// Only findings for which this holds, such as 'severity >= high and type ~ "Backdoor:*"'
    #[arg(long = "where", value_name = "EXPR", value_parser = condition, conflicts_with = "criteria")]
    condition: Option<Holding>,
    #[command(flatten)]
    excerpt: Excerpt,
    /// Write into this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift findings export api --region eu-west-1 --out findings.jsonl
  guardsift findings export s3://my-exports/AWSLogs/ --since 7d --format ocsf
  guardsift findings export api --where 'severity >= high and type ~ \"Backdoor:*\"' --format json
  guardsift findings export exports/ --format csv --criteria '{\"severity\": {\"greaterThanOrEqual\": 7}}'

Each version of a finding comes out once, however often it stands in the sources.";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let criteria = match (&arguments.criteria, &arguments.condition) {
        (Some(text), _) => Some(criteria(text)?),
        (None, condition) => condition.as_ref().map(|own| own.0.clone()),
    };
    arguments.excerpt.checked()?;
    let connection =
        Connection::new(arguments.connection.settings(arguments.excerpt.regions.first()));
    let sources = history::sources(&arguments.paths, &connection)?;
    let out: Box<dyn Write> = match &arguments.out {
        Some(path) => Box::new(File::create(path).with_context(|| {
            Unusable(format!(
                "can't write {}; name a file in a folder that is there",
                path.display()
            ))
        })?),
        None => Box::new(stdout::raw()),
    };
    let mut writer = Writer::new(BufWriter::new(out), arguments.format)?;
    let mut inflater = Inflater::default();
    let mut seen = HashSet::new();
    let (mut unreadable, mut failed) = (0_u64, None);
    for source in &sources {
        if arguments.out.is_none() && stdout::is_closed() {
            break;
        }
        let name = source.name();
        let outcome = each_text(source, &connection, &mut inflater, |line, text| {
            let records = match text {
                Text::Whole(bytes) if bytes.trim_ascii().is_empty() => return,
                Text::Whole(bytes) => decode(bytes),
                Text::TooLong(length) => {
                    unreadable += 1;
                    return anstream::eprintln!("{name}:{line}: {}", Text::too_long(length));
                }
            };
            for record in records {
                match record {
                    Record::Finding(finding) => {
                        let is_asked_for = arguments.excerpt.holds(
                            finding.updated_at(),
                            finding.account_id(),
                            finding.region(),
                        ) && criteria
                            .as_ref()
                            .is_none_or(|own| own.matches(&finding).is_true());
                        if is_asked_for
                            && failed.is_none()
                            && seen.insert(finding.version_key().to_string())
                        {
                            failed = writer.write(&finding).err();
                        }
                    }
                    Record::Event(_) => {}
                    Record::Unreadable(reason) => {
                        unreadable += 1;
                        anstream::eprintln!("{}", problem(&name, line, &reason.to_string()));
                    }
                }
            }
        });
        if let Some(error) = failed {
            return Err(error).context("can't write the findings");
        }
        if let Err(error) = outcome {
            unreadable += 1;
            anstream::eprintln!("{name}: read in part only: {}", chain(error.as_ref()));
        }
    }
    writer.finish().context("can't write the findings")?;
    let written = so_many(seen.len(), "finding version");
    say!("{written} written, {unreadable} unreadable");
    Ok(if unreadable == 0 { Exit::Success } else { Exit::CheckFailed })
}

/// Where something can't be read and why: the reason may name a member as the record spells it.
fn problem(name: &str, line: u64, reason: &str) -> String {
    format!("{name}:{line}: {}", printable(reason))
}

fn criteria(text: &str) -> anyhow::Result<Filter> {
    let json = serde_json::from_str(text)
        .map_err(|error| Unusable(format!("--criteria is no JSON: {error}")))?;
    Filter::from_criteria_json(&json)
        .map_err(|error| Unusable(format!("--criteria can't be used: {error}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_is_none_reaches_no_terminal_with_its_escapes() {
        let row = br#"{"detail_\u001b[2J_x": 1, "detail_id": "f1"}"#;
        let records = decode(row);
        let [Record::Unreadable(reason)] = records.as_slice() else { panic!("{records:?}") };
        let reason = reason.to_string();
        assert!(reason.contains('\u{1b}'), "{reason:?}");
        let told = problem("a.jsonl", 3, &reason);
        assert!(told.starts_with("a.jsonl:3: ") && !told.contains('\u{1b}'), "{told:?}");
    }
}
