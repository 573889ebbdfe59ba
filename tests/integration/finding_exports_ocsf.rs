//! finding-exports with a place for OCSF events, the real binary: both files or a message that comes back.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use findings::{ExportLimits, Line, Lines, RawLine, ocsf::detection_finding};
use serde_json::{Value, json};

use crate::{
    binary::{root, stderr, stdout},
    fault_proxy::{Fault, Proxy},
    finding_exports::rig::{Buckets, DONE, KEY, batch, failed, findings, gzip, is_put, machine},
    python::python,
    runtime_stub::{self, Answer},
};

const DAY: &str = "ext/guardduty/1.0/region=eu-west-1/accountId=111122223333/eventDay=20261001/";

fn command(buckets: &Buckets, endpoint: &str) -> Command {
    let mut command = buckets.command(endpoint);
    // Another folder of the lake's bucket, which is as good as one of Security Lake's.
    command.env("GUARDSIFT_OCSF_URI", format!("s3://{}/ext/guardduty/1.0", buckets.lake));
    command
}

fn export(buckets: &Buckets, endpoint: &str, event: &Value) -> Answer {
    let payload = batch(std::slice::from_ref(event), 1);
    runtime_stub::invoke(command(buckets, endpoint), &payload)
}

/// Key, rows and digest of every file of events.
fn events(buckets: &Buckets) -> Vec<(String, String, String)> {
    let objects = machine().store.list(&buckets.lake, "ext/");
    let files = objects.into_iter().map(|(key, stored)| {
        (key, stored.metadata["rows"].clone(), stored.metadata["sha256"].clone())
    });
    files.collect()
}

#[test]
fn one_object_makes_one_file_of_events_beside_that_of_the_lake() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&format!("{}broken\n\n", findings(7))));
    assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), DONE);
    let first = events(&buckets);
    let [(key, rows, _)] = first.as_slice() else { panic!("{first:?}") };
    assert!(key.starts_with(DAY) && key.ends_with(".parquet"), "{key}");
    assert_eq!((rows.as_str(), buckets.counts()), ("7", vec![[7, 1, 1]]));
    assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), DONE);
    assert_eq!(events(&buckets), first, "once more changes nothing");
}

#[test]
fn without_both_files_the_message_comes_back() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>";
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        is_put(call, "/ext/").then_some(Fault::Answer(403, DENIED))
    });
    assert_ne!(failed(&export(&buckets, &proxy.url, &event)), DONE);
    assert!(events(&buckets).is_empty() && buckets.counts().is_empty(), "the lake comes last");
    assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), DONE);
    assert_eq!((events(&buckets).len(), buckets.counts()), (1, vec![[3, 0, 0]]));
}

#[test]
fn killed_between_the_two_writes_the_next_delivery_leaves_one_of_each() {
    for fault in [Fault::KillBefore, Fault::KillAfter] {
        for folder in ["/ext/", "/findings/"] {
            let buckets = Buckets::new();
            let event = buckets.put(KEY, &gzip(&findings(7)));
            let own = fault.clone();
            let proxy = Proxy::start(&machine().endpoint(), move |call| {
                is_put(call, folder).then(|| own.clone())
            });
            let answer = runtime_stub::invoke_watched(
                command(&buckets, &proxy.url),
                &batch(std::slice::from_ref(&event), 1),
                |pid| proxy.victim(pid),
            );
            assert!(answer.is_none(), "{folder}: it was killed");
            let left = (events(&buckets).len(), buckets.counts().len());
            assert!(
                left.0 >= left.1,
                "{folder}: the lake never has what the events lack: {left:?}"
            );
            for _ in 0..2 {
                assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), DONE);
                let [(_, rows, _)] = events(&buckets).try_into().unwrap();
                assert_eq!((rows.as_str(), buckets.counts()), ("7", vec![[7, 0, 0]]), "{folder}");
            }
        }
    }
}

#[test]
fn an_answer_that_is_lost_is_no_failure_and_a_foreign_file_of_events_is_no_success() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        (is_put(call, "/ext/") && call.repeat == 0).then_some(Fault::LoseAnswer)
    });
    assert_eq!(failed(&export(&buckets, &proxy.url, &event)), DONE);
    let [(key, ..)] = events(&buckets).try_into().unwrap();

    machine().store.put(&buckets.lake, &key, b"somebody else's").unwrap();
    assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), ["m0"]);
    assert_eq!(machine().store.get(&buckets.lake, &key).unwrap(), b"somebody else's");
}

#[test]
fn a_place_inside_of_the_input_is_refused_at_the_start() {
    let buckets = Buckets::new();
    let mut command = buckets.command(&machine().endpoint());
    command.env("GUARDSIFT_OCSF_URI", format!("s3://{}/ext", buckets.exports));
    let answer = runtime_stub::invoke(command, "{}");
    assert!(answer.path.ends_with("/init/error"), "{answer:?}");
    assert!(answer.body.contains("GUARDSIFT_OCSF_URI"), "{answer:?}");
}

#[test]
fn pyarrow_and_duckdb_read_every_attribute_of_every_event() {
    let Some(python) = python("pyarrow and DuckDB reading OCSF events") else { return };
    let samples = std::fs::read(root().join("events/exports/findings.jsonl")).unwrap();
    let hostile = json!({"id": "h1", "accountId": "111122223333", "region": "eu-west-1", "severity": 8,
        "title": "\u{1b}]0;\u{202e}\"\\,\0", "updatedAt": "2026-10-01T08:00:00Z", "newThing": {"\n": ["é", 1.5]},
        "resource": {"instanceDetails": {"instanceId": "i-1", "tags": [{"key": "a=b", "value": ""}]}},
        "service": {"count": 3, "action": {"portProbeAction": {"blocked": false, "portProbeDetails": [
            {"localPortDetails": {"port": 22}, "remoteIpDetails": {"ipAddressV4": "198.51.100.7",
             "geoLocation": {"lat": 51.9, "lon": 4.5}}}, {"localIpDetails": {"ipAddressV4": "10.0.0.7"}}]}}}});
    let timeless = json!({"id": "t1", "accountId": "111122223333", "severity": 2});
    let mut text = samples;
    text.extend(format!("\n{hostile}\n{timeless}\n").bytes());
    let mut lines = Lines::new(text.as_slice(), ExportLimits::default());
    let mut expected = Vec::new();
    while let Some(RawLine::Whole { offset, bytes }) = lines.next().unwrap() {
        if let Line::Findings { findings, .. } = Line::read(1, offset, bytes) {
            expected
                .extend(findings.iter().map(|finding| format!("{}\n", detection_finding(finding))));
        }
    }
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(std::str::from_utf8(&text).unwrap()));
    assert_eq!(failed(&export(&buckets, &machine().endpoint(), &event)), DONE);
    let [(key, rows, _)] = events(&buckets).try_into().unwrap();
    assert_eq!(rows, expected.len().to_string());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    std::fs::write(&path, machine().store.get(&buckets.lake, &key).unwrap()).unwrap();
    let read = |events: &[String]| {
        let mut reading = python.command(&root().join("tests/python/read_ocsf.py"));
        reading.arg(&path).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = reading.spawn().unwrap();
        child.stdin.take().unwrap().write_all(events.concat().as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = read(&expected);
    assert!(output.status.success(), "{}", stderr(&output));
    let said: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(said["attributes"].as_u64() > Some(40 * expected.len() as u64), "{said}");
    expected[0] = expected[0].replacen("Detection Finding", "detection finding", 1);
    assert_eq!(read(&expected).status.code(), Some(1), "one attribute of one event differs");
}
