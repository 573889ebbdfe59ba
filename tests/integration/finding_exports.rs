//! finding-exports, the real binary: what may happen to an export object, one row of the failure catalogue after the other.

use std::{
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

use local::machine::{Machine, MachineConfig};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::{
    binary::folder,
    fault_proxy::{Call, Fault, Proxy},
    runtime_stub::{self, Answer},
};

const KEY: &str = "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/0b5e6e1c.jsonl.gz";

/// One machine for all tests; each has buckets of its own, which no function of the machine hears of.
fn machine() -> &'static Machine {
    static MACHINE: OnceLock<(Runtime, Machine, tempfile::TempDir)> = OnceLock::new();
    let (_, machine, _) = MACHINE.get_or_init(|| {
        let state = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let config = MachineConfig::for_people(state.path().join("machine"), folder());
        let machine = runtime.block_on(Machine::start(config)).unwrap();
        (runtime, machine, state)
    });
    machine
}

/// A pair of buckets.
struct Buckets {
    exports: String,
    lake: String,
}

impl Buckets {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let own = Self { exports: format!("exports-{number}"), lake: format!("lake-{number}") };
        for bucket in [&own.exports, &own.lake] {
            machine().store.create_bucket(bucket).unwrap();
        }
        own
    }

    /// Puts an object and says how S3 tells of it.
    fn put(&self, key: &str, bytes: &[u8]) -> Value {
        let stored = machine().store.put(&self.exports, key, bytes).unwrap();
        json!({"version": "0", "id": "e1", "detail-type": "Object Created", "source": "aws.s3",
            "account": "111122223333", "region": "eu-west-1", "time": "2026-10-01T08:00:00Z",
            "detail": {"bucket": {"name": self.exports},
                "object": {"key": key, "size": bytes.len(), "etag": stored.etag}}})
    }

    fn command(&self, endpoint: &str) -> Command {
        let mut command = Command::new(folder().join("finding-exports"));
        command.env_clear().stderr(Stdio::null()).envs([
            ("AWS_ENDPOINT_URL", endpoint),
            ("GUARDSIFT_EXPORT_BUCKET", &self.exports),
            ("GUARDSIFT_LAKE_BUCKET", &self.lake),
        ]);
        command
    }

    /// Hands the events over as one batch.
    fn batch(&self, endpoint: &str, events: &[Value], receives: u32) -> Answer {
        runtime_stub::invoke(self.command(endpoint), &batch(events, receives))
    }

    /// One event, received for the first time, without faults.
    fn export(&self, event: &Value) -> Answer {
        self.batch(&machine().endpoint(), std::slice::from_ref(event), 1)
    }

    /// The same with faults.
    fn export_with(
        &self,
        event: &Value,
        script: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static,
    ) -> (Answer, Proxy) {
        let proxy = Proxy::start(&machine().endpoint(), script);
        (self.batch(&proxy.url, std::slice::from_ref(event), 1), proxy)
    }

    /// Rows, quarantined and blank lines of every object in the lake, by its key.
    fn lake(&self) -> Vec<(String, [u64; 3])> {
        let objects = machine().store.list(&self.lake, "findings/");
        objects
            .into_iter()
            .map(|(key, stored)| {
                let own = |name: &str| stored.metadata[name].parse().unwrap();
                (key, ["rows", "quarantined", "blank"].map(own))
            })
            .collect()
    }

    fn lake_keys(&self) -> Vec<String> {
        let objects = machine().store.list(&self.lake, "findings/");
        objects.into_iter().map(|(key, _)| key).collect()
    }

    fn counts(&self) -> Vec<[u64; 3]> {
        self.lake().into_iter().map(|(_, counts)| counts).collect()
    }

    /// Every entry of the quarantine.
    fn quarantine(&self) -> Vec<Value> {
        let objects = machine().store.list(&self.lake, "quarantine/");
        objects
            .into_iter()
            .flat_map(|(key, _)| {
                let bytes = machine().store.get(&self.lake, &key).unwrap();
                let text = String::from_utf8(bytes).unwrap();
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()
            })
            .collect()
    }
}

fn batch(events: &[Value], receives: u32) -> String {
    let records = events.iter().enumerate().map(|(place, event)| {
        let body = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
        json!({"messageId": format!("m{place}"), "receiptHandle": "r", "body": body,
            "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": receives.to_string()}})
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string()
}

/// The messages of a batch that have to come back; all of them when the batch failed.
fn failed(answer: &Answer) -> Vec<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    match body["batchItemFailures"].as_array() {
        Some(failures) => {
            let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
            failures.iter().map(id).collect()
        }
        None => vec![format!("the batch: {body}")],
    }
}

