//! An export object into a Parquet file and the lines that do not belong in it.

use std::{error::Error, io};

use findings::{ExportError, ExportLimits, ExportReader, Finding, Line};
use platform::store::FileContent;

use crate::{
    columns::Columns,
    ocsf::{EventFile, Events},
    quarantine::BadLines,
    table::Table,
    writer::TableError,
};

/// What a source contains, in the form in which it is written.
#[derive(Debug)]
pub struct Converted {
    /// The file of the lake.
    pub parquet: FileContent,
    /// What became of the lines.
    pub counts: Counts,
    /// A JSON Lines file of what was set aside; `None` when nothing was.
    pub quarantined: Option<FileContent>,
    /// The same findings as OCSF events; `None` when nobody asked for them.
    pub(crate) events: Option<EventFile>,
}

/// What is made of a source beside the quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// The file of the lake.
    Lake,
    /// The file of the lake, and one of OCSF events.
    LakeAndEvents,
}

/// What became of every line: `lines` is `good + quarantined + blank`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub lines: u64,
    /// Lines with findings, nearly always one each.
    pub good: u64,
    /// Findings.
    pub rows: u64,
    /// Lines that were set aside.
    pub quarantined: u64,
    /// Lines with nothing on them.
    pub blank: u64,
}

/// An object that gives no file.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// It will be the same the next time.
    #[error("the export object is broken")]
    Broken(#[source] ExportError),
    /// It could not be read to its end this time.
    #[error("the export object could not be read to its end")]
    Interrupted(#[source] ExportError),
    /// It could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<ExportError> for ConvertError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Read(_) => Self::Interrupted(error),
            _ => Self::Broken(error),
        }
    }
}

impl ConvertError {
    /// Whether the folder for temporary files is full or over its quota: until somebody makes room,
    /// every other object will meet the same.
    pub fn is_disk_full(&self) -> bool {
        let Self::Table(error) = self else { return false };
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<io::Error>() {
                return matches!(
                    error.kind(),
                    io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
                );
            }
            cause = error.source();
        }
        false
    }
}

/// Reads the object to its end and only then answers: gzip's checksum comes last, and before it no
/// line counts.
pub fn convert(
    read: impl io::Read,
    source: &str,
    source_id: &str,
    outputs: Outputs,
) -> Result<Converted, ConvertError> {
    let mut reader = ExportReader::new(read, ExportLimits::default());
    let mut conversion = Conversion::new(source, source_id, outputs)?;
    while let Some(line) = reader.next_line()? {
        conversion.line(line)?;
    }
    Ok(conversion.finish()?)
}

/// A conversion line by line, for which memory does not depend on how many there are.
pub(crate) struct Conversion {
    source: String,
    source_id: String,
    columns: Columns,
    table: Table,
    events: Option<Events>,
    bad: BadLines,
    counts: Counts,
}

impl Conversion {
    pub(crate) fn new(source: &str, source_id: &str, outputs: Outputs) -> Result<Self, TableError> {
        Ok(Self {
            source: source.to_owned(),
            source_id: source_id.to_owned(),
            columns: Columns::new(source_id),
            table: Table::new()?,
            events: (outputs == Outputs::LakeAndEvents).then(Events::new).transpose()?,
            bad: BadLines::new(source),
            counts: Counts::default(),
        })
    }

    fn line(&mut self, line: Line) -> Result<(), TableError> {
        match line {
            Line::Blank { .. } => {
                self.counts.lines += 1;
                self.counts.blank += 1;
            }
            Line::Bad(line) => {
                self.counts.lines += 1;
                self.counts.quarantined += 1;
                self.bad.add(&line)?;
            }
            Line::Findings { number, findings } => self.findings(number, &findings)?,
        }
        Ok(())
    }

    /// The findings of one line.
    pub(crate) fn findings(&mut self, line: u64, findings: &[Finding]) -> Result<(), TableError> {
        self.counts.lines += 1;
        self.counts.good += 1;
        for finding in findings {
            self.counts.rows += 1;
            self.table.push(self.columns.row(finding, line))?;
            if let Some(events) = &mut self.events {
                events.push(finding)?;
            }
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<Converted, TableError> {
        let events = self.events.map(|events| events.finish(&self.source, &self.source_id));
        let footer = self.counts.footer(self.source, self.source_id);
        Ok(Converted {
            parquet: self.table.finish(footer)?,
            counts: self.counts,
            quarantined: self.bad.finish()?,
            events: events.transpose()?,
        })
    }
}

impl Counts {
    fn footer(self, source: String, source_id: String) -> Vec<(&'static str, String)> {
        vec![
            ("schema", "findings/v1".to_owned()),
            ("source", source),
            ("source-id", source_id),
            ("lines", self.lines.to_string()),
            ("rows", self.rows.to_string()),
            ("quarantined", self.quarantined.to_string()),
            ("blank", self.blank.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests;
