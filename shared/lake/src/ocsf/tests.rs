//! Whole findings through the columns of OCSF, read back from the file.

use std::{collections::BTreeSet, fs, io::Read, sync::Arc};

use arrow_array::{Array, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use bytes::Bytes;
use findings::{Finding, ocsf::detection_finding};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};

use self::everything::everything;
use super::{
    fitting::{UNFIT, fitted},
    schema, *,
};
use crate::{
    Outputs,
    convert::Conversion,
    shape::{Column, Kind, Shape},
    tests::block_on,
};

mod everything;

fn file(findings: &[Finding]) -> EventFile {
    let mut events = Events::new().unwrap();
    findings.iter().for_each(|finding| events.push(finding).unwrap());
    events.finish("s3://exports/k", "s1").unwrap()
}

fn bytes(file: &EventFile) -> Bytes {
    let mut bytes = Vec::new();
    file.parquet.reader().read_to_end(&mut bytes).unwrap();
    bytes.into()
}

fn read(file: &EventFile) -> Vec<RecordBatch> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes(file)).unwrap();
    assert_eq!(
        builder.schema().fields(),
        &in_arrow(&schema::columns()),
        "what is written is what was meant"
    );
    builder.build().unwrap().map(Result::unwrap).collect()
}

/// The columns as another reader of Parquet names them.
fn in_arrow(columns: &[Column]) -> Fields {
    columns.iter().map(|column| Field::new(&column.name, data_type(&column.shape), true)).collect()
}

fn data_type(shape: &Shape) -> DataType {
    match shape {
        Shape::Object(columns) => DataType::Struct(in_arrow(columns)),
        Shape::List(element) => {
            DataType::List(Arc::new(Field::new("element", data_type(element), true)))
        }
        Shape::Value(Kind::Text) => DataType::Utf8,
        Shape::Value(Kind::Float) => DataType::Float64,
        Shape::Value(Kind::Integer) => DataType::Int64,
        Shape::Value(Kind::Integer32) => DataType::Int32,
        Shape::Value(Kind::Boolean) => DataType::Boolean,
        Shape::Value(Kind::Moment) => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
        }
    }
}

fn text(column: &dyn Array) -> &StringArray {
    column.as_any().downcast_ref().unwrap()
}

fn messages(batches: &[RecordBatch]) -> Vec<String> {
    let column = |batch: &RecordBatch| {
        let messages = text(batch.column_by_name("message").unwrap());
        messages.iter().map(|own| own.unwrap().to_owned()).collect::<Vec<_>>()
    };
    batches.iter().flat_map(column).collect()
}

fn finding(json: &Json) -> Finding {
    Finding::parse(&json.to_string()).unwrap()
}

fn timed(title: &str, time: &str) -> Finding {
    finding(&json!({"id": "f1", "title": title, "updatedAt": time}))
}

