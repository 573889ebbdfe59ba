//! What happens in a run: traffic and faults, step by step, as a seed has it.

use std::{collections::BTreeMap, process::Command, time::Duration};

use local::{
    guardduty::{example_finding, finding_types},
    machine::{EXPORT_BUCKET, FunctionName},
};
use serde_json::{Value, json};

use super::Stage;
use crate::{finding_exports::rig::gzip, http_stub::Step};

/// New findings of a step at most.
const NEW: u64 = 12;

pub(super) struct Script {
    random: u64,
    trace: Vec<String>,
    /// How often what happened.
    pub(super) counts: BTreeMap<&'static str, usize>,
    /// Every finding that was observed.
    pub(super) ids: Vec<String>,
    /// Events as they once were, to come again.
    old: Vec<Value>,
    /// Keys of export objects that no reader can read to the end.
    pub(super) broken_objects: Vec<String>,
}

impl Script {
    pub(super) fn new(seed: u64) -> Self {
        let random = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        Self {
            random,
            trace: Vec::new(),
            counts: BTreeMap::new(),
            ids: Vec::new(),
            old: Vec::new(),
            broken_objects: Vec::new(),
        }
    }

    /// Everything that happened, in order.
    pub(super) fn trace(&self) -> String {
        self.trace.join("\n")
    }

