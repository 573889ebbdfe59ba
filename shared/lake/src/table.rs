//! Rows into Parquet, a bounded number of them at a time, the same rows always to the same bytes.

use std::{io, sync::Arc};

use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{
        BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
    },
};
use arrow_schema::{ArrowError, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{WriterProperties, WriterPropertiesBuilder},
    },
    schema::types::ColumnPath,
};

use platform::store::FileContent;

use crate::{
    columns::{Cell, Row},
    schema::{COLUMNS, Kind, UNIQUE, schema},
    spool::Spool,
};

/// Rows that are gathered before they are handed to the writer, by number and by size of their
/// text.
const BATCH_ROWS: usize = 1024;
const BATCH_BYTES: usize = 1 << 20;

/// Encoded bytes that a row group may hold in memory before it is closed.
pub(crate) const ROW_GROUP_BYTES: usize = 8 << 20;

/// No file came of the rows: the encoder failed, which no input should be able to cause, or the
/// disk did.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// An array is not what its column takes.
    #[error("rows could not be made into a batch")]
    Batch(#[from] ArrowError),
    /// Encoding or writing failed.
    #[error("rows could not be written as Parquet")]
    Parquet(#[from] ParquetError),
    /// There is no temporary file to write to.
    #[error("no temporary file could be written")]
    Spool(#[from] io::Error),
}

/// A Parquet file in the making.
pub(crate) struct Table {
    writer: ArrowWriter<Spool>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
    bytes: usize,
}

enum Builder {
    Text(StringBuilder),
    Float(Float64Builder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
    Moment(TimestampMicrosecondBuilder),
}

impl Table {
    pub(crate) fn new() -> Result<Self, TableError> {
        let schema = schema();
        let mut properties = properties()?;
        for name in UNIQUE {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(name), false);
        }
        Ok(Self {
            writer: ArrowWriter::try_new(
                Spool::new()?,
                Arc::clone(&schema),
                Some(properties.build()),
            )?,
            builders: builders(),
            schema,
            rows: 0,
            bytes: 0,
        })
    }

    pub(crate) fn push(&mut self, row: Row) -> Result<(), TableError> {
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            self.bytes += builder.append(cell);
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.hand_over()?;
        }
        Ok(())
    }

    /// Rows that are in columns already, in the order of [`COLUMNS`].
    pub(crate) fn append(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        self.hand_over()?;
        self.write(batch)
    }

    /// The whole file, with what is known at the end in its footer.
    pub(crate) fn finish(
        mut self,
        footer: Vec<(&'static str, String)>,
    ) -> Result<FileContent, TableError> {
        self.hand_over()?;
        for (key, value) in footer {
            self.writer.append_key_value_metadata(self::footer(key, value));
        }
        Ok(self.writer.into_inner()?.finish())
    }

    fn hand_over(&mut self) -> Result<(), TableError> {
        if self.rows == 0 {
            return Ok(());
        }
        let arrays: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
        (self.rows, self.bytes) = (0, 0);
        self.write(&batch)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        self.writer.write(batch)?;
        if self.writer.in_progress_size() >= ROW_GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }
}

/// How every Parquet file is written.
pub(crate) fn properties() -> Result<WriterPropertiesBuilder, TableError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_created_by(concat!("guardsift ", env!("CARGO_PKG_VERSION")).to_owned()))
}

/// An entry of a file's footer.
pub(crate) fn footer(key: &str, value: String) -> KeyValue {
    KeyValue::new(format!("guardsift.{key}"), value)
}

fn builders() -> Vec<Builder> {
    COLUMNS
        .iter()
        .map(|(_, kind)| match kind {
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Float => Builder::Float(Float64Builder::new()),
            Kind::Integer => Builder::Integer(Int64Builder::new()),
            Kind::Boolean => Builder::Boolean(BooleanBuilder::new()),
            Kind::Moment => {
                Builder::Moment(TimestampMicrosecondBuilder::new().with_timezone("UTC"))
            }
        })
        .collect()
}

impl Builder {
    /// Appends a value, or null where it is of another kind. Answers with the bytes it takes.
    fn append(&mut self, cell: Cell) -> usize {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => {
                builder.append_value(&text);
                text.len()
            }
            (Self::Text(builder), _) => append(8, || builder.append_null()),
            (Self::Float(builder), Cell::Float(value)) => append(8, || builder.append_value(value)),
            (Self::Float(builder), _) => append(8, || builder.append_null()),
            (Self::Integer(builder), Cell::Integer(value)) => {
                append(8, || builder.append_value(value))
            }
            (Self::Integer(builder), _) => append(8, || builder.append_null()),
            (Self::Boolean(builder), Cell::Boolean(value)) => {
                append(1, || builder.append_value(value))
            }
            (Self::Boolean(builder), _) => append(1, || builder.append_null()),
            (Self::Moment(builder), Cell::Moment(value)) => {
                append(8, || builder.append_value(value))
            }
            (Self::Moment(builder), _) => append(8, || builder.append_null()),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Moment(builder) => Arc::new(builder.finish()),
        }
    }
}

fn append(bytes: usize, value: impl FnOnce()) -> usize {
    value();
    bytes
}
