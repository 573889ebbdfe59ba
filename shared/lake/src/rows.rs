//! The rows of a file of the lake, whichever build wrote it, in columns of today.

use std::fs::File;

use parquet::{
    column::reader::{ColumnReader, ColumnReaderImpl},
    data_type::{ByteArray, DataType},
    errors::ParquetError,
    file::reader::{FileReader, RowGroupReader, SerializedFileReader},
};

use crate::{columns::Cell, shape::Kind};

/// A file that could not be read as one of the lake.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowsError {
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    #[error("its column {0} holds something else than the lake's")]
    Column(&'static str),
    #[error("its column {0} holds {1} values, and the file has {2} rows")]
    Short(&'static str, usize, usize),
}

/// A file of the lake, opened.
pub(crate) struct Rows(SerializedFileReader<File>);

impl Rows {
    pub(crate) fn open(file: File) -> Result<Self, RowsError> {
        Ok(Self(SerializedFileReader::new(file)?))
    }

    /// What guardsift wrote into the footer.
    pub(crate) fn footer(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.metadata().file_metadata().key_value_metadata();
        pairs
            .into_iter()
            .flatten()
            .filter_map(|pair| Some((pair.key.strip_prefix("guardsift.")?, pair.value.as_deref()?)))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.place(name).is_some()
    }

    /// Hands over every row, as the values of these columns; of a column that the file lacks they are
    /// null. So many rows are in memory at once.
    pub(crate) fn each<E: From<RowsError>>(
        &self,
        columns: &[(&'static str, Kind)],
        at_once: usize,
        mut take: impl FnMut(Vec<Cell>) -> Result<(), E>,
    ) -> Result<(), E> {
        let places = columns.iter().map(|(name, kind)| self.checked(name, *kind));
        let places = places.collect::<Result<Vec<_>, _>>()?;
        for index in 0..self.0.num_row_groups() {
            let group = self.0.get_row_group(index).map_err(RowsError::from)?;
            let mut sources = columns
                .iter()
                .zip(&places)
                .map(|((name, kind), place)| Source::open(name, *kind, *place, &*group))
                .collect::<Result<Vec<_>, _>>()?;
            let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
            while left > 0 {
                let count = left.min(at_once);
                let cells = sources.iter_mut().map(|source| source.next(count));
                let cells = cells.collect::<Result<Vec<_>, _>>()?;
                let mut cells: Vec<_> = cells.into_iter().map(Vec::into_iter).collect();
                for _ in 0..count {
                    take(cells.iter_mut().map(|own| own.next().unwrap_or(Cell::Null)).collect())?;
                }
                left -= count;
            }
        }
        Ok(())
    }

    /// Hands over the texts of one column, without those that are null.
    pub(crate) fn texts(
        &self,
        column: &'static str,
        mut take: impl FnMut(String),
    ) -> Result<(), RowsError> {
        self.each(&[(column, Kind::Text)], 1024, |row| {
            for cell in row {
                if let Cell::Text(text) = cell {
                    take(text);
                }
            }
            Ok(())
        })
    }

    /// The leaf of a column.
    fn place(&self, name: &str) -> Option<usize> {
        let columns = self.0.metadata().file_metadata().schema_descr().columns();
        columns
            .iter()
            .position(|column| column.path().parts().first().is_some_and(|own| own == name))
    }

    fn checked(&self, name: &'static str, kind: Kind) -> Result<Option<usize>, RowsError> {
        let Some(place) = self.place(name) else { return Ok(None) };
        let column = self.0.metadata().file_metadata().schema_descr().column(place);
        let is_own = column.path().parts().len() == 1
            && column.max_rep_level() == 0
            && column.physical_type() == kind.physical()
            && column.logical_type_ref() == kind.logical().as_ref();
        if is_own { Ok(Some(place)) } else { Err(RowsError::Column(name)) }
    }
}

/// The values of one column of a row group; without a reader all are null.
struct Source {
    name: &'static str,
    kind: Kind,
    reader: Option<ColumnReader>,
    is_nullable: bool,
}

impl Source {
    fn open(
        name: &'static str,
        kind: Kind,
        place: Option<usize>,
        group: &dyn RowGroupReader,
    ) -> Result<Self, RowsError> {
        let Some(place) = place else {
            return Ok(Self { name, kind, reader: None, is_nullable: true });
        };
        let is_nullable = group.metadata().column(place).column_descr().max_def_level() > 0;
        Ok(Self { name, kind, reader: Some(group.get_column_reader(place)?), is_nullable })
    }

    fn next(&mut self, count: usize) -> Result<Vec<Cell>, RowsError> {
        let is_nullable = self.is_nullable;
        let cells = match (&mut self.reader, self.kind) {
            (None, _) => return Ok(vec![Cell::Null; count]),
            (Some(ColumnReader::ByteArrayColumnReader(own)), _) => {
                cells(own, count, is_nullable, text)?
            }
            (Some(ColumnReader::DoubleColumnReader(own)), _) => {
                cells(own, count, is_nullable, |value| Ok(Cell::Float(value)))?
            }
            (Some(ColumnReader::Int64ColumnReader(own)), Kind::Moment) => {
                cells(own, count, is_nullable, |value| Ok(Cell::Moment(value)))?
            }
            (Some(ColumnReader::Int64ColumnReader(own)), _) => {
                cells(own, count, is_nullable, |value| Ok(Cell::Integer(value)))?
            }
            (Some(ColumnReader::BoolColumnReader(own)), _) => {
                cells(own, count, is_nullable, |value| Ok(Cell::Boolean(value)))?
            }
            (Some(_), _) => return Err(RowsError::Column(self.name)),
        };
        if cells.len() == count {
            Ok(cells)
        } else {
            Err(RowsError::Short(self.name, cells.len(), count))
        }
    }
}

fn text(bytes: ByteArray) -> Result<Cell, ParquetError> {
    Ok(Cell::Text(bytes.as_utf8()?.to_owned()))
}

/// The next values, as many as there are.
fn cells<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    is_nullable: bool,
    cell: impl Fn(T::T) -> Result<Cell, ParquetError>,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut values, mut levels) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut read = 0;
    while read < count {
        let levels = is_nullable.then_some(&mut levels);
        let (records, _, _) = reader.read_records(count - read, levels, None, &mut values)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    let mut values = values.into_iter();
    if !is_nullable {
        return values.map(cell).collect();
    }
    let value = |level: i16| if level > 0 { values.next() } else { None };
    levels.into_iter().map(value).map(|value| value.map_or(Ok(Cell::Null), &cell)).collect()
}
