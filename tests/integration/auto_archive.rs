//! auto-archive's failure catalogue, row by row, through the real binaries on a machine of their own.

use std::time::Duration;

use local::{
    clock,
    guardduty::example_finding,
    machine::{FunctionName, LAKE_BUCKET, Machine, MachineConfig, Timings},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::{self, folder, stderr, stdout},
    functions::{self, block_on},
};

mod caps;
mod faults;
mod process;
mod shadow;
mod told;
mod undo;

const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
const QUIET: Duration = Duration::from_secs(120);
const HOUR: Duration = Duration::from_secs(3601);

/// A rule that archives everything low by the next sweep, under these defaults.
fn rules(defaults: &str) -> String {
    format!(
        "version: 1
defaults: {{ hold: 30m, max_archive_share: 1, {defaults} }}
rules:
  - {{ name: low, action: archive, reason: noise, owner: secops@example.com, criteria: {{ severity: {{ lessThan: 4 }} }} }}"
    )
}

/// A machine with a detector, days in the past.
struct Running {
    machine: Machine,
    detector: String,
    _folder: TempDir,
}

async fn start(rules: &str, mode: &str) -> Running {
    start_with(rules, mode, |_| {}).await
}

async fn start_with(rules: &str, mode: &str, change: impl FnOnce(&mut MachineConfig)) -> Running {
    let state = tempfile::tempdir().unwrap();
    let mut config = MachineConfig {
        start: clock::wall().minus(Duration::from_secs(3 * 86_400)),
        rules: rules.to_owned(),
        mode: mode.to_owned(),
        timings: Timings {
            timeout: Duration::from_secs(30),
            visibility: Duration::from_secs(30),
            max_receive_count: 2,
            // A function has its whole time; only nobody waits for what has failed already.
            rest: Some(Duration::from_millis(200)),
        },
        ..MachineConfig::for_people(state.path().join("machine"), folder())
    };
    change(&mut config);
    let machine = Machine::start(config).await.unwrap();
    let detector = functions::new_detector(&machine).await;
    Running { machine, detector, _folder: state }
}

impl Running {
    /// One call of GuardDuty's API.
    async fn call(&self, path: &str, body: &Value) -> Value {
        functions::call(&self.machine, path, body).await
    }

    /// What a person does in the console: `archive` or `unarchive`.
    async fn by_hand(&self, act: &str, id: &str) {
        let path = format!("/detector/{}/findings/{act}", self.detector);
        self.call(&path, &json!({"findingIds": [id]})).await;
    }

    /// A finding of which nobody is told yet: its event comes with the clock.
    fn observe(&self, severity: f64) -> String {
        let mut finding = example_finding(PROBE);
        finding["severity"] = json!(severity);
        self.machine.guardduty.observe(finding).unwrap()
    }

    fn observe_again(&self, id: &str, severity: f64) {
        let mut finding = self.machine.guardduty.finding(id).unwrap();
        finding["severity"] = json!(severity);
        assert_eq!(self.machine.guardduty.observe(finding).unwrap(), id);
    }

    /// Lets an hour pass, with the sweep at its end, and everything that follows.
    async fn sweep(&self) {
        self.machine.advance(HOUR).await;
        self.quiet().await;
    }

    async fn quiet(&self) {
        self.machine.wait_until_quiet(QUIET).await.unwrap();
    }

    fn is_archived(&self, id: &str) -> bool {
        self.machine.guardduty.finding(id).unwrap()["service"]["archived"] == true
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.machine.logs().join("auto-archive.log")).unwrap()
    }

    /// The sum of a metric over all invocations.
    fn metric(&self, name: &str) -> f64 {
        let lines = self.log();
        let blobs = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        blobs.filter(|blob| blob.get("_aws").is_some()).filter_map(|blob| blob[name].as_f64()).sum()
    }

    /// The keys of the ledger that end so.
    fn ledger(&self, kind: &str) -> Vec<String> {
        let ending = format!(".{kind}.json");
        let listed = self.machine.store.list(LAKE_BUCKET, "audit/v1/").into_iter();
        listed.map(|(key, _)| key).filter(|key| key.ends_with(&ending)).collect()
    }

    /// The lines of one kind, in the order of their keys.
    fn lines(&self, kind: &str) -> Vec<Value> {
        let keys = self.ledger(kind);
        let texts = keys.iter().map(|key| self.machine.store.get(LAKE_BUCKET, key).unwrap());
        texts.map(|text| serde_json::from_slice(&text).unwrap()).collect()
    }

    /// Runs `guardsift` against this machine.
    async fn guardsift(&self, arguments: &[&str]) -> std::process::Output {
        let endpoint = self.machine.endpoint();
        let mut command = binary::guardsift(arguments);
        command.args(["--lake", LAKE_BUCKET, "--endpoint-url", &endpoint]).envs([
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY),
        ]);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }
}

