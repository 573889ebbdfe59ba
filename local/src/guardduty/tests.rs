//! GuardDuty as its clients and consumers see it, on a clock that only the test moves.

mod detectors;
mod faults;
mod filters;
mod flow;
mod law;
mod lookup;
mod samples;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use findings::Timestamp;
use hyper::Request;
use serde_json::{Value, json};

use super::{Config, ExportSink, GuardDuty, example_finding};
use crate::clock::Clock;

const PORT_PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
const PORTSCAN: &str = "Recon:EC2/Portscan";

/// Buckets in memory, which can be made to refuse.
#[derive(Default)]
struct Buckets {
    objects: Mutex<BTreeMap<(String, String), Bytes>>,
    broken: AtomicBool,
}

#[async_trait]
impl ExportSink for Buckets {
    async fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        anyhow::ensure!(!self.broken.load(Ordering::Relaxed), "access denied");
        self.objects.lock().unwrap().insert((bucket.to_owned(), key.to_owned()), bytes);
        Ok(())
    }

    async fn head(&self, bucket: &str, key: &str) -> anyhow::Result<bool> {
        Ok(self.objects.lock().unwrap().contains_key(&(bucket.to_owned(), key.to_owned())))
    }
}

struct World {
    guardduty: GuardDuty,
    clock: Clock,
    events: Arc<Mutex<Vec<Value>>>,
    buckets: Arc<Buckets>,
    detector: String,
}

impl World {
    async fn new() -> Self {
        let clock = Clock::starting_at(Timestamp::parse("2026-03-01T10:01:00Z").unwrap(), 0.0);
        let events: Arc<Mutex<Vec<Value>>> = Arc::default();
        let buckets: Arc<Buckets> = Arc::default();
        let sink = events.clone();
        let config =
            Config { account_id: "111122223333".to_owned(), region: "eu-central-1".to_owned() };
        let guardduty = GuardDuty::new(
            config,
            clock.clone(),
            Arc::new(move |event| sink.lock().unwrap().push(event)),
            buckets.clone(),
        );
        let mut world = Self { guardduty, clock, events, buckets, detector: String::new() };
        let created = world
            .ask(
                "POST",
                "/detector",
                json!({ "enable": true, "findingPublishingFrequency": "FIFTEEN_MINUTES" }),
            )
            .await
            .unwrap();
        world.detector = created["detectorId"].as_str().unwrap().to_owned();
        world
    }

    /// A world whose findings are exported to `exports/guardduty/`.
    async fn exporting() -> Self {
        let world = Self::new().await;
        world.buckets.put("exports", "guardduty/", Bytes::new()).await.unwrap();
        world
            .post("publishingDestination", destination("arn:aws:s3:::exports/guardduty/"))
            .await
            .unwrap();
        world
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Result<Value, (u16, Value)> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        let request = Request::builder().method(method).uri(path).body(body).unwrap();
        let response = self.guardduty.handle(request).await;
        let status = response.status().as_u16();
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        if status == 200 {
            return Ok(answer);
        }
        assert_eq!(response.headers()["x-amzn-errortype"], answer["__type"].as_str().unwrap());
        Err((status, answer))
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, (u16, Value)> {
        self.ask("POST", &format!("/detector/{}/{path}", self.detector), body).await
    }

    async fn get(&self, path: &str) -> Result<Value, (u16, Value)> {
        self.ask("GET", &format!("/detector/{}/{path}", self.detector), Value::Null).await
    }

    fn observe(&self, finding_type: &str) -> String {
        self.guardduty.observe(example_finding(finding_type)).unwrap()
    }

    fn observe_again(&self, id: &str) {
        let mut detection = example_finding(PORT_PROBE);
        detection["id"] = json!(id);
        self.guardduty.observe(detection).unwrap();
    }

    async fn archive(&self, id: &str) {
        self.post("findings/archive", json!({ "findingIds": [id] })).await.unwrap();
    }

    async fn pass(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(minutes * 60));
        self.guardduty.tick().await;
    }

    /// (id, count, archived) of every event so far.
    fn sent(&self) -> Vec<(String, u64, bool)> {
        let events = self.events.lock().unwrap();
        events.iter().map(|event| told(&event["detail"])).collect()
    }

    /// (id, count, archived) of every exported line so far, and no empty object among them.
    fn exported(&self) -> Vec<(String, u64, bool)> {
        let objects = self.buckets.objects.lock().unwrap();
        let lines = objects.iter().filter(|((_, key), _)| key.ends_with(".jsonl.gz")).flat_map(
            |(_, bytes)| {
                let mut text = String::new();
                flate2::read::GzDecoder::new(bytes.as_ref()).read_to_string(&mut text).unwrap();
                assert!(text.ends_with('\n'));
                text.lines()
                    .map(|line| told(&serde_json::from_str(line).unwrap()))
                    .collect::<Vec<_>>()
            },
        );
        lines.collect()
    }
}

fn told(finding: &Value) -> (String, u64, bool) {
    let service = &finding["service"];
    let id = finding["id"].as_str().unwrap().to_owned();
    (id, service["count"].as_u64().unwrap(), service["archived"].as_bool().unwrap())
}

fn destination(arn: &str) -> Value {
    json!({
        "destinationType": "S3",
        "destinationProperties": { "destinationArn": arn, "kmsKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/example" },
    })
}

fn suppressing(finding_type: &str) -> Value {
    json!({
        "name": "quiet",
        "action": "ARCHIVE",
        "rank": 1,
        "findingCriteria": { "criterion": { "type": { "equals": [finding_type] } } },
    })
}
