//! Rows of several files of the lake as one file, a few at a time.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    sync::Arc,
};

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_schema::ArrowError;
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    errors::ParquetError,
};
use platform::store::FileContent;

use crate::{
    LakeError,
    schema::{COLUMNS, schema},
    table::{Table, TableError},
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
    Parquet(#[from] ParquetError),
    #[error(transparent)]
    Arrow(#[from] ArrowError),
    #[error("its column {0} holds something else than the lake's")]
    Column(&'static str),
    #[error("its rows name {0:?} as their source")]
    Source(String),
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
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
        let pairs = builder.metadata().file_metadata().key_value_metadata();
        let footer: BTreeMap<&str, &str> = pairs
            .into_iter()
            .flatten()
            .filter_map(|pair| Some((pair.key.strip_prefix("guardsift.")?, pair.value.as_deref()?)))
            .collect();
        self.footers.extend(serde_json::to_vec(&footer).unwrap_or_default());
        self.footers.push(b'\n');
        for batch in builder.with_batch_size(ROWS).build()? {
            let batch = batch?;
            if let Some(sources) = texts(&batch)
                && let Some(other) = sources.iter().find(|own| *own != Some(source_id))
            {
                return Err(MergeError::Source(other.unwrap_or_default().to_owned()));
            }
            self.rows += batch.num_rows() as u64;
            self.table.append(&in_order(&batch, source_id)?)?;
        }
        Ok(())
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

/// The columns of today. One that a file of an earlier build lacks is null, but for its source.
fn in_order(batch: &RecordBatch, source_id: &str) -> Result<RecordBatch, MergeError> {
    let schema = schema();
    let columns = COLUMNS.iter().zip(schema.fields()).map(|((name, _), field)| {
        match batch.column_by_name(name) {
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(_) => Err(MergeError::Column(name)),
            None if *name == SOURCE => {
                let sources = std::iter::repeat_n(source_id, batch.num_rows());
                Ok(Arc::new(StringArray::from_iter_values(sources)) as ArrayRef)
            }
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        }
    });
    let columns = columns.collect::<Result<_, _>>()?;
    Ok(RecordBatch::try_new(Arc::clone(&schema), columns)?)
}

fn texts(batch: &RecordBatch) -> Option<&StringArray> {
    batch.column_by_name(SOURCE)?.as_any().downcast_ref()
}

/// How many rows of each source a file has.
pub(crate) fn rows_by_source(file: File) -> Result<HashMap<String, u64>, MergeError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
    let only = ProjectionMask::columns(builder.parquet_schema(), [SOURCE]);
    let mut rows = HashMap::new();
    for batch in builder.with_projection(only).with_batch_size(1024).build()? {
        let batch = batch?;
        let sources = texts(&batch).ok_or(MergeError::Column(SOURCE))?;
        for source in sources.iter().flatten() {
            match rows.get_mut(source) {
                Some(count) => *count += 1,
                None => {
                    rows.insert(source.to_owned(), 1);
                }
            }
        }
    }
    Ok(rows)
}
