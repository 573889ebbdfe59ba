//! The demonstration: real findings through the real functions, and a count from the outside that must add up.

mod accounts;
mod client;
mod lake;
mod story;
mod undo;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::bail;
use serde::Serialize;

use crate::machine::{FunctionName, Machine, MachineConfig, Timings, stop_signal};

/// How far in the past the clock starts: past the hold, the sweeps and the updates, and never ahead of the wall clock.
const STARTS_AGO: Duration = Duration::from_secs(3 * 86_400);
/// In real time; on two cores with an optimised build the whole run takes a good ten seconds.
const LIMIT: Duration = Duration::from_secs(300);

/// Where a demonstration runs.
#[derive(Clone, Debug)]
pub struct DemoConfig {
    /// A folder for everything it makes. It must be empty or not there.
    pub state: PathBuf,
    /// The folder with the functions' release binaries.
    pub binaries: PathBuf,
    /// The port of the AWS endpoint; 0 takes any.
    pub port: u16,
    /// The executable `guardsift`, which takes back what a rule archived.
    pub guardsift: PathBuf,
    /// Kill every function once in the middle of its work. No count may change.
    pub with_kills: bool,
}

/// The outcome in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Findings that GuardDuty handed over.
    pub findings: usize,
    /// Versions of them.
    pub versions: usize,
    /// Finding events that reached the queue of finding-events, repeated ones included.
    pub events_delivered: usize,
    /// Distinct pairs of destination and version that were received.
    pub notified: usize,
    /// Findings that a rule archived once their hold was over.
    pub archived: usize,
    /// Of those, taken back because they had become graver.
    pub escalated: usize,
    /// Of those, taken back by `guardsift undo`.
    pub undone: usize,
    /// Rows in the lake.
    pub lake_rows: usize,
    /// Objects in quarantine.
    pub quarantined: usize,
    /// Messages on the dead-letter queues.
    pub dead_lettered: usize,
    /// Versions that are nowhere, and notable ones of which nobody was told.
    pub lost: usize,
}

/// One line of the story: what happened, how often, and where to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What happened.
    pub what: &'static str,
    /// How often.
    pub count: usize,
    /// A file or folder.
    pub look: PathBuf,
}

/// What a demonstration came to.
#[derive(Clone, Debug, Serialize)]
pub struct DemoReport {
    /// The numbers.
    pub counts: Counts,
    /// The same for people.
    pub rows: Vec<Row>,
    /// Every count that does not add up, in words. Empty is what it should be.
    pub problems: Vec<String>,
    /// Real time.
    pub seconds: f64,
}

impl DemoReport {
    /// Fails when something was lost or a count does not add up.
    pub fn verdict(&self) -> anyhow::Result<()> {
        if !self.problems.is_empty() {
            bail!("the counts do not add up:\n  {}", self.problems.join("\n  "));
        }
        Ok(())
    }
}

/// Runs the demonstration; `tell` hears of every step as it begins.
pub async fn run(config: DemoConfig, tell: impl Fn(&str)) -> anyhow::Result<DemoReport> {
    let began = Instant::now();
    if config.state.read_dir().is_ok_and(|mut files| files.next().is_some()) {
        bail!(
            "{} is not empty; the counts are of one run, so give it a new folder",
            config.state.display()
        );
    }
    tell("starting GuardDuty, S3, the queues and the functions");
    let machine = Machine::start(machine_config(&config)).await?;
    let told = tokio::select! {
        told = tokio::time::timeout(LIMIT, story::tell(&machine, &config, &tell)) => told,
        stopped = stop_signal() => {
            stopped?;
            machine.shutdown().await;
            bail!("stopped before the end");
        }
    };
    let report = match told {
        Ok(Ok(truth)) => {
            tell("counting what came out");
            accounts::count(&machine, &truth)
        }
        Ok(Err(error)) => {
            Err(error.context(format!("the functions' logs: {}", machine.logs().display())))
        }
        Err(_) => Err(anyhow::anyhow!(
            "not done after {LIMIT:?}; the functions' logs: {}",
            machine.logs().display()
        )),
    };
    machine.shutdown().await;
    let mut report = report?;
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

fn machine_config(config: &DemoConfig) -> MachineConfig {
    MachineConfig {
        state: config.state.clone(),
        binaries: config.binaries.clone(),
        port: config.port,
        start: crate::clock::wall().minus(STARTS_AGO),
        rate: 1.0,
        rules: include_str!("demo/rules.yaml").to_owned(),
        mode: "apply".to_owned(),
        detector_id: None,
        sweep_every: Duration::from_secs(3600),
        timings: Timings {
            // Ample, so that a slow machine gives up no message; what fails comes back at once all the same.
            timeout: Duration::from_secs(30),
            visibility: Duration::from_secs(30),
            max_receive_count: 5,
            rest: Some(Duration::from_millis(500)),
        },
        workers: 2,
        log_level: "INFO".to_owned(),
        finding_events: Default::default(),
        auto_archive: Default::default(),
        finding_exports: Default::default(),
    }
}

/// The functions in the order of the story.
const FUNCTIONS: [FunctionName; 3] = FunctionName::ALL;

#[cfg(test)]
mod tests;
