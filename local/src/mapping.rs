//! The event source mapping: it polls a queue, invokes a function with batches, and deletes what succeeded.

mod verdict;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;

use crate::lambda::Function;
use crate::mapping::verdict::Verdict;
use crate::queue::{Queue, Received};

/// What a mapping is told when it is created.
#[derive(Clone, Debug)]
pub(crate) struct MappingSettings {
    /// At most this many messages per invocation; without a batching window Lambda allows 10.
    pub batch_size: usize,
    /// How many invocations may run side by side.
    pub concurrency: usize,
    /// The region that the records carry.
    pub region: String,
    /// How long a message rests at most once its invocation has failed; without it as long as its visibility timeout lasts.
    pub rest: Option<Duration>,
}

/// What a mapping has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MappingCounts {
    /// Batches handed to the function.
    pub batches: u64,
    /// Messages deleted because they succeeded.
    pub succeeded: u64,
    /// Receives that ended with the message going back to the queue.
    pub failed: u64,
}

/// A queue tied to a function.
pub(crate) struct Mapping {
    queue: Arc<Queue>,
    function: Arc<Function>,
    settings: MappingSettings,
    batches: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
}

impl Mapping {
    pub(crate) fn new(
        queue: Arc<Queue>,
        function: Arc<Function>,
        settings: MappingSettings,
    ) -> Self {
        let zero = AtomicU64::default;
        Self { queue, function, settings, batches: zero(), succeeded: zero(), failed: zero() }
    }

    /// Starts the pollers; they end with `tasks`.
    pub(crate) fn start(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        for _ in 0..self.settings.concurrency.max(1) {
            let mapping = Arc::clone(self);
            tasks.spawn(async move {
                loop {
                    mapping.turn().await;
                }
            });
        }
    }

    pub(crate) fn counts(&self) -> MappingCounts {
        MappingCounts {
            batches: self.batches.load(Ordering::Relaxed),
            succeeded: self.succeeded.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }

    async fn turn(&self) {
        let batch = self.queue.receive(self.settings.batch_size.clamp(1, 10)).await;
        let verdict = match self.function.invoke(self.event(&batch)).await {
            Ok(answer) => {
                verdict::judge(&answer, &batch.iter().map(|one| one.message_id.as_str()).collect())
            }
            Err(failure) => {
                tracing::debug!(function = self.function.name(), %failure, "the invocation failed");
                Verdict::AllFailed("the invocation failed")
            }
        };
        let back = match verdict {
            Verdict::Failed(ids) => ids,
            Verdict::AllFailed(reason) => {
                tracing::debug!(
                    function = self.function.name(),
                    reason,
                    "the whole batch comes back"
                );
                batch.iter().map(|one| one.message_id.clone()).collect()
            }
        };
        self.settle(&batch, &back);
    }

    fn settle(&self, batch: &[Received], back: &HashSet<String>) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        for message in batch {
            if back.contains(&message.message_id) {
                self.failed.fetch_add(1, Ordering::Relaxed);
                if let Some(rest) = self.settings.rest {
                    self.queue.show_within(&message.receipt, rest);
                }
            } else if self.queue.delete(&message.receipt) {
                self.succeeded.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    fn event(&self, batch: &[Received]) -> Bytes {
        let records = batch.iter().map(|one| one.record(self.queue.arn(), &self.settings.region));
        json!({ "Records": records.collect::<Vec<_>>() }).to_string().into()
    }
}

/// Lambda refuses a mapping whose queue shows a message again before the function may have finished with it.
pub(crate) fn visibility_covers(timeout: Duration, visibility: Duration) -> bool {
    visibility >= timeout
}
