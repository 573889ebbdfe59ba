//! The whole system on one machine: every part wired as Terraform wires it, in one folder, on one clock.

pub(crate) mod config;
mod export_bucket;
mod handover;
mod quiet;
mod wiring;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) use self::config::REGION;
pub use self::config::{
    DEFAULT_TOPIC, EXPORT_BUCKET, FunctionName, LAKE_BUCKET, MachineConfig, RULES_KEY,
    SECURITY_TOPIC, Timings,
};
pub use self::handover::{HandedOver, Handover};
use crate::bus::Bus;
use crate::calls::Calls;
use crate::clock::Clock;
use crate::disturbance::Disturbance;
use crate::guardduty::GuardDuty;
use crate::guardduty::homes::Homes;
use crate::inbox::Inbox;
use crate::key::Keys;
use crate::lambda::{Function, FunctionCounts};
use crate::mapping::{Mapping, MappingCounts};
use crate::outage::Outage;
use crate::queue::{Depth, Queue};
use crate::s3::Store;
use crate::schedule::Schedule;
use crate::secret::Secrets;

/// A running machine. Dropped, it takes its processes with it.
pub struct Machine {
    /// GuardDuty and the scheduler live by it.
    pub clock: Clock,
    /// GuardDuty itself, for what has no API: detections.
    pub guardduty: Arc<GuardDuty>,
    /// The buckets.
    pub store: Arc<Store>,
    /// What the destinations received.
    pub inbox: Arc<Inbox>,
    /// What GuardDuty handed over.
    pub handover: Arc<Handover>,
    /// What Secrets Manager holds.
    pub secrets: Arc<Secrets>,
    /// The keys of KMS, with their policies.
    pub keys: Arc<Keys>,
    /// What is out of reach.
    pub outage: Arc<Outage>,
    /// What happens to calls by chance.
    pub disturbance: Arc<Disturbance>,
    homes: Arc<Homes>,
    /// Who called what.
    pub calls: Arc<Calls>,
    config: MachineConfig,
    endpoint: SocketAddr,
    webhook: SocketAddr,
    bus: Arc<Bus>,
    sweep: Arc<Schedule>,
    lanes: Vec<Lane>,
    fatal: watch::Receiver<Option<String>>,
    tasks: JoinSet<()>,
}

/// A function with its queue, the queue's dead letters, and the mapping between.
struct Lane {
    name: FunctionName,
    queue: Arc<Queue>,
    dead_letters: Arc<Queue>,
    function: Arc<Function>,
    mapping: Arc<Mapping>,
}

/// What a function's lane has done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LaneCounts {
    /// The function.
    pub name: FunctionName,
    /// Its queue now.
    pub queue: Depth,
    /// Messages that were given up.
    pub dead_letters: usize,
    /// Its invocations and processes.
    pub function: FunctionCounts,
    /// Its batches and messages.
    pub mapping: MappingCounts,
}

impl Machine {
    /// Starts everything; the functions have their processes but may not have asked for an event yet.
    pub async fn start(config: MachineConfig) -> anyhow::Result<Self> {
        wiring::start(config).await
    }