#[test]
fn a1_chunks_hold_at_most_fifty_and_none_is_sent_for_nothing() {
    block_on(async {
        for count in [0, 1, 50, 51] {
            let running = start(&rules(""), "apply").await;
            let ids: Vec<String> = (0..count).map(|_| running.observe(2.0)).collect();
            running.sweep().await;
            assert!(ids.iter().all(|id| running.is_archived(id)), "of {count}");
            assert_eq!(running.ledger("recorded").len(), count);
            assert_eq!(running.ledger("outcome").len(), count);
            assert!(running.machine.dead_letters(FunctionName::AutoArchive).is_empty());
            let calls = running.machine.calls.of(FunctionName::AutoArchive.as_str());
            let is_called = calls.iter().any(|call| call.action == "guardduty:ArchiveFindings");
            assert_eq!(is_called, count > 0, "of {count}");
        }
    });
}

/// Ten thousand with `make soak`, and otherwise as many as a test has time for.
#[test]
fn a1_thousands_are_archived_and_every_one_is_recorded() {
    let is_soak = std::env::var_os("GUARDSIFT_SOAK_INVOCATIONS").is_some();
    let (count, timeout) = if is_soak { (10_000, 120) } else { (1_000, 60) };
    block_on(async {
        let caps = "max_archive_per_run: 10000, max_archive_per_day: 20000";
        let running = start_with(&rules(caps), "apply", |config| {
            config.timings.timeout = Duration::from_secs(timeout);
            config.timings.visibility = Duration::from_secs(timeout);
            config.timings.max_receive_count = 5;
        })
        .await;
        let ids: Vec<String> = (0..count).map(|_| running.observe(2.0)).collect();
        let high: Vec<String> = (0..50).map(|_| running.observe(8.0)).collect();
        let is_left = |running: &Running| ids.iter().any(|id| !running.is_archived(id));
        // A run whose time ends after it archived the last of them leaves outcomes to a later one.
        for _ in 0..20 {
            running.machine.advance(HOUR).await;
            running.machine.wait_until_quiet(10 * QUIET).await.unwrap();
            if !is_left(&running) && running.ledger("outcome").len() == count {
                break;
            }
        }
        assert!(!is_left(&running), "no id is skipped");
        assert!(high.iter().all(|id| !running.is_archived(id)));
        assert_eq!(running.ledger("recorded").len(), count);
        assert_eq!(running.ledger("outcome").len(), count);
    });
}

#[test]
fn a13_guards_hold_whatever_the_rule_says() {
    block_on(async {
        let all = "version: 1
defaults: { hold: 0, archive_ceiling: 6.9, max_archive_share: 1 }
rules: [ { name: all, action: archive, criteria: { id: { exists: true } } } ]";
        let running = start(all, "apply").await;
        let guarded = [
            running.observe(7.0),
            running.observe(9.5),
            running
                .machine
                .guardduty
                .observe(example_finding("AttackSequence:S3/CompromisedData"))
                .unwrap(),
            signal_of_a_sequence(&running),
            unknown_severity(&running),
        ];
        let path = format!("/detector/{}/findings/create", running.detector);
        running.call(&path, &json!({"findingTypes": [PROBE]})).await;
        let low = running.observe(2.0);
        running.sweep().await;
        running.sweep().await;
        assert!(running.is_archived(&low), "the rule does archive");
        for id in &guarded {
            assert!(!running.is_archived(id), "{}", running.machine.guardduty.finding(id).unwrap());
        }
        assert_eq!(running.ledger("outcome").len(), 1, "samples stay too");
    });
}

fn signal_of_a_sequence(running: &Running) -> String {
    let mut finding = example_finding(PROBE);
    finding["severity"] = json!(2);
    finding["associatedAttackSequenceArn"] =
        json!("arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/f");
    running.machine.guardduty.observe(finding).unwrap()
}

fn unknown_severity(running: &Running) -> String {
    let mut finding = example_finding(PROBE);
    finding["severity"] = json!("2");
    running.machine.guardduty.observe(finding).unwrap()
}

#[test]
fn a14_anything_but_the_exact_word_stays_a_plan_and_says_so() {
    block_on(async {
        for mode in ["", "plan", "Apply", "apply!", "flase", "true"] {
            let running = start(&rules(""), mode).await;
            let id = running.observe(2.0);
            running.sweep().await;
            assert!(!running.is_archived(&id), "{mode:?}");
            assert!(running.ledger("recorded").is_empty(), "{mode:?}");
            let log = running.log();
            assert!(log.contains("\"mode\":\"plan\"") && log.contains(&id), "{mode:?}: {log}");
            let is_unknown = !["", "plan"].contains(&mode);
            assert_eq!(log.contains("neither apply nor plan"), is_unknown, "{mode:?}");
        }
    });
}
