//! `guardsift archive log`: the ledger, read again.

use std::io::Write;

use archive::{LogFilter, Logged};
use findings::Timestamp;

use super::{Place, plain};
use crate::{arguments::Format, exit::Exit, moment, object, printable::printable, stdout};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only what this rule archived
    #[arg(long, value_name = "NAME")]
    rule: Option<String>,
    /// Only findings of this account
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Only findings of this Region
    #[arg(long, value_name = "REGION")]
    finding_region: Option<String>,
    /// Only findings of this type; a * at its end stands for any rest
    #[arg(long = "type", value_name = "TYPE")]
    finding_type: Option<String>,
    /// Only lines written at or after this: a date, a time, or an age such as 7d
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    since: Option<Timestamp>,
    /// Only lines written before this
    #[arg(long, value_name = "TIME", value_parser = moment::parse_or_ago)]
    until: Option<Timestamp>,
    /// How to print the lines
    #[arg(long, value_enum, default_value_t = Format::Table)]
    output: Format,
    #[command(flatten)]
    place: Place,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift archive log --lake my-lake --since 7d
  guardsift archive log --lake my-lake --rule port-probes-on-the-edge --type 'Recon:*' --output jsonl";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reached = arguments.place.reach();
    let filter = LogFilter {
        rule: arguments.rule.clone(),
        account: arguments.account.clone(),
        region: arguments.finding_region.clone(),
        finding_type: arguments.finding_type.clone(),
        since: arguments.since,
        until: arguments.until,
    };
    let lines = reached.wait(reached.ledger().log(&filter))?;
    match arguments.output {
        Format::Table => stdout::println!("{}", table(&lines))?,
        format @ (Format::Json | Format::Yaml) => object::print(&lines, format == Format::Yaml)?,
        Format::Jsonl => {
            let mut out = std::io::BufWriter::new(stdout::raw());
            for line in &lines {
                writeln!(out, "{}", serde_json::to_string(line)?)?;
            }
            out.flush()?;
        }
    }
    Ok(Exit::Success)
}

fn table(lines: &[Logged]) -> String {
    let mut table =
        plain(&["Time", "Event", "Finding", "Type", "Severity", "Account", "Region", "Rule"]);
    for line in lines {
        let text = |own: Option<&str>| printable(own.unwrap_or("–")).into_owned();
        table.add_row([
            text(Some(&line.at)),
            line.event.to_string(),
            text(Some(&line.finding_id)),
            text(line.finding_type.as_deref()),
            line.severity.map_or_else(|| "unknown".to_owned(), |severity| severity.to_string()),
            text(line.account.as_deref()),
            text(line.region.as_deref()),
            text(line.rule.as_deref()),
        ]);
    }
    table.trim_fmt()
}
