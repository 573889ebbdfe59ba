//! `finding-events` as a binary, on a machine with destinations that misbehave: every row of the failure catalogue by its name.

use std::{collections::BTreeMap, time::Duration};

use findings::Finding;
use local::{
    clock,
    machine::{FunctionName, Machine, MachineConfig, Timings},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::folder,
    functions::block_on,
    http_stub::{HttpStub, Step},
};

mod delivery;
mod process;
mod runtime;
mod secrets;

const QUIET: Duration = Duration::from_secs(60);
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:111122223333:secret:canary-AbCdEf";

/// A machine, and the web beside it.
struct Stage {
    machine: Machine,
    web: HttpStub,
    _folder: TempDir,
}

/// What differs from the usual stage.
struct Setting<'a> {
    /// Destinations and what else a rule file holds; `${web}` stands for the stub's address.
    rules: &'a str,
    timeout: Duration,
    max_receive_count: u32,
    /// How long a message rests at most that failed: what a destination refuses is put off for longer than a test should take.
    rest: Option<Duration>,
    log_level: &'a str,
}

impl Setting<'_> {
    fn rules(rules: &str) -> Setting<'_> {
        let timeout = Duration::from_secs(6);
        Setting { rules, timeout, max_receive_count: 3, rest: Some(timeout), log_level: "INFO" }
    }
}

async fn stage(setting: Setting<'_>) -> Stage {
    let web = HttpStub::start();
    let state = tempfile::tempdir().unwrap();
    let config = MachineConfig {
        start: clock::wall(),
        rules: setting.rules.replace("${web}", &format!("http://{}", web.host())),
        timings: Timings {
            timeout: setting.timeout,
            visibility: setting.timeout,
            max_receive_count: setting.max_receive_count,
            rest: setting.rest,
        },
        workers: 2,
        log_level: setting.log_level.to_owned(),
        finding_events: BTreeMap::from([
            ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS".to_owned(), web.host().to_owned()),
            ("GUARDSIFT_SLACK_API_URL".to_owned(), web.url("/slack")),
            ("GUARDSIFT_PAGERDUTY_EVENTS_URL".to_owned(), web.url("/pagerduty")),
        ]),
        ..MachineConfig::for_people(state.path().join("machine"), folder())
    };
    let machine = Machine::start(config).await.unwrap();
    Stage { machine, web, _folder: state }
}

impl Stage {
    fn send(&self, finding: &Value) {
        self.machine.send(FunctionName::FindingEvents, &event(finding));
    }

    async fn quiet(&self) {
        self.machine.wait_until_quiet(QUIET).await.unwrap();
    }

    async fn told(&self, finding: &Value) {
        self.send(finding);
        self.quiet().await;
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.machine.logs().join("finding-events.log")).unwrap()
    }

    /// The sum of a metric over all invocations.
    fn metric(&self, name: &str) -> f64 {
        let lines = self.log();
        let values = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        values
            .filter(|line| line.get("_aws").is_some())
            .filter_map(|line| line[name].as_f64())
            .sum()
    }

    fn dead(&self) -> usize {
        self.machine.dead_letters(FunctionName::FindingEvents).len()
    }

    /// What the topics, queues and buses received.
    fn inbox(&self) -> Vec<(String, Value)> {
        let received = self.machine.inbox.notifications().into_iter();
        let parsed = received
            .map(|own| (own.destination, serde_json::from_str(&own.body).unwrap_or(Value::Null)));
        parsed.collect()
    }
}

/// The event of a finding, as EventBridge hands it over.
pub(crate) fn event(finding: &Value) -> String {
    json!({"version": "0", "id": "e1", "source": "aws.guardduty", "detail-type": "GuardDuty Finding",
        "account": "111122223333", "region": "us-east-1", "detail": finding})
    .to_string()
}

/// A version of one finding, `minute` minutes after nine.
fn version(minute: u32, severity: f64, count: u64) -> Value {
    json!({"schemaVersion": "2.0", "id": "8ab1c2d3e4f5", "accountId": "111122223333",
        "region": "us-east-1", "partition": "aws", "type": "Recon:EC2/PortProbeUnprotectedPort",
        "arn": "arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/8ab1c2d3e4f5",
        "severity": severity, "title": "A port is probed.", "updatedAt": format!("2026-10-05T09:{minute:02}:00.000Z"),
        "service": {"count": count, "archived": false}})
}

fn key(finding: &Value) -> String {
    Finding::parse(&finding.to_string()).unwrap().version_key().to_string()
}

fn with(mut finding: Value, pointer: &str, value: Value) -> Value {
    *finding.pointer_mut(pointer).unwrap() = value;
    finding
}

const THREE: &str = "
version: 1
destinations:
  a: { webhook: { url: '${web}/a' } }
  b: { webhook: { url: '${web}/b' } }
  topic: { sns: { topic: 'arn:aws:sns:us-east-1:111122223333:security-team' } }
routes: [ { to: [a, b, topic] } ]
";

const ONE: &str = "
version: 1
accounts: { '111122223333': production }
destinations: { a: { webhook: { url: '${web}/a' } } }
routes: [ { to: a } ]
";