const DONE: [&str; 0] = [];

fn finding(number: usize) -> String {
    json!({"schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1",
        "partition": "aws", "id": format!("f{number}"), "type": "Recon:EC2/PortProbeUnprotectedPort",
        "severity": 2.0, "createdAt": "2026-10-01T07:00:00.000Z",
        "updatedAt": "2026-10-01T08:00:00.000Z", "service": {"count": 1, "archived": false}})
    .to_string()
}

fn findings(count: usize) -> String {
    (0..count).map(|number| finding(number) + "\n").collect()
}

fn is_put(call: &Call, folder: &str) -> bool {
    call.method == "PUT" && call.path.contains(folder)
}

#[test]
fn e1_a_duplicate_notification_on_several_workers_makes_one_object() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(20)));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(|| buckets.export(&event))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| failed(answer) == DONE), "{answers:?}");
    assert_eq!(buckets.counts(), [[20, 0, 0]]);
}

#[test]
fn e2_an_answer_that_is_lost_is_no_failure_and_a_foreign_object_is_no_success() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, proxy) = buckets.export_with(&event, |call| {
        (is_put(call, "/findings/") && call.repeat == 0).then_some(Fault::LoseAnswer)
    });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
    let heads = proxy.calls().into_iter().filter(|call| call.method == "HEAD").count();
    assert_eq!(heads, 1, "412 is looked into");

    let others = Buckets::new();
    let event = others.put(KEY, &gzip(&findings(3)));
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        is_put(call, "/findings/").then_some(Fault::KillBefore)
    });
    runtime_stub::invoke_watched(
        others.command(&proxy.url),
        &batch(std::slice::from_ref(&event), 1),
        |pid| {
            proxy.victim(pid);
        },
    );
    let put = proxy.calls().into_iter().find(|call| is_put(call, "/findings/")).unwrap();
    let path = put.path.split('?').next().unwrap().replace("%3D", "=");
    let key = path.strip_prefix(&format!("/{}/", others.lake)).unwrap();
    machine().store.put(&others.lake, key, b"somebody else's").unwrap();
    assert_eq!(failed(&others.export(&event)), ["m0"]);
    assert_eq!(machine().store.get(&others.lake, key).unwrap(), b"somebody else's");
}

#[test]
fn e3_a_conflict_is_tried_again_and_never_taken_for_a_success() {
    const CONFLICT: &str = "<Error><Code>ConditionalRequestConflict</Code></Error>";
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, _) = buckets.export_with(&event, |call| {
        is_put(call, "/findings/").then_some(Fault::Answer(409, CONFLICT))
    });
    assert_eq!(failed(&answer), ["m0"]);
    assert!(buckets.lake().is_empty());
    let (answer, _) = buckets.export_with(&event, |call| {
        (is_put(call, "/findings/") && call.repeat == 0).then_some(Fault::Answer(409, CONFLICT))
    });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
}

#[test]
fn e4_an_object_that_was_overwritten_is_read_as_what_it_is_now() {
    let buckets = Buckets::new();
    let first = buckets.put(KEY, &gzip(&findings(1)));
    let second = buckets.put(KEY, &gzip(&findings(5)));
    assert_eq!(failed(&buckets.export(&first)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]]);
    assert_eq!(failed(&buckets.export(&second)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]], "both events are about the same object now");
}

#[test]
fn e5_an_object_that_is_gone_is_noted_after_three_tries_whatever_s3_says() {
    const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";
    for script in [None, Some(Fault::Answer(403, DENIED))] {
        let buckets = Buckets::new();
        let mut event = buckets.put(KEY, &gzip(&findings(1)));
        if script.is_none() {
            event["detail"]["object"]["key"] = KEY.replace("0b5e", "gone").into();
        }
        let own = script.clone();
        let proxy = Proxy::start(&machine().endpoint(), move |call| {
            if call.method == "GET" { own.clone() } else { None }
        });
        for (receives, expected) in [(1, vec!["m0"]), (2, vec!["m0"]), (3, vec![])] {
            let answer = buckets.batch(&proxy.url, std::slice::from_ref(&event), receives);
            assert_eq!(failed(&answer), expected, "{script:?} {receives}");
        }
        let noted = buckets.quarantine();
        let reason = noted[0]["reason"].as_str().unwrap();
        assert!(noted.len() == 1 && reason.contains(if script.is_none() { "404" } else { "403" }));
    }
}

