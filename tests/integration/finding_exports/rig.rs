//! A pair of buckets, the real binary on them, and what came of it.

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

pub(crate) const KEY: &str =
    "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/0b5e6e1c.jsonl.gz";

/// One machine for all tests; each has buckets of its own, which no function of the machine hears of.
pub(crate) fn machine() -> &'static Machine {
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
pub(crate) struct Buckets {
    pub(crate) exports: String,
    pub(crate) lake: String,
}

impl Buckets {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let own = Self { exports: format!("exports-{number}"), lake: format!("lake-{number}") };
        for bucket in [&own.exports, &own.lake] {
            machine().store.create_bucket(bucket).unwrap();
        }
        own
    }

    /// Puts an object and says how S3 tells of it.
    pub(crate) fn put(&self, key: &str, bytes: &[u8]) -> Value {
        let stored = machine().store.put(&self.exports, key, bytes).unwrap();
        json!({"version": "0", "id": "e1", "detail-type": "Object Created", "source": "aws.s3",
            "account": "111122223333", "region": "eu-west-1", "time": "2026-10-01T08:00:00Z",
            "detail": {"bucket": {"name": self.exports},
                "object": {"key": key, "size": bytes.len(), "etag": stored.etag}}})
    }

    pub(crate) fn command(&self, endpoint: &str) -> Command {
        let mut command = Command::new(folder().join("finding-exports"));
        command.env_clear().stderr(Stdio::null()).envs([
            ("AWS_ENDPOINT_URL", endpoint),
            ("GUARDSIFT_EXPORT_BUCKET", &self.exports),
            ("GUARDSIFT_LAKE_BUCKET", &self.lake),
        ]);
        command
    }

    /// Hands the events over as one batch.
    pub(crate) fn batch(&self, endpoint: &str, events: &[Value], receives: u32) -> Answer {
        runtime_stub::invoke(self.command(endpoint), &batch(events, receives))
    }

    /// One event, received for the first time, without faults.
    pub(crate) fn export(&self, event: &Value) -> Answer {
        self.batch(&machine().endpoint(), std::slice::from_ref(event), 1)
    }

    /// The same with faults.
    pub(crate) fn export_with(
        &self,
        event: &Value,
        script: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static,
    ) -> (Answer, Proxy) {
        let proxy = Proxy::start(&machine().endpoint(), script);
        (self.batch(&proxy.url, std::slice::from_ref(event), 1), proxy)
    }

    /// Rows, quarantined and blank lines of every object in the lake, by its key.
    pub(crate) fn lake(&self) -> Vec<(String, [u64; 3])> {
        let objects = machine().store.list(&self.lake, "findings/");
        objects
            .into_iter()
            .map(|(key, stored)| {
                let own = |name: &str| stored.metadata[name].parse().unwrap();
                (key, ["rows", "quarantined", "blank"].map(own))
            })
            .collect()
    }

    pub(crate) fn lake_keys(&self) -> Vec<String> {
        let objects = machine().store.list(&self.lake, "findings/");
        objects.into_iter().map(|(key, _)| key).collect()
    }

    pub(crate) fn counts(&self) -> Vec<[u64; 3]> {
        self.lake().into_iter().map(|(_, counts)| counts).collect()
    }

    /// Every entry of the quarantine.
    pub(crate) fn quarantine(&self) -> Vec<Value> {
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

pub(crate) fn batch(events: &[Value], receives: u32) -> String {
    let records = events.iter().enumerate().map(|(place, event)| {
        let body = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
        json!({"messageId": format!("m{place}"), "receiptHandle": "r", "body": body,
            "eventSource": "aws:sqs", "attributes": {"ApproximateReceiveCount": receives.to_string()}})
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string()
}

/// The messages of a batch that have to come back; all of them when the batch failed.
pub(crate) fn failed(answer: &Answer) -> Vec<String> {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    match body["batchItemFailures"].as_array() {
        Some(failures) => {
            let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
            failures.iter().map(id).collect()
        }
        None => vec![format!("the batch: {body}")],
    }
}

pub(crate) const DONE: [&str; 0] = [];

pub(crate) fn finding(number: usize) -> String {
    json!({"schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1",
        "partition": "aws", "id": format!("f{number}"), "type": "Recon:EC2/PortProbeUnprotectedPort",
        "severity": 2.0, "createdAt": "2026-10-01T07:00:00.000Z",
        "updatedAt": "2026-10-01T08:00:00.000Z", "service": {"count": 1, "archived": false}})
    .to_string()
}

pub(crate) fn findings(count: usize) -> String {
    (0..count).map(|number| finding(number) + "\n").collect()
}

pub(crate) fn is_put(call: &Call, folder: &str) -> bool {
    call.method == "PUT" && call.path.contains(folder)
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    gzip_bytes(text.as_bytes())
}

pub(crate) fn gzip_bytes(bytes: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    std::fs::write(&path, bytes).unwrap();
    Command::new("gzip").args(["-1", "-c"]).arg(&path).output().unwrap().stdout
}