/// The paths of all leaves of an event.
fn paths(value: &Json, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(members) => {
            let join = |name: &String| {
                if path.is_empty() { name.clone() } else { format!("{path}.{name}") }
            };
            members.iter().for_each(|(name, value)| paths(value, &join(name), found));
        }
        Json::Array(elements) => elements.iter().for_each(|value| paths(value, path, found)),
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// The paths of all columns.
fn columns(shape: &Shape, path: &str, found: &mut BTreeSet<String>) {
    match shape {
        Shape::Object(own) => own.iter().for_each(|column| {
            let name = &column.name;
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            columns(&column.shape, &path, found);
        }),
        Shape::List(element) => columns(element, path, found),
        Shape::Value(_) => drop(found.insert(path.to_owned())),
    }
}

#[test]
fn no_attribute_of_any_event_is_without_a_column_and_no_column_without_use() {
    let own = schema::columns();
    let (mut reached, mut meant) = (BTreeSet::new(), BTreeSet::new());
    columns(&Shape::Object(own.clone()), "", &mut meant);
    for finding in everything() {
        let event = fitted(detection_finding(&finding), &own);
        paths(&event, "", &mut reached);
        let unmapped = event.get("unmapped").and_then(Json::as_str).unwrap_or_default();
        assert!(!unmapped.contains(UNFIT), "{unmapped}");
    }
    let unused: Vec<_> = meant.difference(&reached).collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn every_finding_is_a_row_and_the_same_findings_give_the_same_bytes() {
    let all = everything();
    let first = file(&all);
    let rows: usize = read(&first).iter().map(RecordBatch::num_rows).sum();
    assert_eq!((rows, first.rows), (all.len(), all.len() as u64));
    assert!(bytes(&first) == bytes(&file(&all)));
    let none = file(&[]);
    assert_eq!((read(&none).len(), none.rows), (0, 0));
}

#[test]
fn rows_stand_in_the_order_of_time_and_what_has_no_time_comes_first_without_one() {
    let findings = [
        timed("late", "2026-10-01T09:00:00Z"),
        timed("early", "2026-10-01T08:00:00Z"),
        timed("early too", "2026-10-01T08:00:00Z"),
        timed("never", "soon"),
        timed("ancient", "0001-01-01T00:00:00Z"),
        timed("far", "9999-12-31T23:59:59.999Z"),
    ];
    let batches = read(&file(&findings));
    assert_eq!(messages(&batches), ["never", "ancient", "early", "early too", "late", "far"]);
    let times: &Int64Array =
        batches[0].column_by_name("time").unwrap().as_any().downcast_ref().unwrap();
    assert!(times.is_null(0) && batches[0].column_by_name("time_dt").unwrap().is_null(0));
    assert_eq!(times.value(2), 1_790_841_600_000);
}

#[test]
fn hostile_values_stop_no_file_and_are_all_there() {
    let hostile = "\u{1b}]0;x\u{7}\r\n<script>\u{202e}=cmd|'/c'!A1\0\"\\${jndi:x}".to_owned()
        + &"a".repeat(70_000);
    let findings: Vec<_> = [
        json!({"id": "f1", "title": hostile, "newThing": hostile}),
        json!({"id": "f1", "title": "count", "service": {"count": u64::MAX}, "confidence": i64::MIN}),
        json!({"id": "f1", "title": "pid", "service": {"runtimeDetails": {"process": {"pid": 1_u64 << 40, "uuid": "u"}}}}),
        json!({"id": "f1", "title": "times", "createdAt": -1e18, "service": {"eventFirstSeen": 1e300}}),
    ]
    .iter()
    .map(finding)
    .collect();
    let batches = read(&file(&findings));
    assert_eq!(messages(&batches), [&hostile, "count", "pid", "times"]);
    let unmapped = text(batches[0].column_by_name("unmapped").unwrap());
    let said = |row| serde_json::from_str::<Json>(unmapped.value(row)).unwrap();
    assert_eq!(said(0), json!({"newThing": hostile}));
    assert_eq!(said(1)[UNFIT]["confidence_score"], json!(i64::MIN));
    assert_eq!(said(2)[UNFIT]["evidences[0].process.pid"], json!(1_u64 << 40));
    let metadata: &StructArray =
        batches[0].column_by_name("metadata").unwrap().as_any().downcast_ref().unwrap();
    let uid = text(metadata.column_by_name("uid").unwrap());
    assert_eq!(uid.value(0), findings[0].version_key().as_str());
}

#[test]
fn rows_are_written_out_in_groups_so_that_memory_stays_bounded() {
    let mut state = 1_u32;
    let findings: Vec<_> = (0..600)
        .map(|number| {
            let noise = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                char::from(b'a' + (state >> 24) as u8 % 26)
            });
            let noise: String = noise.take(32 << 10).collect();
            finding(&json!({"id": format!("f{number}"), "title": "t", "new": noise}))
        })
        .collect();
    let file = file(&findings);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes(&file)).unwrap();
    assert!(builder.metadata().num_row_groups() > 1);
}

#[test]
fn the_file_has_its_place_is_written_once_and_touches_nobody_elses() {
    let folder = tempfile::tempdir().unwrap();
    let source = CustomSource::new(Lake::Folder(folder.path().to_owned()), "ext/gd/1.0/");
    let partition = Partition::new("eu-west-1", "111122223333", "2026-10-01").unwrap();
    let converted = |id: &str, outputs| {
        let mut conversion = Conversion::new("s3://exports/k", id, outputs).unwrap();
        conversion.findings(1, &[timed("t", "2026-10-01T08:00:00Z")]).unwrap();
        conversion.finish().unwrap()
    };
    let commit = |id: &str, file| block_on(source.commit(&partition, id, &file));
    let with_events = |id| converted(id, Outputs::LakeAndEvents);
    assert_eq!(commit("s1", with_events("s1")).unwrap(), Committed::Written);
    assert_eq!(commit("s1", with_events("s1")).unwrap(), Committed::Before);
    let day =
        folder.path().join("ext/gd/1.0/region=eu-west-1/accountId=111122223333/eventDay=20261001");
    fs::copy(day.join("s1.parquet"), day.join("s2.parquet")).unwrap();
    assert!(matches!(commit("s2", with_events("s2")), Err(LakeError::Foreign { .. })));
    assert_eq!(commit("s3", converted("s3", Outputs::Lake)).unwrap(), Committed::Before);
    assert_eq!(fs::read_dir(day).unwrap().count(), 2);
}