#[test]
fn e6_a_key_that_can_not_be_used_fails_the_batch_with_one_cause() {
    const DISABLED: &str = "<Error><Code>KMS.DisabledException</Code><Message>arn:aws:kms:eu-west-1:111122223333:key/k is disabled.</Message></Error>";
    let buckets = Buckets::new();
    let events = [
        buckets.put(KEY, &gzip(&findings(1))),
        buckets.put(&KEY.replace("0b", "1b"), &gzip(&findings(1))),
    ];
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        (call.method == "GET").then_some(Fault::Answer(400, DISABLED))
    });
    let answer = buckets.batch(&proxy.url, &events, 1);
    assert!(answer.path.ends_with("/error"), "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["errorType"], "KmsKeyUnusable");
    let message = body["errorMessage"].as_str().unwrap();
    assert!(message.contains("key/k") && message.contains("kms:Decrypt"), "{message}");
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
}

#[test]
fn e7_a_broken_object_leaves_no_row_and_a_note() {
    let whole = gzip(&findings(500));
    let mut flipped = whole.clone();
    let place = flipped.len() - 6;
    flipped[place] ^= 1;
    let cut = whole[..whole.len() - 9].to_vec();
    for (what, bytes) in [
        ("cut off", cut),
        ("wrong sum", flipped),
        ("text", findings(2).into_bytes()),
        ("empty", Vec::new()),
    ] {
        let buckets = Buckets::new();
        let event = buckets.put(KEY, &bytes);
        assert_eq!(failed(&buckets.export(&event)), DONE, "{what}");
        assert!(buckets.lake().is_empty(), "{what}");
        let noted = buckets.quarantine();
        assert_eq!(noted.len(), 1, "{what}");
        assert_eq!(noted[0]["source"], format!("s3://{}/{KEY}", buckets.exports));
        assert!(noted[0]["reason"].as_str().unwrap().contains("gzip"), "{noted:?}");
    }
}

#[test]
fn e8_all_members_are_read_and_padding_is_no_fault() {
    let buckets = Buckets::new();
    let bytes = [gzip(&findings(2)), gzip(&findings(3)), vec![0; 512]].concat();
    let event = buckets.put(KEY, &bytes);
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[5, 0, 0]]);
}

#[test]
fn e9_a_bomb_is_stopped_within_bounded_memory() {
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&"a".repeat(300 << 20)));
    let answer = buckets.export(&event);
    assert_eq!(failed(&answer), DONE);
    assert!(buckets.lake().is_empty());
    assert!(buckets.quarantine()[0]["reason"].as_str().unwrap().contains("bomb"));
    assert!(answer.peak_kib.is_none_or(|peak| peak < 96 << 10), "{:?} KiB", answer.peak_kib);
}

#[test]
fn e10_a_line_that_is_too_long_is_described_and_the_rest_is_kept() {
    let buckets = Buckets::new();
    // Letters that compress no better than text does, or it would be a bomb.
    let mut seed = 1_u32;
    let letters: String = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'a' + (seed >> 28) as u8)
    })
    .take(100 << 20)
    .collect();
    let long = format!("{{\"id\":\"{letters}\"}}");
    let noise: String = (0..2000).map(|number| finding(number) + "\n").collect();
    let event = buckets.put(KEY, &gzip(&format!("{}{noise}{long}\n{}", findings(1), finding(1))));
    let answer = buckets.export(&event);
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[2002, 1, 0]]);
    let noted = &buckets.quarantine()[0];
    assert_eq!(noted["length"], long.len());
    assert_eq!(noted["offset"], findings(1).len() + noise.len());
    assert_eq!(noted["sha256"].as_str().unwrap().len(), 64);
    assert!(answer.peak_kib.is_none_or(|peak| peak < 96 << 10), "{:?} KiB", answer.peak_kib);
}

