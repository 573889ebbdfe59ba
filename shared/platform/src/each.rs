//! The messages of a batch, some at a time, each failing alone.

use std::{error::Error, future::Future, panic::AssertUnwindSafe, time::Duration};

use futures::{FutureExt, StreamExt, stream};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use tracing::{Instrument, error, info_span};

use crate::{Deadline, Failure, Invocation, Message, PutOff, Receipt, chain};

/// Why one event could not be finished.
#[derive(Debug)]
pub struct RecordFailure {
    /// Set when the cause will meet every other record too (credentials, keys, rules): then the
    /// batch as a whole fails, which makes Lambda slow down.
    systemic: Option<&'static str>,
    /// Set when another attempt has no chance before some time has passed.
    put_off: Option<PutOff>,
    error: Box<dyn Error + Send + Sync>,
}

impl RecordFailure {
    /// Only this record.
    pub fn alone(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { systemic: None, put_off: None, error: error.into() }
    }

    /// All of them; `kind` is the stable word of [`Failure`].
    pub fn systemic(kind: &'static str, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { systemic: Some(kind), put_off: None, error: error.into() }
    }

    /// With the time before which another attempt has no chance.
    #[must_use]
    pub fn after(self, put_off: PutOff) -> Self {
        Self { put_off: Some(put_off), ..self }
    }

    fn into_failure(self, kind: &'static str) -> Failure {
        Failure::new(self.systemic.unwrap_or(kind), self.error.as_ref())
    }
}

/// What came of one record.
enum Outcome<T> {
    Finished(T),
    Failed(RecordFailure),
    Panicked,
    OutOfTime,
}

/// Runs `work` on each event of the invocation, at most `limit` at a time, and answers in the form
/// Lambda expects: a partial batch reply for a batch, the result of `work` itself for a bare event.
///
/// `work` gets the event and how often SQS has handed it out. A panic or an error fails its own
/// record only. Work that is not finished at the deadline is dropped and its record comes back.
pub async fn each<T, F, Fut>(
    invocation: Invocation,
    limit: usize,
    deadline: Deadline,
    work: F,
) -> Result<serde_json::Value, Failure>
where
    T: Serialize,
    F: Fn(String, u32) -> Fut,
    Fut: Future<Output = Result<T, RecordFailure>>,
{
    each_or_later(invocation, limit, deadline, work, async |_, _| {}).await
}

/// The same, with something to do about a message that has no chance before some time has passed:
/// `later` gets what SQS knows it by, and that time.
pub async fn each_or_later<T, F, Fut, L>(
    invocation: Invocation,
    limit: usize,
    deadline: Deadline,
    work: F,
    later: L,
) -> Result<serde_json::Value, Failure>
where
    T: Serialize,
    F: Fn(String, u32) -> Fut,
    Fut: Future<Output = Result<T, RecordFailure>>,
    L: AsyncFn(&Receipt, Duration),
{
    let batch = match invocation {
        Invocation::Single(event) => {
            let span = info_span!("record", correlation_id = correlation_id(&event));
            let outcome = run(async { work(event, 1).await }, deadline).instrument(span);
            return match outcome.await {
                Outcome::Finished(result) => written(&result),
                Outcome::Failed(failure) => Err(failure.into_failure("EventFailed")),
                Outcome::Panicked => Err(Failure::new("Panic", &Stopped::Panic)),
                Outcome::OutOfTime => Err(Failure::new("OutOfTime", &Stopped::OutOfTime)),
            };
        }
        Invocation::Batch(batch) => batch,
    };
    let mut reply = batch.reply();
    let mut running = stream::iter(batch.messages().iter().enumerate())
        .map(|(index, message)| {
            message_outcome(message, deadline, &work, &later).map(move |outcome| (index, outcome))
        })
        .buffer_unordered(limit.max(1));
    while let Some((index, outcome)) = running.next().await {
        match outcome {
            Outcome::Finished(_) => reply.acknowledge(index),
            Outcome::Failed(failure) if failure.systemic.is_some() => {
                return Err(failure.into_failure("BatchFailed"));
            }
            Outcome::Failed(_) | Outcome::Panicked | Outcome::OutOfTime => reply.fail(index),
        }
    }
    written(&reply)
}

async fn message_outcome<T, F, Fut, L>(
    message: &Message,
    deadline: Deadline,
    work: &F,
    later: &L,
) -> Outcome<T>
where
    F: Fn(String, u32) -> Fut,
    Fut: Future<Output = Result<T, RecordFailure>>,
    L: AsyncFn(&Receipt, Duration),
{
    let receives = message.receive_count.unwrap_or(1);
    let id = message.body.as_deref().ok().and_then(correlation_id);
    let span = info_span!("record", message_id = %message.id, correlation_id = id);
    let outcome = async {
        let outcome = report(match &message.body {
            Ok(body) => run(async { work(body.clone(), receives).await }, deadline).await,
            Err(error) => Outcome::Failed(RecordFailure::alone(error.clone())),
        });
        if let (Outcome::Failed(RecordFailure { put_off: Some(put_off), .. }), Some(receipt)) =
            (&outcome, &message.receipt)
        {
            let after = put_off.time(receives, &message.id);
            // Between soft and hard deadline there is time for one short call.
            let _ = tokio::time::timeout(deadline.until_end() / 2, later(receipt, after)).await;
        }
        outcome
    };
    outcome.instrument(span).await
}

fn written(reply: &impl Serialize) -> Result<serde_json::Value, Failure> {
    serde_json::to_value(reply).map_err(|error| Failure::new("ReplyUnwritable", &error))
}

/// The id of an EventBridge event, by which its way through AWS can be followed.
fn correlation_id(event: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Envelope {
        id: String,
        #[serde(rename = "detail-type")]
        _detail_type: IgnoredAny,
    }
    serde_json::from_str(event).ok().map(|Envelope { id, .. }| id)
}

async fn run<T>(
    work: impl Future<Output = Result<T, RecordFailure>>,
    deadline: Deadline,
) -> Outcome<T> {
    if deadline.remaining().is_zero() {
        return Outcome::OutOfTime;
    }
    match tokio::time::timeout_at(deadline.instant(), AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(Ok(result))) => Outcome::Finished(result),
        Ok(Ok(Err(failure))) => Outcome::Failed(failure),
        Ok(Err(_)) => Outcome::Panicked,
        Err(_) => Outcome::OutOfTime,
    }
}

/// One line per failed record, here at the edge and nowhere else.
fn report<T>(outcome: Outcome<T>) -> Outcome<T> {
    match &outcome {
        Outcome::Finished(_) => {}
        Outcome::Failed(failure) => error!(error = chain(failure.error.as_ref()), "record failed"),
        Outcome::Panicked => error!(error = %Stopped::Panic, "record failed"),
        Outcome::OutOfTime => error!(error = %Stopped::OutOfTime, "record failed"),
    }
    outcome
}

#[derive(Debug, thiserror::Error)]
enum Stopped {
    #[error("a panic, which is a bug; the line that says where comes before this one")]
    Panic,
    #[error(
        "not finished before the deadline: give the function more time or the queue a smaller batch"
    )]
    OutOfTime,
}

#[cfg(test)]
mod tests;
