//! An export object into a Parquet file and the lines that do not belong in it.

use std::io::Read;

use bytes::Bytes;
use findings::{ExportError, ExportLimits, ExportReader, Line};
use sha2::{Digest, Sha256};

use crate::{
    columns::Columns,
    quarantine::BadLines,
    table::{Table, TableError},
};

/// What an export object contains, in the form in which it is written.
#[derive(Debug)]
pub struct Converted {
    pub parquet: Bytes,
    /// SHA-256 of the Parquet file.
    pub sha256: String,
    pub counts: Counts,
    /// A JSON Lines file of what was set aside; `None` when nothing was.
    pub quarantined: Option<Bytes>,
}

/// What became of every line: `lines` is `good + quarantined + blank`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub lines: u64,
    /// Lines with findings, nearly always one each.
    pub good: u64,
    pub rows: u64,
    pub quarantined: u64,
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

/// Reads the object to its end and only then answers: gzip's checksum comes last, and before it no
/// line counts.
pub fn convert(read: impl Read, source: &str, source_id: &str) -> Result<Converted, ConvertError> {
    let mut reader = ExportReader::new(read, ExportLimits::default());
    let (columns, mut table, mut bad) = (Columns::new(), Table::new()?, BadLines::default());
    let mut counts = Counts::default();
    while let Some(line) = reader.next_line()? {
        counts.lines += 1;
        match line {
            Line::Blank { .. } => counts.blank += 1,
            Line::Bad(line) => {
                counts.quarantined += 1;
                bad.add(line);
            }
            Line::Findings { number, findings } => {
                counts.good += 1;
                for finding in findings {
                    counts.rows += 1;
                    table.push(columns.row(&finding, number))?;
                }
            }
        }
    }
    let parquet = table.finish(counts.footer(source, source_id))?;
    Ok(Converted {
        sha256: hex::encode(Sha256::digest(&parquet)),
        parquet: parquet.into(),
        counts,
        quarantined: bad.into_file(source),
    })
}

impl Counts {
    fn footer(self, source: &str, source_id: &str) -> Vec<(&'static str, String)> {
        vec![
            ("schema", "findings/v1".to_owned()),
            ("source", source.to_owned()),
            ("source-id", source_id.to_owned()),
            ("lines", self.lines.to_string()),
            ("rows", self.rows.to_string()),
            ("quarantined", self.quarantined.to_string()),
            ("blank", self.blank.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests;
