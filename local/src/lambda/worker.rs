//! Keeps one process of a function alive: starts it, ends it at its deadline, starts it again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};
use tokio::sync::watch;
use uuid::Uuid;

use crate::lambda::environment::environment;
use crate::lambda::runtime_api::{Phase, RuntimeApi};
use crate::lambda::{InvocationFailure, Shared};
use crate::serve;

/// Lambda gives an init phase 10 s (lambda-runtime-environment).
const INIT_LIMIT: Duration = Duration::from_secs(10);
/// So many failed starts in a row, and trying again is no use.
const FAILED_STARTS: u32 = 3;
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How a process ended.
struct End {
    reason: String,
    failed_to_start: bool,
    worked: bool,
}

/// Runs processes one after another until the machine stops.
pub(super) async fn run(shared: Arc<Shared>, number: usize) {
    let mut pause = Duration::ZERO;
    loop {
        let end = match process(&shared, number).await {
            Ok(end) => end,
            Err(error) => End {
                reason: format!("{} cannot be run: {error}", shared.settings.binary.display()),
                failed_to_start: true,
                worked: false,
            },
        };
        if end.failed_to_start
            && shared.failed_starts.fetch_add(1, Ordering::Relaxed) + 1 >= FAILED_STARTS
        {
            give_up(&shared, &end.reason);
            return;
        }
        tracing::debug!(function = shared.settings.name, reason = end.reason, "a process ended");
        pause = if end.worked {
            Duration::ZERO
        } else {
            (pause * 2).clamp(Duration::from_millis(50), LONGEST_PAUSE)
        };
        tokio::time::sleep(pause).await;
    }
}

fn give_up(shared: &Shared, reason: &str) {
    let settings = &shared.settings;
    let message = format!(
        "function {} did not start {FAILED_STARTS} times in a row: {reason}\nIts log: {}",
        settings.name,
        settings.log.display()
    );
    shared.fatal.send_if_modified(|fatal| {
        let first = fatal.is_none();
        if first {
            *fatal = Some(message);
        }
        first
    });
}

async fn process(shared: &Arc<Shared>, number: usize) -> io::Result<End> {
    let (listener, address) = serve::listen(0).await?;
    let api = Arc::new(RuntimeApi::new(Arc::clone(shared)));
    let phase = api.phase();
    let mut kills = shared.kills.subscribe();
    let serving = {
        let api = Arc::clone(&api);
        serve::serve(listener, move |request| Arc::clone(&api).handle(request))
    };
    let stream = format!("{number}/{}", Uuid::new_v4().simple());
    let mut child = spawn(shared, &environment(&shared.settings, address, &stream))?;
    shared.processes.fetch_add(1, Ordering::Relaxed);
    let _alive = Alive::new(shared, number, child.id());
    let mut was_killed = false;
    let failure = tokio::select! {
        () = serving => InvocationFailure::Stopped,
        status = child.wait() => InvocationFailure::Died(status?.to_string()),
        limit = overdue(phase.clone()) => {
            child.kill().await?;
            InvocationFailure::TimedOut(limit.unwrap_or(shared.settings.timeout))
        }
        _ = kills.changed() => {
            was_killed = true;
            child.kill().await?;
            InvocationFailure::Died("it was killed".into())
        }
    };
    // A host that fails says nothing about the function it was starting.
    let failed_to_start = !was_killed && *phase.borrow() == Phase::Starting;
    let reason = api
        .init_error()
        .or_else(|| last_line(&shared.settings.log))
        .unwrap_or_else(|| failure.to_string());
    api.abandon(failure);
    Ok(End { reason, failed_to_start, worked: api.has_answered() })
}

fn spawn(shared: &Shared, environment: &BTreeMap<String, String>) -> io::Result<Child> {
    let log = open_log(shared)?;
    Command::new(&shared.settings.binary)
        .env_clear()
        .envs(environment)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
}

fn open_log(shared: &Shared) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(&shared.settings.log)
}

/// What a process that fails without a word to the Runtime API says last.
fn last_line(log: &Path) -> Option<String> {
    let text = std::fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().rev().find(|line| !line.trim().is_empty()).map(str::to_owned)
}

/// Returns when the process has used up its time: `None` for an invocation, the limit for the start.
async fn overdue(mut phase: watch::Receiver<Phase>) -> Option<Duration> {
    let born = Instant::now();
    loop {
        let now = *phase.borrow_and_update();
        let limit = match now {
            Phase::Starting => Some(born + INIT_LIMIT),
            Phase::Waiting => None,
            Phase::Working { until } => Some(until),
        };
        let changed = match limit {
            Some(limit) => tokio::time::timeout_at(limit.into(), phase.changed()).await,
            None => Ok(phase.changed().await),
        };
        match changed {
            Err(_) => return (now == Phase::Starting).then_some(INIT_LIMIT),
            Ok(Ok(())) => {}
            Ok(Err(_)) => std::future::pending().await,
        }
    }
}

/// Lists the process among the living for as long as it exists.
struct Alive<'shared> {
    shared: &'shared Shared,
    number: usize,
}

impl<'shared> Alive<'shared> {
    fn new(shared: &'shared Shared, number: usize, pid: Option<u32>) -> Self {
        if let Some(pid) = pid {
            shared.pids.lock().unwrap_or_else(PoisonError::into_inner).insert(number, pid);
        }
        Self { shared, number }
    }
}

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        self.shared.pids.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}
