//! An emulated machine whose functions do nothing, and the calls that tests make of it.

use std::{
    cell::Cell, collections::HashMap, fs, os::unix::fs::PermissionsExt, sync::Arc, time::Duration,
};

use aws_config::{BehaviorVersion, Region, retry::RetryConfig};
use aws_sdk_s3::config::Credentials;
use findings::{Finding, RuleSet, RuleSource, Timestamp};
use local::{
    clock,
    guardduty::example_finding,
    machine::{FunctionName, LAKE_BUCKET, Machine, MachineConfig},
};
use platform::{
    aws::{self, Aws},
    guardduty::GuardDuty,
    now,
    store::Store,
};
use serde_json::{Value, json};

use crate::{
    Archive, ArchiveError, Asked, Done, Entry, Event, Ledger, LogFilter, Planned, StopParameter,
    UndoPlan, Undone, line::Line,
};

pub(super) const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";

/// One rule that archives everything low, at once, under these defaults.
pub(super) fn rules(defaults: &str) -> RuleSet {
    let text = format!(
        "version: 1
defaults: {{ hold: 0, {defaults} }}
rules:
  - {{ name: low, action: archive, reason: noise, owner: secops@example.com, criteria: {{ severity: {{ lessThan: 4 }} }} }}"
    );
    RuleSet::parse(&[RuleSource { name: "rules.yaml", text: &text }]).unwrap()
}

pub(super) struct World {
    pub(super) machine: Machine,
    pub(super) guardduty: GuardDuty,
    pub(super) store: Store,
    pub(super) rules: RuleSet,
    pub(super) stop_parameter: Option<&'static str>,
    /// Runs that have ended; one that failed begins again under its name.
    runs: Cell<u32>,
    aws: Arc<Aws>,
    detector: String,
    _folder: tempfile::TempDir,
}

impl World {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for function in FunctionName::ALL {
            let binary = folder.path().join(function.as_str());
            fs::write(&binary, "#!/bin/sh\nexec sleep 600\n").unwrap();
            fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let config = MachineConfig {
            start: clock::wall().minus(Duration::from_secs(24 * 3600)),
            ..MachineConfig::for_people(folder.path().join("state"), folder.path().to_owned())
        };
        let machine = Machine::start(config).await.unwrap();
        let aws = Arc::new(aws(&machine.endpoint()).await);
        let mut world = Self {
            guardduty: GuardDuty::new(Arc::clone(&aws), None),
            store: Store::new(Arc::clone(&aws)),
            runs: Cell::new(0),
            aws,
            stop_parameter: None,
            rules: rules("max_archive_share: 1"),
            machine,
            detector: String::new(),
            _folder: folder,
        };
        let answer = world.post("/detector", &json!({"enable": true})).await;
        world.detector = answer["detectorId"].as_str().unwrap().to_owned();
        world
    }

