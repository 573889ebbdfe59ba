//! Findings one after the other in a form that others read.

use std::io::{self, Write};

use clap::ValueEnum;
use findings::{Finding, ocsf};

use super::rows::Rows;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// One array of findings as they came
    Json,
    /// One finding per line as it came
    Jsonl,
    /// One row per version of a finding, for spreadsheets
    Csv,
    /// One OCSF 1.1 Detection Finding per line
    Ocsf,
}

/// Writes findings one by one.
pub(super) enum Writer<W: Write> {
    Json { out: W, is_first: bool },
    Jsonl(W),
    Csv(Box<Rows<W>>),
    Ocsf(W),
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W, form: Form) -> io::Result<Self> {
        Ok(match form {
            Form::Json => {
                out.write_all(b"[")?;
                Self::Json { out, is_first: true }
            }
            Form::Jsonl => Self::Jsonl(out),
            Form::Csv => Self::Csv(Box::new(Rows::new(out)?)),
            Form::Ocsf => Self::Ocsf(out),
        })
    }

    pub(super) fn write(&mut self, finding: &Finding) -> io::Result<()> {
        match self {
            Self::Json { out, is_first } => {
                let before = if std::mem::take(is_first) { "\n" } else { ",\n" };
                write!(out, "{before}{}", one_line(finding.raw()))
            }
            Self::Jsonl(out) => writeln!(out, "{}", one_line(finding.raw())),
            Self::Csv(rows) => rows.write(finding),
            Self::Ocsf(out) => writeln!(out, "{}", ocsf::detection_finding(finding)),
        }
    }

    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Json { mut out, .. } => {
                out.write_all(b"\n]\n")?;
                out.flush()
            }
            Self::Jsonl(mut out) | Self::Ocsf(mut out) => out.flush(),
            Self::Csv(rows) => rows.finish(),
        }
    }
}

/// Line feeds can stand between the tokens of JSON only, where a space is as good.
fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}