    /// The one endpoint of all services, as in `AWS_ENDPOINT_URL`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.endpoint)
    }

    /// The base address of the webhook destination.
    pub fn webhook(&self) -> String {
        format!("http://{}", self.webhook)
    }

    /// GuardDuty in another account or Region, as callers reach it who sign for that Region with the account's id
    /// as access key.
    pub fn guardduty_of(&self, account: &str, region: &str) -> Arc<GuardDuty> {
        self.homes.at(account, region)
    }

    /// An account joins the organization, of which the machine's own account is the management account.
    pub fn join_organization(&self, account: &str) {
        self.homes.account_joined(account);
    }

    /// The folder with buckets, logs and notifications.
    pub fn state(&self) -> &Path {
        &self.config.state
    }

    /// The folder that a bucket is.
    pub fn bucket_folder(&self, bucket: &str) -> PathBuf {
        self.config.buckets_folder().join(bucket)
    }

    /// The folder with the functions' logs.
    pub fn logs(&self) -> PathBuf {
        self.config.logs_folder()
    }

    /// The file with all dead letters, written when the machine has become quiet.
    pub fn dead_letters_file(&self) -> PathBuf {
        self.config.state.join("dead-letters.jsonl")
    }

    /// Moves the clock forward and does what falls due before it returns.
    pub async fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.homes.tick().await;
        self.sweep.fire_if_due();
    }

    /// Puts an event on the bus, as any source may.
    pub fn put_event(&self, envelope: &serde_json::Value) -> usize {
        self.bus.put(envelope)
    }

    /// Puts a message into a function's queue, past the bus.
    pub fn send(&self, function: FunctionName, body: &str) {
        self.lane(function).iter().for_each(|lane| {
            lane.queue.send(body);
        });
    }

    /// The bodies of a function's dead letters.
    pub fn dead_letters(&self, function: FunctionName) -> Vec<String> {
        self.lane(function).map(|lane| lane.dead_letters.bodies()).unwrap_or_default()
    }

    /// Kills every process of a function with SIGKILL; new ones take over.
    pub fn kill(&self, function: FunctionName) {
        self.lane(function).iter().for_each(|lane| lane.function.kill());
    }

    /// The process ids of a function.
    pub fn pids(&self, function: FunctionName) -> Vec<u32> {
        self.lane(function).map(|lane| lane.function.pids()).unwrap_or_default()
    }

    /// What every function's lane has done so far.
    pub fn counts(&self) -> Vec<LaneCounts> {
        self.lanes.iter().map(Lane::counts).collect()
    }

    /// Waits until no queue holds a message, nothing is in flight and nothing is due; fails after `limit`, or when a
    /// function does not start.
    pub async fn wait_until_quiet(&self, limit: Duration) -> anyhow::Result<()> {
        quiet::wait(self, 0, limit).await?;
        self.write_dead_letters()
    }

    /// The same with up to `left` messages that go round and round without getting anywhere.
    pub async fn wait_until_left(&self, left: usize, limit: Duration) -> anyhow::Result<()> {
        quiet::wait(self, left, limit).await
    }

    /// Runs until the process is told to stop (SIGINT, SIGTERM) or a function does not start.
    pub async fn run_until_stopped(&self) -> anyhow::Result<()> {
        tokio::select! {
            signal = stop_signal() => signal,
            fatal = self.fatal() => bail!(fatal),
        }
    }

    /// Ends every process and every listener.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }

    fn write_dead_letters(&self) -> anyhow::Result<()> {
        let lines = self.lanes.iter().flat_map(|lane| {
            let bodies = lane.dead_letters.bodies().into_iter();
            bodies.map(|body| {
                format!("{}\n", serde_json::json!({"function": lane.name, "body": body}))
            })
        });
        let file = self.dead_letters_file();
        std::fs::write(&file, lines.collect::<String>())
            .with_context(|| format!("{} cannot be written", file.display()))
    }

    fn lane(&self, name: FunctionName) -> Option<&Lane> {
        self.lanes.iter().find(|lane| lane.name == name)
    }

    /// Returns when the machine cannot go on, with the reason.
    async fn fatal(&self) -> String {
        let mut fatal = self.fatal.clone();
        let reason = fatal.wait_for(Option::is_some).await.map(|reason| reason.clone());
        reason.ok().flatten().unwrap_or_else(|| "every function has ended".into())
    }
}

/// Returns when the process is asked to stop.
pub async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate =
        signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt.context("SIGINT cannot be listened for"),
        _ = terminate.recv() => Ok(()),
    }
}

impl Lane {
    fn counts(&self) -> LaneCounts {
        LaneCounts {
            name: self.name,
            queue: self.queue.depth(),
            dead_letters: self.dead_letters.depth().visible,
            function: self.function.counts(),
            mapping: self.mapping.counts(),
        }
    }
}

#[cfg(test)]
mod tests;
