//! Replays from an emulated bucket and from files, into an emulated lake and into a folder.

use std::{fs, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use lake::Versions;
use local::machine::{EXPORT_BUCKET, LAKE_BUCKET};
use platform::store::Store;

use super::*;
use crate::emulated::emulated;

const FOLDER: &str = "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01";

fn finding(id: &str, region: &str) -> String {
    format!(
        r#"{{"id":"{id}","accountId":"111122223333","region":"{region}","severity":2,"updatedAt":"2026-10-01T08:00:00Z","service":{{"count":1}}}}"#
    )
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn replayed(place: &str, lake: &Lake, connection: &Connection, is_dry: bool) -> Totals {
    let sources = history::sources(&[place.to_owned()], connection).unwrap();
    let known = Known::default();
    Replay { connection, lake, custom_source: None, source_bucket: None, is_dry, known }
        .run(&sources, |_| ())
}

fn parquet_files(folder: &Path) -> usize {
    let lake = folder.to_str().unwrap().to_owned();
    history::sources(&[lake], &Connection::new(platform::aws::Settings::default()))
        .map_or(0, |found| found.iter().filter(|own| own.name().ends_with(".parquet")).count())
}

#[test]
fn an_export_object_lands_under_the_name_that_the_function_gives_it_and_only_once() {
    let emulated = emulated();
    let connection = emulated.connection();
    let key = format!("p/{FOLDER}/a.jsonl.gz");
    let text =
        format!("{}\n\nnot json\n{}", finding("f1", "eu-west-1"), finding("f2", "us-east-1"));
    emulated.put(EXPORT_BUCKET, &key, &gzip(&text));
    emulated.put(EXPORT_BUCKET, &format!("p/{FOLDER}/b.jsonl.gz"), b"no gzip");
    let lake = lake_place::open(&format!("s3://{LAKE_BUCKET}"), &connection).unwrap();
    let place = format!("s3://{EXPORT_BUCKET}/p/");
    let listed = || emulated.machine.store.list(LAKE_BUCKET, "");

    let dry = replayed(&place, &lake, &connection, true);
    assert_eq!((dry.files(), dry.broken.len(), dry.failed.len()), (1, 1, 0));
    assert!(listed().iter().all(|(key, _)| key.starts_with("rules/")), "{:?}", listed());

    let first = replayed(&place, &lake, &connection, false);
    let counts = first.counts;
    assert_eq!((counts.lines, counts.good, counts.quarantined, counts.blank), (4, 2, 1, 1));
    assert_eq!((first.files(), first.already, first.broken.len()), (1, 0, 1));
    let store = Store::new(connection.aws().clone());
    let head = connection.runtime().unwrap().block_on(store.head(EXPORT_BUCKET, &key)).unwrap();
    let id = source_id(EXPORT_BUCKET, &key, &head.unwrap().etag.unwrap());
    let folder = "region=eu-west-1/account=111122223333/date=2026-10-01";
    let keys: Vec<_> = listed().into_iter().map(|(key, _)| key).collect();
    for expected in [
        format!("findings/v1/{folder}/{id}.parquet"),
        format!("quarantine/v1/finding-exports/date=2026-10-01/{id}.jsonl"),
    ] {
        assert!(keys.contains(&expected), "{expected} in {keys:?}");
    }
    assert_eq!(keys.iter().filter(|key| key.ends_with(".json")).count(), 1, "{keys:?}");

    let second = replayed(&place, &lake, &connection, false);
    assert_eq!((second.files(), second.already, second.broken.len()), (0, 1, 1));
    assert_eq!(listed().len(), keys.len());
    emulated.stop();
}

#[test]
fn files_of_any_shape_go_where_their_findings_say_into_a_lake_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history");
    let export = history.join(FOLDER);
    fs::create_dir_all(&export).unwrap();
    fs::write(export.join("a.jsonl.gz"), gzip(&finding("f1", "eu-west-1"))).unwrap();
    let page = format!(
        "{{\n\"Findings\": [{},\n{}]\n}}",
        finding("f2", "eu-west-1"),
        finding("f3", "us-east-1")
    );
    fs::write(history.join("answer.json"), &page).unwrap();
    fs::write(history.join("packed.json.gz"), gzip(&page.replace("f2", "f4"))).unwrap();
    fs::write(history.join("lines.jsonl"), format!("{}\nno\n", finding("f5", "eu-west-1")))
        .unwrap();
    fs::write(history.join("cut.gz"), gzip("x").split_at(15).0).unwrap();
    let lake_folder = folder.path().join("lake");
    let connection = Connection::new(platform::aws::Settings::default());
    let lake = lake_place::open(lake_folder.to_str().unwrap(), &connection).unwrap();
    let place = history.to_str().unwrap();

    let first = replayed(place, &lake, &connection, false);
    let counts = first.counts;
    assert_eq!((counts.lines, counts.good, counts.quarantined, counts.rows), (5, 4, 1, 6));
    assert_eq!(first.failed.len(), 1, "{:?}", first.failed);
    assert!(first.failed[0].0.ends_with("cut.gz"), "{:?}", first.failed);
    assert_eq!((first.files(), first.written.len()), (6, 2));
    let versions = Versions::since(&lake, "2026-10-01");
    let versions = connection.runtime().unwrap().block_on(versions).unwrap();
    for (id, region) in
        [("f1", "eu-west-1"), ("f3", "us-east-1"), ("f4", "eu-west-1"), ("f5", "eu-west-1")]
    {
        let finding = findings::Finding::parse(&finding(id, region)).unwrap();
        assert!(versions.holds(&finding.version_key()), "{id}");
    }

    let second = replayed(place, &lake, &connection, false);
    assert_eq!((second.files(), second.already), (0, 6));
    fs::rename(history.join("answer.json"), history.join("renamed.json")).unwrap();
    assert_eq!(replayed(place, &lake, &connection, false).files(), 0, "the content names the file");
    assert_eq!(parquet_files(&lake_folder), 6);
}

#[test]
fn events_are_written_beside_the_lake_and_also_for_what_the_lake_has_already() {
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history");
    let export = history.join(FOLDER);
    fs::create_dir_all(&export).unwrap();
    fs::write(export.join("a.jsonl.gz"), gzip(&finding("f1", "eu-west-1"))).unwrap();
    fs::write(history.join("lines.jsonl"), finding("f2", "us-east-1")).unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let connection = Connection::new(platform::aws::Settings::default());
    let lake = lake_place::open(&place("lake"), &connection).unwrap();
    assert_eq!(replayed(&place("history"), &lake, &connection, false).files(), 2);

    let events = lake_place::custom_source(&place("ocsf"), &connection).unwrap();
    let sources = history::sources(&[place("history")], &connection).unwrap();
    let replayed = |lake, is_dry| {
        let (known, custom_source) = (Known::default(), Some(&events));
        let connection = &connection;
        Replay { connection, lake, custom_source, source_bucket: None, is_dry, known }
            .run(&sources, |_| ())
    };
    let counted = |totals: Totals| {
        assert!(totals.failed.is_empty(), "{:?}", totals.failed);
        (totals.files(), totals.already, totals.event_files)
    };
    assert_eq!(counted(replayed(&lake, true)), (0, 2, 0));
    assert!(!folder.path().join("ocsf").exists());
    assert_eq!(counted(replayed(&lake, false)), (0, 2, 2));
    assert_eq!(counted(replayed(&lake, false)), (0, 2, 0));
    let other = lake_place::open(&place("other"), &connection).unwrap();
    assert_eq!(
        counted(replayed(&other, false)),
        (2, 0, 0),
        "the events of a source are there once"
    );
    for day in ["eu-west-1", "us-east-1"] {
        let day = format!("ocsf/region={day}/accountId=111122223333/eventDay=20261001");
        assert_eq!(fs::read_dir(folder.path().join(&day)).unwrap().count(), 1, "{day}");
    }
}
