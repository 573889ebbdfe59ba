//! `guardsift lake compact`: the many small files of a partition become one.

use std::time::Duration;

use lake::{Compacted, Compaction, Partition};
use serde::Serialize;

use crate::{
    arguments::{LakeArguments, LakeFormat},
    exit::Exit,
    figures::{counted, grouped},
    history::Connection,
    lake_place, moment, object,
    printable::printable,
    progress, stdout,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only days that ended at least this long ago: late exports make files of their own
    #[arg(long, default_value = "2d", value_name = "AGE", value_parser = moment::age)]
    older_than: Duration,
    /// How long after the large file the small ones stay, for whoever listed them before
    #[arg(long, default_value = "1h", value_name = "AGE", value_parser = moment::age)]
    grace: Duration,
    /// Say what would be done, and do nothing
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
  guardsift lake compact --lake s3://my-lake --dry-run
  guardsift lake compact --lake s3://my-lake

The first run writes the large files, one after the grace removes the small ones. Run it once a day.
It can be ended at any moment; the next run goes on.";

/// `guardsift.compaction-run/v1`. Its members are a contract.
#[derive(Serialize)]
struct Report<'t> {
    schema: &'static str,
    lake: &'t str,
    dry_run: bool,
    partitions: u64,
    files_written: u64,
    sources: u64,
    rows: u64,
    small_files_removed: u64,
    small_files_waiting: u64,
    failed: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let connection = Connection::new(arguments.lake.connection.settings(arguments.region.as_ref()));
    let lake = lake_place::open_existing(&arguments.lake.lake, &connection)?;
    let compaction = Compaction {
        now: moment::now(),
        older_than: arguments.older_than,
        grace: arguments.grace,
        is_dry: arguments.dry_run,
    };
    let runtime = connection.runtime()?;
    let explained = |error| lake_place::explained(&error, &connection);
    let partitions = runtime.block_on(compaction.partitions(&lake)).map_err(explained)?;
    let partitions: Vec<Partition> =
        partitions.into_iter().filter(|(_, small)| *small > 0).map(|(own, _)| own).collect();
    let bar = progress::things(partitions.len() as u64);
    let (mut total, mut failed) = (Compacted::default(), Vec::new());
    for partition in &partitions {
        match runtime.block_on(compaction.partition(&lake, partition)) {
            Ok(done) => total += done,
            Err(error) => failed.push(format!("{}: {:#}", partition.folder(), explained(error))),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = Report {
        schema: "guardsift.compaction-run/v1",
        lake: &arguments.lake.lake,
        dry_run: arguments.dry_run,
        partitions: partitions.len() as u64,
        files_written: total.written,
        sources: total.sources,
        rows: total.rows,
        small_files_removed: total.removed,
        small_files_waiting: total.waiting,
        failed,
    };
    match arguments.lake.output {
        format @ (LakeFormat::Json | LakeFormat::Yaml) => {
            object::print(&report, format == LakeFormat::Yaml)?
        }
        LakeFormat::Text => stdout::print!("{}", text(&report))?,
    }
    Ok(if report.failed.is_empty() { Exit::Success } else { Exit::CheckFailed })
}

fn text(report: &Report<'_>) -> String {
    let would = if report.dry_run { "would be " } else { "" };
    let mut text = format!(
        "{} with small files\n{} {would}written of {}, {}\n{} {would}removed, {} until their time has come\n",
        counted(report.partitions, "partition"),
        counted(report.files_written, "file"),
        counted(report.sources, "small one"),
        if report.dry_run { "all rows".to_owned() } else { counted(report.rows, "row") },
        counted(report.small_files_removed, "small file"),
        match report.small_files_waiting {
            1 => "1 waits".to_owned(),
            waiting => format!("{} wait", grouped(waiting)),
        }
    );
    for problem in &report.failed {
        text.push_str(&format!("{}\n", printable(problem)));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

    #[test]
    fn what_is_not_asked_for_is_done_as_the_function_does_it() {
        let command = Arguments::augment_args(clap::Command::new("compact"));
        for (id, expected) in [("older_than", Compaction::OLDER_THAN), ("grace", Compaction::GRACE)]
        {
            let argument = command.get_arguments().find(|own| own.get_id() == id).unwrap();
            let default = argument.get_default_values()[0].to_str().unwrap();
            assert_eq!(moment::age(default), Ok(expected), "{id}");
        }
    }
}
