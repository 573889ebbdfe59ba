//! A standard SQS queue: at least once, a visibility timeout, a receive count, and a dead-letter queue behind it.

mod message;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::sync::Notify;

use self::message::Message;
pub(crate) use self::message::Received;

/// One queue. Visibility runs on real time, as the deadlines of the functions do.
#[derive(Debug)]
pub(crate) struct Queue {
    settings: QueueSettings,
    state: Mutex<State>,
    arrived: Notify,
}

/// What a queue is told when it is created.
#[derive(Clone, Debug)]
pub(crate) struct QueueSettings {
    /// `arn:aws:sqs:<region>:<account>:<name>`.
    pub arn: String,
    /// How long a received message stays hidden unless it is deleted.
    pub visibility: Duration,
    /// Where a message goes instead of being received more often than this.
    pub redrive: Option<Redrive>,
}

/// A queue's redrive policy.
#[derive(Clone, Debug)]
pub(crate) struct Redrive {
    /// SQS's `maxReceiveCount`, 1 to 1000.
    pub max_receive_count: u32,
    /// The dead-letter queue.
    pub dead_letters: Arc<Queue>,
}

/// How much is in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Depth {
    /// Waiting to be received.
    pub visible: usize,
    /// Received, neither deleted nor visible again.
    pub in_flight: usize,
}

#[derive(Debug, Default)]
struct State {
    visible: VecDeque<Message>,
    in_flight: HashMap<String, Hidden>,
}

#[derive(Debug)]
struct Hidden {
    message: Message,
    until: Instant,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new(settings: QueueSettings) -> Self {
        Self { settings, state: Mutex::default(), arrived: Notify::new() }
    }

    /// The queue's ARN.
    pub(crate) fn arn(&self) -> &str {
        &self.settings.arn
    }

    /// Puts a message in and gives back its id.
    pub(crate) fn send(&self, body: impl Into<String>) -> String {
        let message = Message::new(body.into());
        let id = message.id.clone();
        self.enqueue(message);
        id
    }

    fn enqueue(&self, message: Message) {
        self.state().visible.push_back(message);
        self.arrived.notify_one();
    }

    /// Up to `max` messages, waiting until there is at least one.
    pub(crate) async fn receive(&self, max: usize) -> Vec<Received> {
        loop {
            // Listening before looking: a message between the two is not missed.
            let arrived = self.arrived.notified();
            let (received, next) = self.try_receive(max);
            if !received.is_empty() {
                // Whoever waits beside us looks for what we left.
                self.arrived.notify_one();
                return received;
            }
            match next {
                Some(next) => {
                    tokio::select! {
                        () = arrived => {}
                        () = tokio::time::sleep_until(next.into()) => {}
                    }
                }
                None => arrived.await,
            }
        }
    }

    /// Up to `max` messages that are visible now, and when the next hidden one returns.
    fn try_receive(&self, max: usize) -> (Vec<Received>, Option<Instant>) {
        let now = Instant::now();
        let mut dead = Vec::new();
        let mut received = Vec::new();
        let mut state = self.state();
        state.return_expired(now);
        while received.len() < max {
            let Some(mut message) = state.visible.pop_front() else { break };
            if self
                .settings
                .redrive
                .as_ref()
                .is_some_and(|redrive| message.receives >= redrive.max_receive_count)
            {
                dead.push(message);
                continue;
            }
            message.receives += 1;
            let receipt = message.receipt();
            received.push(message.received(&receipt));
            state
                .in_flight
                .insert(receipt, Hidden { message, until: now + self.settings.visibility });
        }
        // Moved while the queue is locked: a reader who sees it gone from here finds it there.
        if let Some(redrive) = &self.settings.redrive {
            dead.into_iter().for_each(|message| redrive.dead_letters.enqueue(message));
        }
        let next = state.in_flight.values().map(|hidden| hidden.until).min();
        (received, next)
    }

    /// Deletes a received message. A receipt that has expired deletes nothing.
    pub(crate) fn delete(&self, receipt: &str) -> bool {
        self.state().in_flight.remove(receipt).is_some()
    }

    /// Keeps a received message hidden for this long from now on, as `ChangeMessageVisibility` does.
    pub(crate) fn hide(&self, receipt: &str, time: Duration) -> bool {
        let mut state = self.state();
        let Some(hidden) = state.in_flight.get_mut(receipt) else { return false };
        hidden.until = Instant::now() + time;
        // Whoever waits for it sleeps until the time that it had.
        self.arrived.notify_one();
        true
    }

    /// Shows a received message again after this long, unless it is shown earlier anyway.
    pub(crate) fn show_within(&self, receipt: &str, time: Duration) {
        if let Some(hidden) = self.state().in_flight.get_mut(receipt) {
            hidden.until = hidden.until.min(Instant::now() + time);
        }
        // Whoever waits for it sleeps until the time that it had.
        self.arrived.notify_one();
    }

    /// How much is in the queue now.
    pub(crate) fn depth(&self) -> Depth {
        let state = self.state();
        Depth { visible: state.visible.len(), in_flight: state.in_flight.len() }
    }

    /// The bodies of all messages in the queue, without receiving them.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let state = self.state();
        let hidden = state.in_flight.values().map(|hidden| &hidden.message);
        state.visible.iter().chain(hidden).map(|message| message.body.clone()).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn return_expired(&mut self, now: Instant) {
        let expired = self.in_flight.extract_if(|_, hidden| hidden.until <= now);
        self.visible.extend(expired.map(|(_, hidden)| hidden.message));
    }
}

#[cfg(test)]
mod tests;
