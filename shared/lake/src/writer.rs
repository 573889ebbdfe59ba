//! Values into the columns of a Parquet file, a bounded number of them in memory, the same values always to the same bytes.

use std::{
    io,
    mem::{replace, take},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use parquet::{
    basic::{Compression, ZstdLevel},
    column::{
        page::{CompressedPage, PageWriteSpec, PageWriter},
        writer::{ColumnCloseResult, ColumnWriterImpl},
    },
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{WriterProperties, WriterPropertiesPtr},
        writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite},
    },
    schema::types::{ColumnDescPtr, ColumnPath},
};
use platform::store::FileContent;

use crate::{
    columns::Cell,
    shape::{Column, Kind, Shape},
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

/// A column that holds values.
struct Leaf {
    encoder: Encoder,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

enum Encoder {
    Text(Typed<ByteArrayType>),
    Float(Typed<DoubleType>),
    /// Also moments.
    Integer(Typed<Int64Type>),
    Integer32(Typed<Int32Type>),
    Boolean(Typed<BoolType>),
}

impl Leaf {
    fn new(kind: Kind, column: ColumnDescPtr, properties: &WriterPropertiesPtr) -> Self {
        let properties = Arc::clone(properties);
        let encoder = match kind {
            Kind::Text => Encoder::Text(Typed::new(column, properties)),
            Kind::Float => Encoder::Float(Typed::new(column, properties)),
            Kind::Integer | Kind::Moment => Encoder::Integer(Typed::new(column, properties)),
            Kind::Integer32 => Encoder::Integer32(Typed::new(column, properties)),
            Kind::Boolean => Encoder::Boolean(Typed::new(column, properties)),
        };
        Self { encoder, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Answers with the bytes that the value takes.
    fn push(&mut self, value: Cell, definition: i16, repetition: i16) -> usize {
        self.repetitions.push(repetition);
        let bytes = match (&mut self.encoder, value) {
            (Encoder::Text(own), Cell::Text(text)) => {
                let bytes = text.len();
                own.values.push(ByteArray::from(text.into_bytes()));
                Some(bytes)
            }
            (Encoder::Float(own), Cell::Float(value)) => own.take(value),
            (Encoder::Integer(own), Cell::Integer(value) | Cell::Moment(value)) => own.take(value),
            (Encoder::Integer32(own), Cell::Integer(value)) => {
                i32::try_from(value).ok().and_then(|value| own.take(value))
            }
            (Encoder::Boolean(own), Cell::Boolean(value)) => own.take(value),
            _ => None,
        };
        self.definitions.push(if bytes.is_some() { definition + 1 } else { definition });
        bytes.unwrap_or_default()
    }

    fn encode(&mut self) -> Result<(), ParquetError> {
        let (definitions, repetitions) = (&self.definitions, &self.repetitions);
        match &mut self.encoder {
            Encoder::Text(own) => own.encode(definitions, repetitions),
            Encoder::Float(own) => own.encode(definitions, repetitions),
            Encoder::Integer(own) => own.encode(definitions, repetitions),
            Encoder::Integer32(own) => own.encode(definitions, repetitions),
            Encoder::Boolean(own) => own.encode(definitions, repetitions),
        }?;
        self.definitions.clear();
        self.repetitions.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        match &mut self.encoder {
            Encoder::Text(own) => own.close(),
            Encoder::Float(own) => own.close(),
            Encoder::Integer(own) => own.close(),
            Encoder::Integer32(own) => own.close(),
            Encoder::Boolean(own) => own.close(),
        }
    }

    fn encoded_bytes(&self) -> usize {
        match &self.encoder {
            Encoder::Text(own) => own.pages.length(),
            Encoder::Float(own) => own.pages.length(),
            Encoder::Integer(own) => own.pages.length(),
            Encoder::Integer32(own) => own.pages.length(),
            Encoder::Boolean(own) => own.pages.length(),
        }
    }
}

/// Values of one type on their way into pages.
struct Typed<T: DataType> {
    column: ColumnDescPtr,
    properties: WriterPropertiesPtr,
    values: Vec<T::T>,
    writer: ColumnWriterImpl<'static, T>,
    pages: Pages,
}

impl<T: DataType> Typed<T> {
    fn new(column: ColumnDescPtr, properties: WriterPropertiesPtr) -> Self {
        let pages = Pages::default();
        let own = Box::new(pages.clone());
        let writer = ColumnWriterImpl::new(Arc::clone(&column), Arc::clone(&properties), own);
        Self { column, properties, values: Vec::new(), writer, pages }
    }

    fn take(&mut self, value: T::T) -> Option<usize> {
        self.values.push(value);
        Some(size_of::<T::T>())
    }

    fn encode(&mut self, definitions: &[i16], repetitions: &[i16]) -> Result<(), ParquetError> {
        let repetitions = (self.column.max_rep_level() > 0).then_some(repetitions);
        self.writer.write_batch(&self.values, Some(definitions), repetitions)?;
        self.values.clear();
        Ok(())
    }

    /// Everything that was encoded, and a new start.
    fn close(&mut self) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        let new = Self::new(Arc::clone(&self.column), Arc::clone(&self.properties));
        let Self { writer, pages, .. } = replace(self, new);
        let closed = writer.close()?;
        Ok((pages.take()?, closed))
    }
}

/// The encoded pages of a column of an open row group, in memory: a file holds one column after the other.
#[derive(Clone)]
struct Pages(Arc<Mutex<TrackedWrite<Vec<u8>>>>);

impl Default for Pages {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(TrackedWrite::new(Vec::new()))))
    }
}

impl Pages {
    fn open(&self) -> MutexGuard<'_, TrackedWrite<Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn length(&self) -> usize {
        self.open().bytes_written()
    }

    fn take(&self) -> Result<Bytes, ParquetError> {
        replace(&mut *self.open(), TrackedWrite::new(Vec::new())).into_inner().map(Bytes::from)
    }
}

impl PageWriter for Pages {
    fn write_page(&mut self, page: CompressedPage) -> Result<PageWriteSpec, ParquetError> {
        SerializedPageWriter::new(&mut *self.open()).write_page(page)
    }

    fn close(&mut self) -> Result<(), ParquetError> {
        SerializedPageWriter::new(&mut *self.open()).close()
    }
}