#[test]
fn fe1_the_same_event_ten_times_in_parallel_is_one_message_per_destination() {
    block_on(async {
        let stage = stage(Setting { max_receive_count: 8, ..Setting::rules(THREE) }).await;
        let finding = version(0, 5.0, 1);
        (0..10).for_each(|_| stage.send(&finding));
        stage.quiet().await;
        for path in ["/a", "/b"] {
            let received = stage.web.received(path);
            assert_eq!(received.len(), 1, "{path}");
            assert_eq!(received[0].headers["idempotency-key"], key(&finding));
        }
        assert_eq!(stage.inbox().len(), 1);
        assert_eq!(stage.dead(), 0);
        assert_eq!(stage.metric("Findings") as u32, 10);
        assert!(stage.metric("NotificationsAlreadySent") >= 27.0);
    });
}

#[test]
fn fe2_an_older_version_is_not_told_after_a_newer_one() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        let [first, second] = [version(0, 5.0, 1), version(9, 8.0, 57)];
        stage.told(&second).await;
        stage.told(&first).await;
        let received = stage.web.received("/a");
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].headers["idempotency-key"], key(&second));
        assert_eq!(stage.metric("NotificationsOutdated"), 1.0);
        assert_eq!(stage.dead(), 0);
    });
}

#[test]
fn a_further_version_is_told_for_a_reason_and_says_it() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        for finding in [version(0, 5.0, 1), version(5, 5.0, 2), version(9, 8.0, 57)] {
            stage.told(&finding).await;
        }
        let received = stage.web.received("/a");
        assert_eq!(received.len(), 2, "the second has nothing new that matters");
        let body: Value = serde_json::from_str(&received[1].body).unwrap();
        assert_eq!(body["change"], "severity 5 → 8, count 1 → 57");
        assert_eq!(body["account_name"], "production");
        assert_eq!(stage.metric("NotificationsUnchanged"), 1.0);
    });
}

#[test]
fn fe10_a_severity_that_cannot_be_read_is_told() {
    block_on(async {
        let stage = stage(Setting::rules(ONE)).await;
        let odd = [json!("5"), json!(-1), json!(11), Value::Null];
        for (number, severity) in odd.into_iter().enumerate() {
            let finding = with(version(0, 5.0, 1), "/severity", severity);
            stage.send(&with(finding, "/id", json!(format!("f{number}"))));
        }
        stage.quiet().await;
        let received = stage.web.received("/a");
        assert_eq!(received.len(), 4);
        for own in received {
            let body: Value = serde_json::from_str(&own.body).unwrap();
            assert!(body["finding"]["severity"].is_null(), "{body}");
        }
    });
}

#[test]
fn fe11_a_type_and_a_field_that_nobody_knows_are_told_and_kept() {
    let rules = ONE.replace("/a' }", "/a', payload: raw }");
    block_on(async {
        let stage = stage(Setting::rules(&rules)).await;
        let mut finding = with(version(0, 5.0, 1), "/type", json!("Quantum:Moon/NewThing"));
        finding["customDetectionRuleName"] = json!("mine");
        stage.told(&finding).await;
        let received = stage.web.received("/a");
        assert_eq!(serde_json::from_str::<Value>(&received[0].body).unwrap(), finding);
        assert_eq!(stage.metric("UnknownFields"), 1.0);
    });
}

#[test]
fn fe12_samples_have_their_route_and_archived_versions_are_told_only_when_graver() {
    let rules = "
version: 1
destinations:
  a: { webhook: { url: '${web}/a' } }
  drill: { webhook: { url: '${web}/drill' } }
  pager: { pagerduty: { secret: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:canary-AbCdEf' } }
routes: [ { to: [a, pager] } ]
samples: drill
";
    block_on(async {
        let stage = stage(Setting::rules(rules)).await;
        stage.machine.secrets.put(SECRET, "routing-key");
        stage.web.script("/pagerduty", [Step::Status(202)]);
        let mut sample = with(version(0, 5.0, 1), "/id", json!("sample"));
        sample["service"]["additionalInfo"] = json!({"sample": true});
        stage.told(&sample).await;
        assert_eq!((stage.web.received("/drill").len(), stage.web.received("/a").len()), (1, 0));
        stage.told(&version(1, 5.0, 1)).await;
        stage.told(&with(version(2, 5.0, 300), "/service/archived", json!(true))).await;
        assert_eq!(stage.web.received("/a").len(), 1, "archived, and no graver");
        let actions = |stage: &Stage| -> Vec<String> {
            let events = stage.web.received("/pagerduty").into_iter();
            let parsed = events.map(|own| serde_json::from_str::<Value>(&own.body).unwrap());
            parsed.map(|own| own["event_action"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(actions(&stage), ["trigger", "resolve"]);
        stage.told(&with(version(3, 8.0, 301), "/service/archived", json!(true))).await;
        assert_eq!(stage.web.received("/a").len(), 2, "graver");
        assert_eq!(actions(&stage), ["trigger", "resolve", "trigger"]);
        // The same finding, heard in the administrator's account.
        let event = event(&version(1, 5.0, 1))
            .replace("\"account\":\"111122223333\"", "\"account\":\"444455556666\"");
        stage.machine.send(FunctionName::FindingEvents, &event);
        stage.quiet().await;
        assert_eq!(stage.web.received("/a").len(), 2);
    });
}
