//! `guardsift decide`: what happens with each finding.

use std::io::{BufWriter, StdoutLock, Write};

use comfy_table::Table;
use findings::Timestamp;

use super::archive::plain;
use crate::{
    arguments::{DecideArguments, Format, InputArguments},
    exit::Exit,
    input::{self, Sourced},
    moment, object,
    output::Line,
    rule_files,
    stdout::{self, Output},
};

pub(crate) fn run(arguments: &DecideArguments) -> anyhow::Result<Exit> {
    let rules = rule_files::load(arguments.input.rules.as_deref())?;
    let as_of = as_of(&arguments.input);
    let mut printer = Printer::new(arguments.output);
    let mut unreadable = 0_usize;
    let exit = each_record(&arguments.input, |record| {
        let line = Line::of(record, &rules, as_of);
        unreadable += usize::from(line.is_unreadable());
        printer.print(line)
    })?;
    printer.finish()?;
    if unreadable > 0 {
        anstream::eprintln!("{unreadable} unreadable");
    }
    Ok(if arguments.strict && unreadable > 0 { Exit::CheckFailed } else { exit })
}

/// The moment to decide as of.
pub(super) fn as_of(arguments: &InputArguments) -> Timestamp {
    arguments.as_of.unwrap_or_else(moment::now)
}

/// Calls `act` for every record of every file; a file that can't be read leaves the others alone.
pub(super) fn each_record(
    arguments: &InputArguments,
    mut act: impl FnMut(Sourced) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let mut exit = Exit::Success;
    for file in input::files(&arguments.paths) {
        if stdout::is_closed() {
            break;
        }
        match file.and_then(|file| input::records(&file)) {
            Ok(records) => records.into_iter().try_for_each(&mut act)?,
            Err(error) => {
                anstream::eprintln!("{error}");
                exit = Exit::BadUsage;
            }
        }
    }
    Ok(exit)
}

/// Prints lines as they come, or all at the end where the format needs them all.
enum Printer {
    Jsonl(BufWriter<Output<StdoutLock<'static>>>),
    Object { lines: Vec<Line>, is_yaml: bool },
    Table(Table),
}

impl Printer {
    fn new(format: Format) -> Self {
        match format {
            Format::Jsonl => Self::Jsonl(BufWriter::new(stdout::raw())),
            Format::Json => Self::Object { lines: Vec::new(), is_yaml: false },
            Format::Yaml => Self::Object { lines: Vec::new(), is_yaml: true },
            Format::Table => Self::Table(plain(&Line::HEADER)),
        }
    }

    fn print(&mut self, line: Line) -> anyhow::Result<()> {
        match self {
            Self::Jsonl(out) => writeln!(out, "{}", serde_json::to_string(&line)?)?,
            Self::Object { lines, .. } => lines.push(line),
            Self::Table(table) => {
                table.add_row(line.row());
            }
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Self::Jsonl(mut out) => out.flush()?,
            Self::Object { lines, is_yaml } => object::print(&lines, is_yaml)?,
            Self::Table(table) => stdout::println!("{}", table.trim_fmt())?,
        }
        Ok(())
    }
}
