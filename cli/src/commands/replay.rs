//! `guardsift replay`: findings that are kept somewhere go into the lake.

use lake::Partition;
use serde::Serialize;

use crate::{
    arguments::{LakeArguments, LakeFormat},
    exit::Exit,
    figures::{counted, grouped, so_many},
    history::{self, Connection, Source},
    lake_place, object,
    printable::printable,
    progress,
    replay::{Known, Replay, Totals},
    stdout,
    talk::say,
};

/// Partitions and problems that are shown one by one.
const SHOWN: usize = 40;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Findings in any shape: files and folders, `s3://BUCKET/PREFIX`, or `api` for GuardDuty itself
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The bucket that local copies of export objects come from: it becomes part of their names
    #[arg(long, value_name = "BUCKET")]
    source_bucket: Option<String>,
    /// Write OCSF events as well, into a custom source of Security Lake or a folder: `s3://BUCKET/PREFIX`, or DIR.
    /// What the lake has already is read again for it
    #[arg(long, value_name = "PLACE")]
    ocsf: Option<String>,
    /// Read everything, say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// The Region to call
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    #[command(flatten)]
    lake: LakeArguments,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift replay s3://my-exports/AWSLogs/111122223333/ --lake s3://my-lake --dry-run
  guardsift replay s3://my-exports/AWSLogs/111122223333/ --lake s3://my-lake
  guardsift replay events/ export.jsonl.gz --lake lake/
  guardsift replay s3://my-exports/AWSLogs/ --lake s3://my-lake --ocsf s3://my-security-lake/ext/guardduty/1.0/

An export object keeps its name: it lands where the function writes it. Any other finding goes to
the account, Region and day that it names itself. Doing it once more changes nothing.";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let connection = Connection::new(arguments.lake.connection.settings(arguments.region.as_ref()));
    let lake = lake_place::open(&arguments.lake.lake, &connection)?;
    let custom_source = arguments.ocsf.as_deref();
    let custom_source =
        custom_source.map(|place| lake_place::custom_source(place, &connection)).transpose()?;
    let sources = history::sources(&arguments.paths, &connection)?;
    let exports = sources.iter().filter(|source| is_export(source)).count();
    say!(
        "by key: {}; by what the findings say: {}; the lake is {}",
        so_many(exports, "export object"),
        so_many(sources.len() - exports, "other source"),
        lake_place::described(&lake)
    );
    let replay = Replay {
        connection: &connection,
        lake: &lake,
        custom_source: custom_source.as_ref(),
        source_bucket: arguments.source_bucket.as_deref(),
        is_dry: arguments.dry_run,
        known: Known::default(),
    };
    let bar = progress::bytes(sources.iter().map(Source::size).sum());
    let totals = replay.run(&sources, |bytes| bar.inc(bytes));
    bar.finish_and_clear();
    match arguments.lake.output {
        format @ (LakeFormat::Json | LakeFormat::Yaml) => {
            object::print(&Report::of(&totals, arguments), format == LakeFormat::Yaml)?;
        }
        LakeFormat::Text => stdout::print!("{}", text(&totals, arguments.dry_run))?,
    }
    Ok(exit(&totals))
}

/// A broken export object is not in the lake, whether or not a note says so.
fn exit(totals: &Totals) -> Exit {
    let is_whole = totals.failed.is_empty() && totals.broken.is_empty();
    if is_whole { Exit::Success } else { Exit::CheckFailed }
}

fn is_export(source: &Source) -> bool {
    let place = match source {
        Source::Object { key, .. } => key.clone(),
        Source::File(path) => path.to_string_lossy().replace('\\', "/"),
        Source::Api => return false,
    };
    Partition::of_export_below(&place).is_some()
}