    /// Marsaglia's xorshift.
    fn below(&mut self, most: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random >> 11) % most
    }

    fn tells(&mut self, count: usize, kind: &'static str, what: impl Into<String>) {
        *self.counts.entry(kind).or_default() += count;
        self.trace.push(what.into());
    }

    pub(super) async fn step(&mut self, stage: &Stage) {
        self.observe_new(stage);
        let acts = 2 + self.below(4);
        for _ in 0..acts {
            match self.below(13) {
                0 | 1 => self.observe_again(stage),
                2 => self.repeat_events(stage),
                3 => self.kill(stage),
                4 => self.freeze(stage).await,
                5 => self.disturb(stage),
                6 => self.guardduty_fails(stage),
                7 => self.destination_fails(stage),
                8 => self.break_an_object(stage),
                9 => self.person_acts(stage).await,
                10 => self.markers_fail(stage).await,
                11 => self.disk_is_full(stage).await,
                _ => self.advance(stage).await,
            }
            let pause = self.below(120);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self.advance(stage).await;
    }

    /// Nothing goes wrong any more.
    pub(super) fn peace(&mut self, stage: &Stage) {
        self.tells(1, "runs", "peace");
        stage.machine.disturbance.end();
        stage.machine.outage.answer_state_with(0);
        stage.machine.guardduty.faults().clear();
        for path in ["/a", "/b"] {
            stage.web.script(path, [Step::Status(200)]);
        }
    }

    fn severity(&mut self) -> f64 {
        f64::from(u32::try_from(10 + self.below(86)).unwrap_or(10)) / 10.0
    }

    fn observe_new(&mut self, stage: &Stage) {
        let count = 1 + self.below(NEW);
        for _ in 0..count {
            let types = finding_types();
            let place = self.below(types.len() as u64);
            let row = &types[usize::try_from(place).unwrap()];
            let mut finding = example_finding(row.name);
            finding["severity"] = json!(self.severity());
            let id = stage.machine.guardduty.observe(finding).unwrap();
            self.old.push(stage.machine.guardduty.finding(&id).unwrap());
            self.ids.push(id);
        }
        self.tells(
            usize::try_from(count).unwrap(),
            "new findings",
            format!("{count} new findings"),
        );
    }

    fn any_id(&mut self) -> String {
        let place = self.below(self.ids.len() as u64);
        self.ids[usize::try_from(place).unwrap()].clone()
    }

    fn observe_again(&mut self, stage: &Stage) {
        let id = self.any_id();
        let mut finding = stage.machine.guardduty.finding(&id).unwrap();
        let severity = self.severity();
        finding["severity"] = json!(severity);
        assert_eq!(stage.machine.guardduty.observe(finding).unwrap(), id);
        self.old.push(stage.machine.guardduty.finding(&id).unwrap());
        self.tells(1, "findings again", format!("{id} again, severity {severity}"));
    }

    /// At least once, and in no order.
    fn repeat_events(&mut self, stage: &Stage) {
        let count = 1 + self.below(8);
        for _ in 0..count {
            let place = self.below(self.old.len() as u64);
            let finding = &self.old[usize::try_from(place).unwrap()];
            let event = json!({"version": "0", "id": "again", "source": "aws.guardduty",
                "detail-type": "GuardDuty Finding", "account": "111122223333", "region": "us-east-1",
                "time": finding["updatedAt"], "resources": [], "detail": finding});
            stage.machine.put_event(&event);
        }
        self.tells(usize::try_from(count).unwrap(), "old events", format!("{count} old events"));
    }

    fn function(&mut self) -> FunctionName {
        FunctionName::ALL[usize::try_from(self.below(3)).unwrap()]
    }

    fn kill(&mut self, stage: &Stage) {
        let function = self.function();
        stage.machine.kill(function);
        self.tells(1, "SIGKILL", format!("SIGKILL {function:?}"));
    }

    /// As Lambda does between invocations, only in the middle of one.
    async fn freeze(&mut self, stage: &Stage) {
        let function = self.function();
        let pids = stage.machine.pids(function);
        let signal = |name: &str| {
            for pid in &pids {
                // It may have ended meanwhile.
                let _ = Command::new("kill").args([name, &pid.to_string()]).output();
            }
        };
        signal("-STOP");
        let time = 50 + self.below(400);
        tokio::time::sleep(Duration::from_millis(time)).await;
        signal("-CONT");
        self.tells(pids.len(), "frozen processes", format!("{function:?} frozen for {time} ms"));
    }

    fn disturb(&mut self, stage: &Stage) {
        let (seed, share) = (self.below(u64::MAX), self.below(250));
        stage.machine.disturbance.begin(seed, u16::try_from(share).unwrap());
        self.tells(1, "network disturbances", format!("{share} of 1,000 calls meet a mishap"));
    }

    fn guardduty_fails(&mut self, stage: &Stage) {
        let operations = ["ListFindings", "GetFindings", "ArchiveFindings", "UnarchiveFindings"];
        let operation = operations[usize::try_from(self.below(4)).unwrap()];
        let calls = 1 + u32::try_from(self.below(6)).unwrap();
        let faults = stage.machine.guardduty.faults();
        let how = match self.below(4) {
            0 => (faults.throttle(operation, calls), "is throttled").1,
            1 => (faults.fail(operation, calls), "fails").1,
            2 => (faults.repeat_pages(calls), "repeats pages").1,
            _ => (faults.lose_answer(operation, calls), "loses its answer").1,
        };
        self.tells(1, "GuardDuty failures", format!("{operation} {how} {calls} times"));
    }

    fn destination_fails(&mut self, stage: &Stage) {
        let path = ["/a", "/b"][usize::try_from(self.below(2)).unwrap()];
        let step = match self.below(5) {
            0 => Step::Status(500),
            1 => Step::RetryAfter(1),
            2 => Step::HangUp,
            3 => Step::Slow(Duration::from_millis(700)),
            _ => Step::OkAndClose,
        };
        self.tells(1, "destination failures", format!("{path} answers {step:?}"));
        let times = 1 + usize::try_from(self.below(6)).unwrap();
        let mut steps = vec![step; times];
        steps.push(Step::Status(200));
        stage.web.script(path, steps);
    }

    /// Markers are out of reach for a moment.
    async fn markers_fail(&mut self, stage: &Stage) {
        stage.machine.outage.answer_state_with(503);
        let time = self.below(300);
        tokio::time::sleep(Duration::from_millis(time)).await;
        stage.machine.outage.answer_state_with(0);
        self.tells(1, "outages of markers", format!("S3 has no state for {time} ms"));
    }

    /// There is no room for temporary files for some hours, in which objects are exported.
    async fn disk_is_full(&mut self, stage: &Stage) {
        let Some(disk) = &stage.disk else { return };
        let pids = stage.machine.pids(FunctionName::FindingExports);
        let full = pids.iter().filter(|pid| disk.fill(**pid)).count();
        self.advance(stage).await;
        let time = self.below(2000);
        tokio::time::sleep(Duration::from_millis(time)).await;
        pids.iter().for_each(|pid| disk.clear(*pid));
        self.tells(
            full,
            "full disks",
            format!("the disks of {full} processes are full for {time} ms"),
        );
    }

    fn break_an_object(&mut self, stage: &Stage) {
        let number = self.broken_objects.len();
        let key = format!(
            "AWSLogs/111122223333/GuardDuty/us-east-1/2026/10/01/00000000-0000-4000-8000-{number:012}.jsonl.gz"
        );
        let bytes = gzip(&"{\"id\":\"x\",\"accountId\":\"111122223333\"}\n".repeat(50));
        stage.machine.store.put(EXPORT_BUCKET, &key, &bytes[..bytes.len() / 2]).unwrap();
        self.broken_objects.push(key);
        self.tells(1, "broken objects", "an object that is cut off");
    }

    /// Somebody in the console.
    async fn person_acts(&mut self, stage: &Stage) {
        let id = self.any_id();
        let act = ["archive", "unarchive"][usize::try_from(self.below(2)).unwrap()];
        let finding = stage.machine.guardduty.finding(&id).unwrap();
        // A person may archive what is grave; the law is about what guardsift does.
        let is_grave = finding["severity"].as_f64() >= Some(4.0)
            || finding["type"].as_str().unwrap().starts_with("AttackSequence:");
        if act == "archive" && is_grave {
            return;
        }
        let detector = finding["service"]["detectorId"].as_str().unwrap().to_owned();
        let path = format!("/detector/{detector}/findings/{act}");
        let request =
            http::Request::post(&path).body(json!({"findingIds": [id]}).to_string().into());
        // It may meet a fault that was meant for somebody else.
        stage.machine.guardduty.handle(request.unwrap()).await;
        self.tells(1, "acts of a person", format!("a person: {act} {id}"));
    }

    async fn advance(&mut self, stage: &Stage) {
        let minutes = 1 + self.below(90);
        stage.machine.advance(Duration::from_secs(60 * minutes)).await;
        self.tells(1, "clock jumps", format!("{minutes} minutes pass"));
    }
}