#[test]
fn e11_marks_and_blank_lines_are_tolerated_and_other_bytes_are_kept_as_they_are() {
    let buckets = Buckets::new();
    let mut text = format!("\u{feff}{}\r\n\r\n  \n", finding(1)).into_bytes();
    text.extend(b"{\"id\":\"\xff\"}\n{\"id\":\"a\0b\"}\n");
    text.extend(finding(2).bytes());
    let event = buckets.put(KEY, &gzip_bytes(&text));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[2, 2, 2]]);
    let kept: Vec<_> = buckets
        .quarantine()
        .iter()
        .map(|entry| (entry["base64"].is_string(), entry["text"].is_string()))
        .collect();
    assert_eq!(kept, [(true, false), (false, true)]);
}

#[test]
fn e12_what_readers_disagree_on_is_set_aside() {
    let buckets = Buckets::new();
    let deep =
        format!("{{\"id\":\"f\",\"severity\":2,\"x\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let lines = [
        finding(1),
        deep,
        "{\"id\":\"f\",\"severity\":2,\"severity\":8}".to_owned(),
        "{\"id\":\"f\",\"id\":\"g\",\"severity\":2}".to_owned(),
        "{\"id\":\"f\",\"type\":\"a\",\"Type\":\"b\"}".to_owned(),
    ];
    let event = buckets.put(KEY, &gzip(&lines.join("\n")));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[1, 4, 0]]);
}

#[test]
fn e13_one_bad_line_in_a_thousand_costs_one_line() {
    let buckets = Buckets::new();
    let mut lines: Vec<_> = (0..1000).map(finding).collect();
    lines[500].truncate(40);
    let event = buckets.put(KEY, &gzip(&(lines.join("\n") + "\n")));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[999, 1, 0]]);
    assert_eq!(buckets.quarantine()[0]["line"], 501);
}

#[test]
fn e14_a_finding_of_tomorrow_is_a_row() {
    let buckets = Buckets::new();
    let mut tomorrow: Value = serde_json::from_str(&finding(1)).unwrap();
    tomorrow["type"] = "Weather:Moon/Eclipse.Total".into();
    tomorrow["service"]["count"] = "many".into();
    tomorrow["service"]["newField"] = json!({"nested": [1, {"deeper": null}]});
    let event = buckets.put(KEY, &gzip(&tomorrow.to_string()));
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
}

#[test]
fn e15_objects_of_others_are_acknowledged_and_left_alone() {
    let buckets = Buckets::new();
    for key in ["AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/01/x.json.gz", "notes.txt"] {
        let event = buckets.put(key, b"anything");
        assert_eq!(failed(&buckets.export(&event)), DONE);
    }
    let mut event = buckets.put(KEY, b"anything");
    event["detail"]["bucket"]["name"] = "another-bucket".into();
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
    let mut command = buckets.command(&machine().endpoint());
    command.env("GUARDSIFT_EXPORT_BUCKET", &buckets.lake);
    let answer = runtime_stub::invoke(command, "{}");
    assert!(answer.path.ends_with("/init/error") && answer.body.contains("part of its input"));
}

#[test]
fn e16_a_key_is_decoded_once_and_only_where_s3_encodes_it() {
    let buckets = Buckets::new();
    for (place, name) in ["a b", "a+b", "a=b", "a%25b", "ä"].into_iter().enumerate() {
        let key = KEY.replace("0b5e6e1c", name);
        let event = buckets.put(&key, &gzip(&findings(1)));
        let encoded: String = key
            .bytes()
            .map(|byte| match byte {
                b' ' => "+".to_owned(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' => {
                    char::from(byte).to_string()
                }
                other => format!("%{other:02X}"),
            })
            .collect();
        let notification = json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": buckets.exports},
            "object": {"key": encoded, "eTag": event["detail"]["object"]["etag"]}}}]});
        for event in [event, notification] {
            assert_eq!(failed(&buckets.export(&event)), DONE, "{name}");
            assert_eq!(buckets.lake().len(), place + 1, "{name}");
        }
    }
}

#[test]
fn e17_a_busy_s3_is_tried_again_and_then_left_to_the_queue() {
    const SLOW: &str =
        "<Error><Code>SlowDown</Code><Message>Reduce your request rate.</Message></Error>";
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(3)));
    let (answer, _) = buckets
        .export_with(&event, |call| is_put(call, "/findings/").then_some(Fault::Answer(503, SLOW)));
    assert_eq!(failed(&answer), ["m0"]);
    assert!(buckets.lake().is_empty());
    let (answer, _) =
        buckets.export_with(&event, |call| match (call.method.as_str(), call.repeat) {
            ("GET", 0) => Some(Fault::Answer(503, SLOW)),
            ("PUT", 0) => Some(Fault::Reset),
            _ => None,
        });
    assert_eq!(failed(&answer), DONE);
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
}

