//! Lambda on one machine: a function's real binary, run as child processes that talk the Runtime API.

mod environment;
mod runtime_api;
mod worker;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// What a function is told when it is created.
#[derive(Clone, Debug)]
pub(crate) struct FunctionSettings {
    /// The function's name; also that of its log group.
    pub name: String,
    /// The executable, Lambda's `bootstrap`.
    pub binary: PathBuf,
    /// How long one invocation may take; Lambda allows 1 to 900 s.
    pub timeout: Duration,
    /// Only told to the function, not enforced.
    pub memory_mb: u32,
    /// How many processes may work side by side.
    pub workers: usize,
    /// The region it believes to run in.
    pub region: String,
    /// The account of its ARN.
    pub account_id: String,
    /// Its own variables, and the endpoints of the other services.
    pub environment: BTreeMap<String, String>,
    /// Where its output goes.
    pub log: PathBuf,
}

/// Why an invocation gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvocationFailure {
    /// The function reported an error, `{"errorType", "errorMessage"}`.
    #[error("the function reported {0}")]
    Reported(String),
    /// The function took longer than its timeout and was killed.
    #[error("the function timed out after {0:?} and was killed")]
    TimedOut(Duration),
    /// The process ended in the middle of the invocation.
    #[error("the process ended in the middle of the invocation: {0}")]
    Died(String),
    /// The machine is shutting down.
    #[error("the machine is shutting down")]
    Stopped,
}

/// What a function has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FunctionCounts {
    /// Invocations that gave an answer.
    pub answered: u64,
    /// Invocations that ended in an error, a timeout or with the process.
    pub failed: u64,
    /// Processes started.
    pub processes: u64,
}

/// A function with its pool of processes.
#[derive(Debug)]
pub(crate) struct Function {
    shared: Arc<Shared>,
    jobs: mpsc::UnboundedSender<Job>,
}

/// What a function and its workers have in common.
#[derive(Debug)]
struct Shared {
    settings: FunctionSettings,
    waiting: tokio::sync::Mutex<mpsc::UnboundedReceiver<Job>>,
    kills: watch::Sender<u64>,
    fatal: FatalError,
    failed_starts: AtomicU32,
    processes: AtomicU64,
    answered: AtomicU64,
    failed: AtomicU64,
    pids: Mutex<BTreeMap<usize, u32>>,
}

/// One invocation on its way to a process.
#[derive(Debug)]
struct Job {
    payload: Bytes,
    reply: oneshot::Sender<Result<Bytes, InvocationFailure>>,
}

/// Where a part of the machine says that the machine cannot go on.
pub(crate) type FatalError = watch::Sender<Option<String>>;

impl Function {
    /// Starts the function's processes; they end with `tasks`.
    pub(crate) fn start(
        settings: FunctionSettings,
        fatal: FatalError,
        tasks: &mut JoinSet<()>,
    ) -> Arc<Self> {
        let (jobs, waiting) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            settings,
            waiting: tokio::sync::Mutex::new(waiting),
            kills: watch::Sender::new(0),
            fatal,
            failed_starts: AtomicU32::new(0),
            processes: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            pids: Mutex::default(),
        });
        for number in 0..shared.settings.workers.max(1) {
            tasks.spawn(worker::run(Arc::clone(&shared), number));
        }
        Arc::new(Self { shared, jobs })
    }

    /// The function's name.
    pub(crate) fn name(&self) -> &str {
        &self.shared.settings.name
    }

    /// Hands `payload` to the next free process and waits for its answer.
    pub(crate) async fn invoke(&self, payload: Bytes) -> Result<Bytes, InvocationFailure> {
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.send(Job { payload, reply });
        let answer = match sent {
            Ok(()) => answer.await.unwrap_or(Err(InvocationFailure::Stopped)),
            Err(_) => Err(InvocationFailure::Stopped),
        };
        let counter = if answer.is_ok() { &self.shared.answered } else { &self.shared.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        answer
    }

    /// Kills every process of the function now, as a host that fails would: SIGKILL, no warning.
    pub(crate) fn kill(&self) {
        self.shared.kills.send_modify(|kills| *kills += 1);
    }

    /// The process ids that are alive.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.shared.pids.lock().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
    }

    /// What it has done so far.
    pub(crate) fn counts(&self) -> FunctionCounts {
        FunctionCounts {
            answered: self.shared.answered.load(Ordering::Relaxed),
            failed: self.shared.failed.load(Ordering::Relaxed),
            processes: self.shared.processes.load(Ordering::Relaxed),
        }
    }
}

impl FunctionSettings {
    fn arn(&self) -> String {
        format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account_id, self.name)
    }
}

#[cfg(test)]
pub(crate) mod tests;
