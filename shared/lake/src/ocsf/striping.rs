//! An event as JSON into the leaves of nested columns, with the levels by which Parquet puts objects and lists together again.

use findings::Timestamp;
use serde_json::Value as Json;

use crate::{
    columns::Cell,
    shape::{Column, Kind, Shape},
    writer::Writer,
};

/// How much of what is around a value is there.
#[derive(Debug, Clone, Copy, Default)]
struct Levels {
    /// Objects, lists and elements that are there.
    definition: i16,
    /// Lists that go on with this value, counted from outside; 0 begins a row.
    repetition: i16,
    /// Lists around the value.
    lists: i16,
}

/// Hands the values of one event to the writer. What is missing is null.
pub(super) fn stripe(event: &Json, columns: &[Column], writer: &mut Writer) {
    members(Some(event), columns, 0, Levels::default(), writer);
}

fn members(
    object: Option<&Json>,
    columns: &[Column],
    mut leaf: usize,
    levels: Levels,
    writer: &mut Writer,
) {
    for column in columns {
        let value = object.and_then(|object| object.get(&column.name));
        shape(value, &column.shape, leaf, levels, writer);
        leaf += column.shape.leaves();
    }
}

fn shape(value: Option<&Json>, own: &Shape, leaf: usize, levels: Levels, writer: &mut Writer) {
    let is_there = Levels { definition: levels.definition + 1, ..levels };
    match (own, value) {
        (Shape::Value(kind), value) => {
            let cell = value.map_or(Cell::Null, |value| cell(value, *kind));
            writer.push(leaf, cell, levels.definition, levels.repetition);
        }
        (Shape::Object(columns), Some(Json::Object(_))) => {
            members(value, columns, leaf, is_there, writer);
        }
        (Shape::Object(columns), _) => members(None, columns, leaf, levels, writer),
        (Shape::List(element), Some(Json::Array(elements))) if !elements.is_empty() => {
            let mut inner =
                Levels { definition: levels.definition + 2, lists: levels.lists + 1, ..levels };
            for value in elements {
                shape(Some(value), element, leaf, inner, writer);
                inner.repetition = inner.lists;
            }
        }
        (Shape::List(element), Some(Json::Array(_))) => {
            shape(None, element, leaf, is_there, writer);
        }
        (Shape::List(element), _) => shape(None, element, leaf, levels, writer),
    }
}

/// A value that fits its column; anything else is null.
fn cell(value: &Json, kind: Kind) -> Cell {
    let found = match kind {
        Kind::Text => value.as_str().map(|text| Cell::Text(text.to_owned())),
        Kind::Float => value.as_f64().map(Cell::Float),
        Kind::Integer | Kind::Integer32 => value.as_i64().map(Cell::Integer),
        Kind::Boolean => value.as_bool().map(Cell::Boolean),
        Kind::Moment => value
            .as_str()
            .and_then(Timestamp::parse)
            .map(|moment| Cell::Moment(moment.epoch_micros())),
    };
    found.unwrap_or(Cell::Null)
}

#[cfg(test)]
mod tests;