#[test]
fn r1_one_malformed_message_of_ten_comes_back_alone() {
    let buckets = Buckets::new();
    let mut events: Vec<_> = (0..10)
        .map(|number| buckets.put(&KEY.replace("0b5e", &format!("{number}")), &gzip(&findings(1))))
        .collect();
    events[4] = "no JSON".into();
    let answer = buckets.batch(&machine().endpoint(), &events, 1);
    assert_eq!(failed(&answer), ["m4"]);
    assert_eq!(buckets.counts().len(), 9);
}

#[test]
fn r2_other_events_are_acknowledged_and_do_nothing() {
    let buckets = Buckets::new();
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": buckets.exports});
    let removed = json!({"Records": [{"eventSource": "aws:s3", "eventName": "ObjectRemoved:Delete",
        "s3": {"bucket": {"name": buckets.exports}, "object": {"key": "x"}}}]});
    for event in [test, removed] {
        assert_eq!(failed(&buckets.export(&event)), DONE, "{event}");
    }
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty());
    let inner = buckets.put(KEY, &gzip(&findings(1)));
    let wrapped = json!({"Type": "Notification", "MessageId": "n", "TopicArn":
        "arn:aws:sns:eu-west-1:111122223333:t", "Message": inner.to_string()});
    assert_eq!(failed(&buckets.export(&wrapped)), DONE);
    assert_eq!(buckets.counts(), [[1, 0, 0]]);
}

#[test]
fn r5_killed_at_any_call_and_started_again_nothing_is_lost_and_nothing_is_there_twice() {
    let text = format!("{}broken\n\n", findings(7));
    for (after, fault) in [(false, Fault::KillBefore), (true, Fault::KillAfter)] {
        let mut kills = 0;
        for place in 0.. {
            let buckets = Buckets::new();
            let event = buckets.put(KEY, &gzip(&text));
            let fault = fault.clone();
            let proxy = Proxy::start(&machine().endpoint(), move |call| {
                (call.number == place).then(|| fault.clone())
            });
            let answer = runtime_stub::invoke_watched(
                buckets.command(&proxy.url),
                &batch(std::slice::from_ref(&event), 1),
                |pid| proxy.victim(pid),
            );
            kills += usize::from(answer.is_none());
            let again = buckets.export(&event);
            assert_eq!(failed(&again), DONE, "{after} {place}");
            assert_eq!(buckets.counts(), [[7, 1, 1]], "{after} {place}");
            assert_eq!(buckets.quarantine().len(), 1, "{after} {place}");
            if answer.is_some() {
                break;
            }
        }
        assert!(kills >= 3, "it reads, sets aside and writes: {kills}");
    }
}

#[test]
fn a_schedule_lets_it_compact_the_days_that_are_over() {
    let buckets = Buckets::new();
    for number in 0..4 {
        let key = KEY.replace("0b5e", &format!("{number}"));
        assert_eq!(failed(&buckets.export(&buckets.put(&key, &gzip(&findings(3))))), DONE);
    }
    let schedule = json!({"version": "0", "id": "s1", "detail-type": "Scheduled Event",
        "source": "aws.scheduler", "account": "111122223333", "region": "eu-west-1",
        "time": "2026-10-09T03:30:00Z", "resources": [], "detail": {}});
    let bare = runtime_stub::invoke(buckets.command(&machine().endpoint()), &schedule.to_string());
    let summary: Value = serde_json::from_str(&bare.body).unwrap();
    assert_eq!(summary["compacted"], 4, "{bare:?}");
    let names: Vec<_> = buckets.lake_keys();
    assert_eq!(names.len(), 5, "the small files wait for their readers: {names:?}");
    assert_eq!(names.iter().filter(|key| key.contains("/compacted-")).count(), 1);
    assert_eq!(failed(&buckets.export(&schedule)), DONE);
    assert_eq!(buckets.lake_keys(), names, "once more changes nothing");
}

fn gzip(text: &str) -> Vec<u8> {
    gzip_bytes(text.as_bytes())
}

fn gzip_bytes(bytes: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    std::fs::write(&path, bytes).unwrap();
    Command::new("gzip").args(["-1", "-c"]).arg(&path).output().unwrap().stdout
}
