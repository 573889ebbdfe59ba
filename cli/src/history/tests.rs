//! S3 and GuardDuty of an emulated machine, read through an endpoint of one's own.

use std::sync::Arc;

use arrow_array::StringArray;
use local::{
    guardduty::example_finding,
    machine::{EXPORT_BUCKET, LAKE_BUCKET},
};
use platform::aws::Settings;
use serde_json::{Value, json};

use super::{parquet::tests::lake_file, *};
use crate::emulated::emulated;

fn bytes(opened: Opened) -> Vec<u8> {
    let Opened::Bytes(mut reader) = opened else { panic!("no bytes") };
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap();
    bytes
}

fn texts(opened: Opened) -> Vec<(u64, String)> {
    let Opened::Texts(texts) = opened else { panic!("no texts") };
    texts.collect::<anyhow::Result<_>>().unwrap()
}

#[test]
fn a_bucket_is_listed_and_its_objects_are_read_by_threads_of_their_own() {
    let emulated = emulated();
    // More than the pieces in which it comes.
    let export = [b"\x1f\x8b".as_slice(), &vec![7; 3 << 20]].concat();
    let lake =
        lake_file("raw", Arc::new(StringArray::from(vec![r#"{"id":"a"}"#, r#"{"id":"b"}"#])));
    emulated.put(EXPORT_BUCKET, "p/2.jsonl.gz", &export);
    emulated.put(EXPORT_BUCKET, "p/1.parquet", &lake);
    emulated.put(EXPORT_BUCKET, "p/", b"");
    emulated.put(EXPORT_BUCKET, "p/notes.txt", b"no finding");
    emulated.put(EXPORT_BUCKET, "q/3.json", b"{}");
    let connection = emulated.connection();

    let path = format!("s3://{EXPORT_BUCKET}/p");
    let sources = sources(&[path.clone(), path], &connection).unwrap();
    let names: Vec<_> = sources.iter().map(Source::name).collect();
    let named = |key| format!("s3://{EXPORT_BUCKET}/{key}");
    assert_eq!(names, [named("p/1.parquet"), named("p/2.jsonl.gz")]);
    assert_eq!(sources[1].size(), export.len() as u64);
    std::thread::scope(|scope| {
        let rows = scope.spawn(|| texts(open(&sources[0], &connection).unwrap()));
        let read = scope.spawn(|| bytes(open(&sources[1], &connection).unwrap()));
        let expected = [(1, r#"{"id":"a"}"#.to_owned()), (2, r#"{"id":"b"}"#.to_owned())];
        assert_eq!(rows.join().unwrap(), expected);
        assert!(read.join().unwrap() == export);
    });
    emulated.stop();
}

#[test]
fn what_is_not_in_s3_is_told_with_the_call() {
    let emulated = emulated();
    let connection = emulated.connection();
    let list = |path: &str| format!("{:#}", sources(&[path.to_owned()], &connection).unwrap_err());
    let missing = list("s3://no-such-bucket/p");
    assert!(missing.starts_with("ListObjectsV2 s3://no-such-bucket/p failed: 404"), "{missing}");
    assert!(missing.ends_with("in us-east-1; check bucket, key and --profile"), "{missing}");
    let empty = list(&format!("s3://{LAKE_BUCKET}/findings/"));
    assert!(empty.contains("has 0 objects"), "{empty}");
    let gone =
        Source::Object { bucket: LAKE_BUCKET.into(), key: "gone.json".into(), size: 1, etag: None };
    let gone = open(&gone, &connection).err().unwrap().to_string();
    assert!(gone.starts_with("GetObject s3://guardsift-lake/gone.json failed: 404"), "{gone}");
    emulated.stop();
}

#[test]
fn guardduty_gives_every_finding_archived_or_not_over_all_pages() {
    let emulated = emulated();
    let connection = emulated.connection();
    let sources = sources(&["api".to_owned()], &connection).unwrap();
    assert_eq!(sources, [Source::Api]);
    let none = open(&sources[0], &connection).err().unwrap().to_string();
    assert!(none.starts_with("GuardDuty has 0 detectors in us-east-1"), "{none}");

    let detector = emulated.post("/detector", &json!({"enable": true}));
    let detector = detector["detectorId"].as_str().unwrap();
    emulated.post(&format!("/detector/{detector}/findings/create"), &json!({}));
    let own = example_finding("Recon:EC2/PortProbeUnprotectedPort");
    let own = emulated.machine.guardduty.observe(own).unwrap();
    let path = format!("/detector/{detector}/findings/archive");
    emulated.post(&path, &json!({"findingIds": [own]}));

    let found = texts(open(&sources[0], &connection).unwrap());
    assert!(found.len() > 100, "{} findings are no three pages", found.len());
    assert!(found.iter().map(|(number, _)| *number).eq(1..=found.len() as u64));
    let found: Vec<Value> =
        found.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
    let ids: BTreeSet<_> = found.iter().map(|finding| finding["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), found.len());
    let own = found.iter().find(|finding| finding["id"] == *own).unwrap();
    assert_eq!(own["service"]["archived"], true);
    emulated.stop();
}

#[test]
fn files_are_read_without_a_connection_and_lake_files_row_by_row() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), "{}").unwrap();
    let lake = lake_file("raw", Arc::new(StringArray::from(vec![r#"{"id":"a"}"#])));
    fs::write(folder.path().join("b.parquet"), lake).unwrap();
    let connection = Connection::new(Settings::default());
    let path = folder.path().to_str().unwrap().to_owned();
    let sources = sources(&[path.clone(), path], &connection).unwrap();
    assert_eq!(sources.len(), 2);
    assert_eq!(bytes(open(&sources[0], &connection).unwrap()), b"{}");
    let expected = [(1, r#"{"id":"a"}"#.to_owned())];
    assert_eq!(texts(open(&sources[1], &connection).unwrap()), expected);
}
