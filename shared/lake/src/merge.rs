//! Rows of several files of the lake as one file, a few at a time.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
};

use platform::store::FileContent;

use crate::{
    LakeError,
    columns::Cell,
    rows::{Rows, RowsError},
    schema::COLUMNS,
    table::Table,
    writer::TableError,
};

/// Rows in memory at once. A finding has a few kilobytes, seldom 250.
const ROWS: usize = 64;
const SOURCE: &str = "source_id";

/// A file in the making.
pub(crate) struct Merge {
    table: Table,
    rows: u64,
    footers: Vec<u8>,
}

/// The file, with what it is to be known by.
pub(crate) struct Merged {
    pub(crate) file: FileContent,
    pub(crate) rows: u64,
    /// What the footer of each source's file said, as JSON Lines: where it came from, and what
    /// became of its lines.
    pub(crate) footers: Vec<u8>,
}

/// A file that could not be read as one of the lake, or the new one not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MergeError {
    #[error(transparent)]
    Rows(#[from] RowsError),
    #[error("its rows name {0:?} as their source")]
    Source(String),
    #[error("it has no column {0}")]
    Missing(&'static str),
    #[error(transparent)]
    Table(#[from] TableError),
}

impl MergeError {
    pub(crate) fn told(self, name: String) -> LakeError {
        match self {
            Self::Table(error) => error.into(),
            other => LakeError::Unreadable { name, reason: other.to_string() },
        }
    }
}

impl Merge {
    pub(crate) fn new() -> Result<Self, TableError> {
        Ok(Self { table: Table::new()?, rows: 0, footers: Vec::new() })
    }

    /// All rows of the file of this source.
    pub(crate) fn add(&mut self, file: File, source_id: &str) -> Result<(), MergeError> {
        let rows = Rows::open(file)?;
        let footer: BTreeMap<&str, &str> = rows.footer().collect();
        self.footers.extend(serde_json::to_vec(&footer).unwrap_or_default());
        self.footers.push(b'\n');
        // Earlier builds wrote no source into their rows.
        let is_named = rows.has(SOURCE);
        let place = COLUMNS.iter().position(|(name, _)| *name == SOURCE);
        rows.each(&COLUMNS, ROWS, |mut row| {
            if let Some(source) = place.and_then(|place| row.get_mut(place)) {
                match source {
                    Cell::Text(own) if own == source_id => {}
                    Cell::Text(other) => return Err(MergeError::Source(other.clone())),
                    Cell::Null if !is_named => *source = Cell::Text(source_id.to_owned()),
                    _ => return Err(MergeError::Source(String::new())),
                }
            }
            self.rows += 1;
            Ok(self.table.push(row)?)
        })
    }

    pub(crate) fn finish(self, id: &str, sources: usize) -> Result<Merged, TableError> {
        let footer = vec![
            ("schema", "findings/v1".to_owned()),
            ("source-id", id.to_owned()),
            ("sources", sources.to_string()),
            ("rows", self.rows.to_string()),
        ];
        Ok(Merged { file: self.table.finish(footer)?, rows: self.rows, footers: self.footers })
    }
}

/// How many rows of each source a file has.
pub(crate) fn rows_by_source(file: File) -> Result<HashMap<String, u64>, MergeError> {
    let rows = Rows::open(file)?;
    if !rows.has(SOURCE) {
        return Err(MergeError::Missing(SOURCE));
    }
    let mut counts = HashMap::new();
    rows.texts(SOURCE, |source| *counts.entry(source).or_default() += 1)?;
    Ok(counts)
}
