//! What the columns of a Parquet file hold: values, objects of columns, and lists.

use std::sync::Arc;

use parquet::{
    basic::{LogicalType, Repetition, TimeUnit, Type as Physical},
    errors::ParquetError,
    schema::types::{Type, TypePtr},
};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Float,
    Integer,
    /// With 32 bits.
    Integer32,
    Boolean,
    /// Microseconds in UTC, which every engine over Parquet reads.
    Moment,
}

/// A column. All of them may be null: missing is not zero.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Value(Kind),
    Object(Vec<Column>),
    List(Box<Self>),
}

impl Kind {
    pub(crate) fn physical(self) -> Physical {
        match self {
            Self::Text => Physical::BYTE_ARRAY,
            Self::Float => Physical::DOUBLE,
            Self::Integer | Self::Moment => Physical::INT64,
            Self::Integer32 => Physical::INT32,
            Self::Boolean => Physical::BOOLEAN,
        }
    }

    pub(crate) fn logical(self) -> Option<LogicalType> {
        match self {
            Self::Text => Some(LogicalType::String),
            Self::Moment => Some(LogicalType::timestamp(true, TimeUnit::MICROS)),
            Self::Float | Self::Integer | Self::Integer32 | Self::Boolean => None,
        }
    }
}

impl Column {
    pub(crate) fn new(name: impl Into<String>, shape: Shape) -> Self {
        Self { name: name.into(), shape }
    }
}

impl Shape {
    /// How many leaves it has: columns that hold values.
    pub(crate) fn leaves(&self) -> usize {
        match self {
            Self::Value(_) => 1,
            Self::Object(columns) => columns.iter().map(|column| column.shape.leaves()).sum(),
            Self::List(element) => element.leaves(),
        }
    }

    /// What the leaves hold, in the order of the file.
    pub(crate) fn kinds(&self, kinds: &mut Vec<Kind>) {
        match self {
            Self::Value(kind) => kinds.push(*kind),
            Self::Object(columns) => columns.iter().for_each(|column| column.shape.kinds(kinds)),
            Self::List(element) => element.kinds(kinds),
        }
    }

    /// The schema of a file with these columns.
    pub(crate) fn schema(columns: &[Column]) -> Result<TypePtr, ParquetError> {
        let fields = columns.iter().map(|column| column.shape.named(&column.name));
        let fields = fields.collect::<Result<_, _>>()?;
        Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
    }

    fn named(&self, name: &str) -> Result<TypePtr, ParquetError> {
        let group = |name, repetition, logical, fields| {
            let builder = Type::group_type_builder(name).with_repetition(repetition);
            builder.with_logical_type(logical).with_fields(fields).build().map(Arc::new)
        };
        match self {
            Self::Value(kind) => {
                let builder = Type::primitive_type_builder(name, kind.physical());
                let builder = builder.with_repetition(Repetition::OPTIONAL);
                Ok(Arc::new(builder.with_logical_type(kind.logical()).build()?))
            }
            Self::Object(columns) => {
                let fields = columns.iter().map(|column| column.shape.named(&column.name));
                group(name, Repetition::OPTIONAL, None, fields.collect::<Result<_, _>>()?)
            }
            // Three levels, with the names of Parquet's specification.
            Self::List(element) => {
                let element = element.named("element")?;
                let list = group("list", Repetition::REPEATED, None, vec![element])?;
                group(name, Repetition::OPTIONAL, Some(LogicalType::List), vec![list])
            }
        }
    }
}
