//! Values into the columns of a Parquet file, a bounded number of them in memory, the same values always to the same bytes.

mod leaf;

use std::{io, mem::take, sync::Arc};

use parquet::{
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::{metadata::KeyValue, properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::ColumnPath,
};
use platform::store::FileContent;

use self::leaf::Leaf;
use crate::{
    columns::Cell,
    shape::{Column, Shape},
    spool::Spool,
};

/// Rows that are gathered before they are encoded, by number and by size of their text.
const BATCH_ROWS: usize = 1024;
const BATCH_BYTES: usize = 1 << 20;

/// Encoded bytes that a row group may hold in memory before it is closed.
const ROW_GROUP_BYTES: usize = 8 << 20;

/// No file came of the rows: the encoder failed, which no input should be able to cause, or the
/// disk did.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Encoding or writing failed.
    #[error("rows could not be written as Parquet")]
    Parquet(#[from] ParquetError),
    /// There is no temporary file to write to.
    #[error("no temporary file could be written")]
    Spool(#[from] io::Error),
}

/// A Parquet file in the making.
pub(crate) struct Writer {
    file: SerializedFileWriter<Spool>,
    leaves: Vec<Leaf>,
    /// Rows and bytes that wait to be encoded.
    waiting: (usize, usize),
    /// Whether a row group is open that has rows.
    is_open: bool,
}

impl Writer {
    /// A file of these columns. Those that are named `unique` get no dictionary, since hardly a value
    /// of theirs occurs twice.
    pub(crate) fn new(columns: &[Column], unique: &[&str]) -> Result<Self, TableError> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_created_by(concat!("guardsift ", env!("CARGO_PKG_VERSION")).to_owned());
        for name in unique {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(*name), false);
        }
        let properties = Arc::new(properties.build());
        let schema = Shape::schema(columns)?;
        let file = SerializedFileWriter::new(Spool::new()?, schema, Arc::clone(&properties))?;
        let mut kinds = Vec::new();
        columns.iter().for_each(|column| column.shape.kinds(&mut kinds));
        let leaves = file.schema_descr().columns().iter().zip(kinds);
        let leaves =
            leaves.map(|(column, kind)| Leaf::new(kind, Arc::clone(column), &properties)).collect();
        Ok(Self { file, leaves, waiting: (0, 0), is_open: false })
    }

    /// The next value of a leaf, in the order of the file.
    ///
    /// `definition` is how many of the objects, lists and elements around it are there, `repetition`
    /// how many of the lists go on. A value of another kind is null.
    pub(crate) fn push(&mut self, leaf: usize, value: Cell, definition: i16, repetition: i16) {
        if let Some(leaf) = self.leaves.get_mut(leaf) {
            self.waiting.1 += leaf.push(value, definition, repetition);
        }
    }

    /// Ends a row: each leaf has got a value since the one before.
    pub(crate) fn end_row(&mut self) -> Result<(), TableError> {
        self.waiting.0 += 1;
        if self.waiting.0 >= BATCH_ROWS || self.waiting.1 >= BATCH_BYTES {
            self.encode()?;
        }
        Ok(())
    }

    /// The whole file, with what is known at the end in its footer.
    pub(crate) fn finish<'k>(
        mut self,
        footer: impl IntoIterator<Item = (&'k str, String)>,
    ) -> Result<FileContent, TableError> {
        self.encode()?;
        self.end_group()?;
        for (key, value) in footer {
            let entry = KeyValue::new(format!("guardsift.{key}"), value);
            self.file.append_key_value_metadata(entry);
        }
        Ok(self.file.into_inner()?.finish())
    }

    fn encode(&mut self) -> Result<(), TableError> {
        if take(&mut self.waiting).0 == 0 {
            return Ok(());
        }
        for leaf in &mut self.leaves {
            leaf.encode()?;
        }
        self.is_open = true;
        if self.leaves.iter().map(Leaf::encoded_bytes).sum::<usize>() >= ROW_GROUP_BYTES {
            self.end_group()?;
        }
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        if !take(&mut self.is_open) {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for leaf in &mut self.leaves {
            let (pages, closed) = leaf.close()?;
            group.append_column(&pages, closed)?;
        }
        group.close()?;
        Ok(())
    }
}
