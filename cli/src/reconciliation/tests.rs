//! An emulated export bucket and GuardDuty against an emulated lake.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use lake::Compaction;
use local::{
    guardduty::example_finding,
    machine::{EXPORT_BUCKET, LAKE_BUCKET},
};
use serde_json::json;

use super::*;
use crate::{
    emulated::{Emulated, emulated},
    exit::Exit,
    moment,
    replay::{Known, Replay, Totals},
};

fn export(emulated: &Emulated, region: &str, name: &str, text: &str) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    let key = format!("AWSLogs/111122223333/GuardDuty/{region}/2026/10/01/{name}.jsonl.gz");
    emulated.put(EXPORT_BUCKET, &key, &encoder.finish().unwrap());
}

fn finding(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","accountId":"111122223333","region":"eu-west-1","severity":2,"updatedAt":"2026-10-01T08:00:00Z"}}"#
    )
}

fn scope() -> Scope {
    Scope { now: moment::now(), since: None, accounts: Vec::new(), regions: Vec::new() }
}

fn replay<'a>(connection: &'a Connection, lake: &'a Lake) -> Replay<'a> {
    Replay {
        connection,
        lake,
        custom_source: None,
        source_bucket: None,
        is_dry: false,
        known: Known::default(),
    }
}

#[test]
fn what_never_arrived_is_found_and_written_and_compaction_hides_nothing() {
    let emulated = emulated();
    let connection = emulated.connection();
    let lake = lake_place::open(&format!("s3://{LAKE_BUCKET}"), &connection).unwrap();
    let look = |scope: &Scope, settle| {
        exports((EXPORT_BUCKET, ""), &lake, scope, settle, &connection).unwrap()
    };
    let total = |found: &Exports| {
        found.days.values().fold(Tally::default(), |mut sum, own| {
            sum.absorb(own);
            sum
        })
    };
    export(&emulated, "eu-west-1", "a", &finding("f1"));
    export(&emulated, "eu-west-1", "b", &finding("f2"));
    emulated.put(EXPORT_BUCKET, "AWSLogs/111122223333/GuardDuty/notes.txt", b"other");
    let hour = Duration::from_secs(3600);
    let young = total(&look(&scope(), hour));
    assert_eq!((young.expected, young.pending, young.missing), (2, 2, 0));
    let first = look(&scope(), Duration::ZERO);
    assert_eq!(total(&first).completeness(), Some(0.0));
    assert_eq!(young.completeness(), None, "of what is on its way nothing is known");
    assert!(replay(&connection, &lake).run(&first.missing, |_| ()).failed.is_empty());

    export(&emulated, "eu-west-1", "c", "");
    emulated.put(
        EXPORT_BUCKET,
        "AWSLogs/111122223333/GuardDuty/us-east-1/2026/10/02/d.jsonl.gz",
        b"no gzip",
    );
    let second = look(&scope(), Duration::ZERO);
    let found = total(&second);
    assert_eq!((found.expected, found.in_lake, found.missing), (4, 2, 2));
    assert_eq!((found.completeness(), second.missing.len()), (Some(50.0), 2));
    let narrow = Scope { since: Some("2026-10-02".to_owned()), ..scope() };
    assert_eq!(total(&look(&narrow, Duration::ZERO)).expected, 1);
    let narrow = Scope { regions: vec!["eu-west-1".to_owned()], ..scope() };
    assert_eq!(total(&look(&narrow, Duration::ZERO)).missing, 1);
    replay(&connection, &lake).run(&second.missing, |_| ());

    let runtime = connection.runtime().unwrap();
    let compaction = Compaction {
        now: Timestamp::parse("2099-01-01T00:00:00Z").unwrap(),
        older_than: hour,
        grace: hour,
        is_dry: false,
    };
    for _ in 0..2 {
        let found = total(&look(&scope(), Duration::ZERO));
        assert_eq!((found.in_lake, found.in_quarantine, found.missing), (3, 1, 0));
        for partition in runtime.block_on(compaction.partitions(&lake)).unwrap().keys() {
            runtime.block_on(compaction.partition(&lake, partition)).unwrap();
        }
    }
    let found = total(&look(&scope(), Duration::ZERO));
    assert_eq!((found.in_lake, found.in_quarantine, found.missing), (3, 1, 0));
    assert_eq!(emulated.machine.store.list(LAKE_BUCKET, "findings/v1/").len(), 1);
    emulated.stop();
}

#[test]
fn findings_that_guardduty_still_has_are_looked_for_by_their_version() {
    let emulated = emulated();
    let connection = emulated.connection();
    let lake = lake_place::open(&format!("s3://{LAKE_BUCKET}"), &connection).unwrap();
    let detector = emulated.post("/detector", &json!({"enable": true}));
    let detector = detector["detectorId"].as_str().unwrap();
    let observe = |kind| emulated.machine.guardduty.observe(example_finding(kind)).unwrap();
    observe("Recon:EC2/PortProbeUnprotectedPort");
    let archived = observe("Discovery:IAMUser/AnomalousBehavior");
    let path = format!("/detector/{detector}/findings/archive");
    emulated.post(&path, &json!({"findingIds": [archived]}));
    let look = |delay| api_findings(&lake, &scope(), delay, &connection).unwrap();
    let total = |found: &api::ApiFindings| {
        found.accounts.values().fold(Tally::default(), |mut sum, own| {
            sum.absorb(own);
            sum
        })
    };
    let day = Duration::from_secs(24 * 3600 * 365);
    assert_eq!(total(&look(day)).pending, 1);
    let found = look(Duration::ZERO);
    let expected = Tally { expected: 2, archived: 1, missing: 1, ..Tally::default() };
    assert_eq!(total(&found), expected);
    let mut totals = Totals::default();
    replay(&connection, &lake).write(found.missing, &mut totals).unwrap();
    assert_eq!(totals.files(), 1);
    let found = total(&look(Duration::ZERO));
    assert_eq!((found.in_lake, found.missing, found.completeness()), (1, 0, Some(100.0)));
    emulated.stop();
}

#[test]
fn a_place_without_any_export_proves_nothing_and_is_refused() {
    let emulated = emulated();
    let connection = emulated.connection();
    let lake = lake_place::open(&format!("s3://{LAKE_BUCKET}"), &connection).unwrap();
    export(&emulated, "eu-west-1", "a", &finding("f1"));
    let look = |prefix, scope: &Scope| {
        exports((EXPORT_BUCKET, prefix), &lake, scope, Duration::ZERO, &connection)
    };
    let elsewhere = Scope { regions: vec!["us-east-1".to_owned()], ..scope() };
    for (prefix, scope, told) in [
        ("awslogs/", scope(), "/awslogs/ has 0 objects, none of which is an export object, whose"),
        ("", elsewhere, "has 1 object, none of which is an export object of Region us-east-1"),
    ] {
        let error = look(prefix, &scope).unwrap_err();
        assert_eq!(Exit::of(&error), Exit::BadUsage, "{error}");
        assert!(error.to_string().contains(told), "{error}");
    }
    let later = Scope { since: Some("2026-10-02".to_owned()), ..scope() };
    assert!(look("", &later).unwrap().days.is_empty(), "a quiet week is no mistake");
    emulated.stop();
}