/// `guardsift.replay/v1`. Its members are a contract.
#[derive(Serialize)]
struct Report<'t> {
    schema: &'static str,
    lake: &'t str,
    dry_run: bool,
    sources: u64,
    files_written: u64,
    files_already_there: u64,
    ocsf_files_written: u64,
    lines: u64,
    lines_with_findings: u64,
    lines_quarantined: u64,
    lines_blank: u64,
    rows: u64,
    partitions: Vec<Part<'t>>,
    broken: Vec<Problem<'t>>,
    failed: Vec<Problem<'t>>,
}

#[derive(Serialize)]
struct Part<'t> {
    region: &'t str,
    account: &'t str,
    date: &'t str,
    files: u64,
    rows: u64,
}

#[derive(Serialize)]
struct Problem<'t> {
    source: &'t str,
    reason: &'t str,
}

impl<'t> Report<'t> {
    fn of(totals: &'t Totals, arguments: &'t Arguments) -> Self {
        let problems = |own: &'t [(String, String)]| {
            own.iter().map(|(source, reason)| Problem { source, reason }).collect()
        };
        let counts = totals.counts;
        Self {
            schema: "guardsift.replay/v1",
            lake: &arguments.lake.lake,
            dry_run: arguments.dry_run,
            sources: totals.sources,
            files_written: totals.files(),
            files_already_there: totals.already,
            ocsf_files_written: totals.event_files,
            lines: counts.lines,
            lines_with_findings: counts.good,
            lines_quarantined: counts.quarantined,
            lines_blank: counts.blank,
            rows: counts.rows,
            partitions: totals
                .written
                .iter()
                .map(|(partition, (files, rows))| Part {
                    region: &partition.region,
                    account: &partition.account,
                    date: &partition.date,
                    files: *files,
                    rows: *rows,
                })
                .collect(),
            broken: problems(&totals.broken),
            failed: problems(&totals.failed),
        }
    }
}

fn text(totals: &Totals, is_dry: bool) -> String {
    let counts = totals.counts;
    let verb = if is_dry { "would be written" } else { "written" };
    let mut text = format!(
        "{}: {} {verb}, {} there already\n{} = {} with findings + {} quarantined + {} blank; {}\n",
        counted(totals.sources, "source"),
        counted(totals.files(), "file"),
        grouped(totals.already),
        counted(counts.lines, "line"),
        grouped(counts.good),
        grouped(counts.quarantined),
        grouped(counts.blank),
        counted(counts.rows, "row")
    );
    if totals.event_files > 0 {
        text.push_str(&format!("{} of OCSF events written\n", counted(totals.event_files, "file")));
    }
    for (partition, (files, rows)) in totals.written.iter().take(SHOWN) {
        text.push_str(&format!(
            "  {}  {}, {}\n",
            partition.folder(),
            counted(*files, "file"),
            counted(*rows, "row")
        ));
    }
    if totals.written.len() > SHOWN {
        text.push_str(&format!(
            "  and {} more\n",
            so_many(totals.written.len() - SHOWN, "partition")
        ));
    }
    let broken = if is_dry {
        "broken, would be noted in quarantine"
    } else {
        "broken, a note is in quarantine"
    };
    for (what, problems) in [(broken, &totals.broken), ("not written", &totals.failed)] {
        for (source, reason) in problems.iter().take(SHOWN) {
            text.push_str(&format!("{source}: {what}: {}\n", printable(reason)));
        }
        if problems.len() > SHOWN {
            text.push_str(&format!("and {} more: {what}\n", problems.len() - SHOWN));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_cut_off_is_a_failure_and_a_dry_run_claims_no_note_of_it() {
        let broken = vec![("a.jsonl.gz".to_owned(), "cut off".to_owned())];
        let totals = Totals { broken, ..Totals::default() };
        assert_eq!(exit(&totals), Exit::CheckFailed);
        assert_eq!(exit(&Totals::default()), Exit::Success);
        for (is_dry, told) in [
            (true, "a.jsonl.gz: broken, would be noted in quarantine: cut off"),
            (false, "a.jsonl.gz: broken, a note is in quarantine: cut off"),
        ] {
            assert!(text(&totals, is_dry).lines().any(|line| line == told), "{is_dry}");
        }
    }
}
