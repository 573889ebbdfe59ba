//! Events through the levels of Parquet and back by a reader that is not ours.

use std::io::Read;

use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::json;

use super::*;

fn value(name: &str, kind: Kind) -> Column {
    Column::new(name, Shape::Value(kind))
}

fn list(element: Shape) -> Shape {
    Shape::List(Box::new(element))
}

fn read_back(columns: &[Column], events: &[Json]) -> Vec<Json> {
    let mut writer = Writer::new(columns, &[]).unwrap();
    for event in events {
        stripe(event, columns, &mut writer);
        writer.end_row().unwrap();
    }
    let mut file = Vec::new();
    writer.finish([]).unwrap().reader().read_to_end(&mut file).unwrap();
    let reader = SerializedFileReader::new(Bytes::from(file)).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| without_nulls(row.unwrap().to_json_value())).collect()
}

/// A reader gives every column, what is missing as null.
fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(all) => all
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect(),
        Json::Array(all) => all.into_iter().map(without_nulls).collect(),
        value => value,
    }
}

#[test]
fn objects_and_lists_come_back_as_they_went_in() {
    let inner = vec![value("n", Kind::Integer32), Column::new("t", list(Shape::Value(Kind::Text)))];
    let columns = [
        value("id", Kind::Text),
        Column::new("o", Shape::Object(vec![value("x", Kind::Float), value("y", Kind::Boolean)])),
        Column::new("l", list(Shape::Object(inner))),
        Column::new("ll", list(list(Shape::Value(Kind::Integer)))),
    ];
    let events = [
        json!({"id": "a", "o": {"x": 1.5, "y": true}, "l": [{"n": 1, "t": ["p", "q"]}, {"n": 2, "t": ["r"]}]}),
        json!({"id": "empty", "l": [], "ll": []}),
        json!({"id": "missing"}),
        json!({}),
        json!({"l": [{"t": []}, {"n": 3}, {}, {"t": ["s"]}], "ll": [[1, 2], [], [3], [4, 5, 6]]}),
        json!({"o": {}, "ll": [[-9007199254740993_i64]]}),
        json!({"o": {"y": false}, "l": [{"n": -1}]}),
    ];
    assert_eq!(read_back(&columns, &events), events);
}

#[test]
fn a_place_in_a_list_that_holds_nothing_is_kept() {
    let columns = [Column::new("l", list(Shape::Value(Kind::Text)))];
    let read = read_back(&columns, &[json!({"l": ["a", null, "b"]}), json!({"l": [null]})]);
    assert_eq!(read, [json!({"l": ["a", null, "b"]}), json!({"l": [null]})]);
}

#[test]
fn what_does_not_fit_is_null_and_shifts_nothing() {
    let columns = [value("n", Kind::Integer32), value("s", Kind::Text), value("b", Kind::Boolean)];
    let events = [
        json!({"n": i64::from(i32::MAX) + 1, "s": 7, "b": "true"}),
        json!({"n": i32::MIN, "s": "7", "b": true}),
    ];
    assert_eq!(
        read_back(&columns, &events),
        [json!({}), json!({"n": i32::MIN, "s": "7", "b": true})]
    );
}