    pub(super) fn archive(&self) -> Archive<'_> {
        Archive {
            guardduty: &self.guardduty,
            ledger: self.ledger(),
            rules: &self.rules,
            now,
            stop_parameter: self.stop_parameter.map(|arn| StopParameter { aws: &self.aws, arn }),
        }
    }

    pub(super) fn ledger(&self) -> Ledger<'_> {
        Ledger { store: &self.store, bucket: LAKE_BUCKET }
    }

    /// A new low finding.
    pub(super) fn observe(&self) -> String {
        let mut finding = example_finding(PROBE);
        finding["severity"] = json!(2);
        self.machine.guardduty.observe(finding).unwrap()
    }

    /// One more occurrence, of another severity.
    pub(super) fn observe_again(&self, id: &str, severity: f64) {
        self.machine.clock.advance(Duration::from_secs(60));
        let mut finding = self.machine.guardduty.finding(id).unwrap();
        finding["severity"] = json!(severity);
        assert_eq!(self.machine.guardduty.observe(finding).unwrap(), id);
    }

    pub(super) fn is_archived(&self, id: &str) -> bool {
        self.machine.guardduty.finding(id).unwrap()["service"]["archived"] == true
    }

    /// What a person does in the console.
    pub(super) async fn by_hand(&self, act: &str, id: &str) {
        let path = format!("/detector/{}/findings/{act}", self.detector);
        self.post(&path, &json!({"findingIds": [id]})).await;
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let request = http::Request::post(path).body(body.to_string().into()).unwrap();
        let answer = self.machine.guardduty.handle(request).await;
        assert!(answer.status().is_success(), "{path}: {answer:?}");
        serde_json::from_slice(answer.body()).unwrap()
    }

    pub(super) fn put(&self, key: &str, text: &str) {
        self.machine.store.put(LAKE_BUCKET, key, text.as_bytes()).unwrap();
    }

    pub(super) async fn plan(&self) -> Result<Planned, ArchiveError> {
        let as_of = now();
        self.archive()
            .plan(&Asked { ids: Vec::new(), is_sweep: true, as_of, claims: true, agreed: None })
            .await
    }

    pub(super) async fn sweep(&self) -> Result<Done, (ArchiveError, Done)> {
        let mut done = Done::default();
        match self.run(&mut done).await {
            Ok(()) => {
                self.runs.set(self.runs.get() + 1);
                Ok(done)
            }
            Err(error) => Err((error, done)),
        }
    }

    /// What the function does at a schedule, the first of which is named `run-0`.
    async fn run(&self, done: &mut Done) -> Result<(), ArchiveError> {
        let (archive, as_of) = (self.archive(), now());
        let name = format!("run-{}", self.runs.get());
        let noted = archive.repair(&[], &[&name], as_of, done).await?;
        archive.escalate(&[], true, as_of, done).await?;
        let planned = self.plan().await?;
        archive.apply(&planned, Some((&name, noted)), done).await
    }

    /// What an event of this finding asks the escalation for.
    pub(super) async fn escalate(&self, id: &str) -> Done {
        let mut done = Done::default();
        self.archive().escalate(&[id.to_owned()], false, now(), &mut done).await.unwrap();
        done
    }

    /// Takes back what the rule `low` has archived.
    pub(super) async fn undo(&self) -> Undone {
        let (guardduty, ledger) = (&self.guardduty, self.ledger());
        let plan = UndoPlan::new(guardduty, ledger, "low", None).await.unwrap();
        let mut done = Undone::default();
        plan.apply(guardduty, ledger, now, &mut done).await.unwrap();
        done
    }

    /// Writes that this version was taken back, as another run would.
    pub(super) async fn taken_back(&self, entry: &Entry, copy: &Finding) {
        let line = Line::new(Event::TakenBack, now(), &entry.version_key, "low", copy);
        self.ledger().write(entry, &line).await.unwrap();
    }

    /// The finding as GuardDuty has it.
    pub(super) fn copy(&self, id: &str) -> Finding {
        Finding::parse(&self.machine.guardduty.finding(id).unwrap().to_string()).unwrap()
    }

    /// The ledger of one finding, in the order of time.
    pub(super) async fn log(&self, id: &str) -> Vec<Event> {
        self.logs().await.remove(id).unwrap_or_default()
    }

    /// What the ledger tells of each finding.
    pub(super) async fn logs(&self) -> HashMap<String, Vec<Event>> {
        let mut logs = HashMap::<String, Vec<Event>>::new();
        for line in self.ledger().log(&LogFilter::default()).await.unwrap() {
            logs.entry(line.finding_id).or_default().push(line.event);
        }
        logs
    }
}

async fn aws(endpoint: &str) -> Aws {
    let credentials =
        Credentials::new(local::ACCESS_KEY_ID, local::SECRET_ACCESS_KEY, None, None, "machine");
    let retries = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let config = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .retry_config(retries)
        .http_client(aws::http_client(aws::trust_store(None, |_| false)));
    Aws::with_config(config.load().await)
}

/// A moment of the wall clock, for what happens since.
pub(super) fn moment() -> Timestamp {
    now()
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}
