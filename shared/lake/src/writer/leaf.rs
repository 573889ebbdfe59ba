//! The values of one column, gathered and then encoded into pages.

use std::{
    mem::replace,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use parquet::{
    column::{
        page::{CompressedPage, PageWriteSpec, PageWriter},
        writer::{ColumnCloseResult, ColumnWriterImpl},
    },
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        properties::WriterPropertiesPtr,
        writer::{SerializedPageWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};

use crate::{columns::Cell, shape::Kind};

/// A column that holds values.
pub(super) struct Leaf {
    encoder: Box<dyn Encode>,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

impl Leaf {
    pub(super) fn new(kind: Kind, column: ColumnDescPtr, properties: &WriterPropertiesPtr) -> Self {
        let properties = Arc::clone(properties);
        let encoder: Box<dyn Encode> = match kind {
            Kind::Text => Box::new(Typed::<ByteArrayType>::new(column, properties)),
            Kind::Float => Box::new(Typed::<DoubleType>::new(column, properties)),
            Kind::Integer | Kind::Moment => Box::new(Typed::<Int64Type>::new(column, properties)),
            Kind::Integer32 => Box::new(Typed::<Int32Type>::new(column, properties)),
            Kind::Boolean => Box::new(Typed::<BoolType>::new(column, properties)),
        };
        Self { encoder, definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Answers with the bytes that the value takes.
    pub(super) fn push(&mut self, value: Cell, definition: i16, repetition: i16) -> usize {
        self.repetitions.push(repetition);
        let bytes = self.encoder.push(value);
        self.definitions.push(if bytes.is_some() { definition + 1 } else { definition });
        bytes.unwrap_or_default()
    }

    pub(super) fn encode(&mut self) -> Result<(), ParquetError> {
        self.encoder.encode(&self.definitions, &self.repetitions)?;
        self.definitions.clear();
        self.repetitions.clear();
        Ok(())
    }

    /// Everything that was encoded, and a new start.
    pub(super) fn close(&mut self) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        self.encoder.close()
    }

    pub(super) fn encoded_bytes(&self) -> usize {
        self.encoder.encoded_bytes()
    }
}

trait Encode: Send {
    /// Gathers a value and answers with the bytes that it takes; one of another type is none.
    fn push(&mut self, value: Cell) -> Option<usize>;

    fn encode(&mut self, definitions: &[i16], repetitions: &[i16]) -> Result<(), ParquetError>;

    fn close(&mut self) -> Result<(Bytes, ColumnCloseResult), ParquetError>;

    fn encoded_bytes(&self) -> usize;
}

/// A type of Parquet, and which cells hold values of it.
trait Physical: DataType {
    fn value(cell: Cell) -> Option<Self::T>;

    fn bytes(_value: &Self::T) -> usize {
        size_of::<Self::T>()
    }
}

impl Physical for ByteArrayType {
    fn value(cell: Cell) -> Option<ByteArray> {
        let Cell::Text(text) = cell else { return None };
        Some(ByteArray::from(text.into_bytes()))
    }

    fn bytes(value: &ByteArray) -> usize {
        value.len()
    }
}

impl Physical for DoubleType {
    fn value(cell: Cell) -> Option<f64> {
        let Cell::Float(value) = cell else { return None };
        Some(value)
    }
}

impl Physical for Int64Type {
    fn value(cell: Cell) -> Option<i64> {
        let (Cell::Integer(value) | Cell::Moment(value)) = cell else { return None };
        Some(value)
    }
}

impl Physical for Int32Type {
    fn value(cell: Cell) -> Option<i32> {
        let Cell::Integer(value) = cell else { return None };
        i32::try_from(value).ok()
    }
}

impl Physical for BoolType {
    fn value(cell: Cell) -> Option<bool> {
        let Cell::Boolean(value) = cell else { return None };
        Some(value)
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
}

impl<T: Physical> Encode for Typed<T> {
    fn push(&mut self, value: Cell) -> Option<usize> {
        let value = T::value(value)?;
        let bytes = T::bytes(&value);
        self.values.push(value);
        Some(bytes)
    }

    fn encode(&mut self, definitions: &[i16], repetitions: &[i16]) -> Result<(), ParquetError> {
        let repetitions = (self.column.max_rep_level() > 0).then_some(repetitions);
        self.writer.write_batch(&self.values, Some(definitions), repetitions)?;
        self.values.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(Bytes, ColumnCloseResult), ParquetError> {
        let new = Self::new(Arc::clone(&self.column), Arc::clone(&self.properties));
        let Self { writer, pages, .. } = replace(self, new);
        let closed = writer.close()?;
        Ok((pages.take()?, closed))
    }

    fn encoded_bytes(&self) -> usize {
        self.pages.length()
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
