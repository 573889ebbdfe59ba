//! GuardDuty's life with the real binary against the emulator: from enabling to disabling, each step twice.

use std::{
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use local::{
    clock,
    machine::{Machine, MachineConfig},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::binary::{folder, guardsift, stderr, stdout};

mod broken;
mod docs;
mod exports;
mod many;
mod parting;
mod people;
mod talk;

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";

/// A machine whose GuardDuty nobody has set up yet.
struct Rig {
    machine: Machine,
    runtime: Runtime,
    folder: TempDir,
}

impl Rig {
    fn new() -> Self {
        Self::starting_before(Duration::from_secs(10 * 86_400))
    }

    /// The machine's clock begins this long ago.
    fn starting_before(ago: Duration) -> Self {
        let state = tempfile::tempdir().unwrap();
        let config = MachineConfig {
            start: clock::wall().minus(ago),
            ..MachineConfig::for_people(state.path().join("machine"), folder())
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let machine = runtime.block_on(Machine::start(config)).unwrap();
        Self { machine, runtime, folder: state }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = guardsift(arguments);
        command
            .current_dir(self.path())
            .env("AWS_ENDPOINT_URL", self.machine.endpoint())
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID)
            .env("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What it prints when all is well.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{arguments:?}: {}{}",
            stdout(&output),
            stderr(&output)
        );
        stdout(&output)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.ok(arguments)).unwrap()
    }

    /// What it says when it ends with this code.
    fn refused(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}{}",
            stdout(&output),
            stderr(&output)
        );
        stderr(&output)
    }

    fn advance(&self, by: Duration) {
        self.runtime.block_on(self.machine.advance(by));
    }

    fn stop(self) {
        self.runtime.block_on(self.machine.shutdown());
    }
}

/// What is done, and what of it stands in the output the first time and, since it is so already, the second.
const WALK: [(&[&str], &str, &str); 11] = [
    (&["enable", "--feature", "S3_DATA_EVENTS=on", "--yes"], "enabled", "nothing to change"),
    (
        &["features", "set", "RUNTIME_MONITORING=on", "LAMBDA_NETWORK_LOGS=off", "--yes"],
        "RUNTIME_MONITORING",
        "nothing to change",
    ),
    (&["frequency", "set", "15m", "--yes"], "nothing to change", "nothing to change"),
    (&exports::SETUP, "made in us-east-1", "nothing to change"),
    (&["samples", PROBE, "Backdoor:EC2/DenialOfService.Dns", "--yes"], PROBE, PROBE),
    (&["findings", "list", "--where", "severity < 4 and type ~ \"Recon:*\""], PROBE, PROBE),
    (&["findings", "archive", "--where", "severity < 4", "--yes"], "archived", "nothing to change"),
    (&["findings", "list", "--archived"], PROBE, PROBE),
    (&["findings", "export", "api", "--format", "json"], PROBE, PROBE),
    (&["suspend", "--yes"], "suspended", "nothing to change"),
    (&["resume", "--yes"], "enabled", "nothing to change"),
];

#[test]
fn the_whole_life_is_one_walk_and_walking_it_again_changes_nothing() {
    let rig = Rig::new();
    assert!(rig.ok(&["status"]).contains("no detector in 111122223333: us-east-1"));
    for (arguments, first, again) in WALK {
        for expected in [first, again] {
            // A sample that is made once more is one more occurrence, and open again.
            if arguments[0] == "samples" && expected == again && first == again {
                continue;
            }
            let output = rig.ok(arguments);
            assert!(output.contains(expected), "{arguments:?}: {expected} in {output}");
        }
        if arguments[0] == "samples" {
            rig.ok(arguments);
        }
    }
    let status = rig.json(&["status", "--output", "json"]);
    let place = &status["places"][0];
    assert_eq!(place["state"], "enabled");
    assert_eq!(place["detector"]["frequency"], "FIFTEEN_MINUTES");
    assert_eq!(place["detector"]["features"]["RUNTIME_MONITORING"]["on"], true);
    assert_eq!(place["destination"]["arn"], "arn:aws:s3:::walk-exports/findings");
    assert_eq!(place["open_findings"]["high"], 1);
    rig.advance(Duration::from_secs(8 * 86_400));
    let usage = rig.json(&["usage", "--output", "json"]);
    assert_eq!(usage["places"][0]["pending"], false);
    assert!(usage["places"][0]["month_estimate"].as_f64().unwrap() > 0.0, "{usage}");

    let snapshot = rig.path().join("snapshot.jsonl");
    let arguments =
        ["disable", "--snapshot", snapshot.to_str().unwrap(), "--yes", "--i-have-a-copy"];
    let told = rig.ok(&arguments);
    assert!(told.contains("findings, archived ones too  2"), "{told}");
    assert_eq!(std::fs::read_to_string(&snapshot).unwrap().lines().count(), 2);
    assert!(rig.refused(&arguments, 0).contains("nothing to disable"));
    assert!(rig.ok(&["status"]).contains("no detector in 111122223333: us-east-1"));
    rig.stop();
}

#[test]
fn a_young_detector_has_no_figures_yet_and_says_so() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    assert!(rig.ok(&["usage"]).contains("pending"));
    rig.stop();
}
