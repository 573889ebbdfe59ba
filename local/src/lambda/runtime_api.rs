//! The Runtime API as one process sees it: next, response, error, init error.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::http::response::Builder;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use crate::lambda::{InvocationFailure, Shared};

const PREFIX: &str = "/2018-06-01/runtime/";
/// Lambda's limit for a synchronous answer (gettingstarted-limits): 6 MB.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024;

/// The API of one process: a new process gets a new one.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    shared: Arc<Shared>,
    current: Mutex<Option<Current>>,
    phase: watch::Sender<Phase>,
    init_error: Mutex<Option<String>>,
    answered: AtomicBool,
}

/// What the process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Starting,
    Waiting,
    Working { until: Instant },
}

#[derive(Debug)]
struct Current {
    request_id: String,
    invocation_id: String,
    reply: oneshot::Sender<Result<Bytes, InvocationFailure>>,
}

impl RuntimeApi {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let phase = watch::Sender::new(Phase::Starting);
        Self {
            shared,
            current: Mutex::default(),
            phase,
            init_error: Mutex::default(),
            answered: AtomicBool::new(false),
        }
    }

    pub(super) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    pub(super) fn init_error(&self) -> Option<String> {
        lock(&self.init_error).take()
    }

    pub(super) fn has_answered(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    /// Ends the invocation that the process leaves behind, if there is one.
    pub(super) fn abandon(&self, failure: InvocationFailure) {
        if let Some(current) = lock(&self.current).take() {
            let _ = current.reply.send(Err(failure));
        }
    }

    pub(super) async fn handle(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Some(path) = head.uri.path().strip_prefix(PREFIX) else {
            return refuse(StatusCode::NOT_FOUND, "UnknownPath");
        };
        let parts: Vec<&str> = path.split('/').collect();
        if (&head.method, parts.as_slice()) == (&Method::GET, &["invocation", "next"]) {
            return self.next().await;
        }
        let body = match Limited::new(body, ANSWER_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                self.finish_with(
                    None,
                    Err(InvocationFailure::Reported(format!("an unusable answer: {error}"))),
                );
                return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge");
            }
        };
        let echo =
            head.headers.get("lambda-runtime-invocation-id").and_then(|value| value.to_str().ok());
        match (&head.method, parts.as_slice()) {
            (&Method::POST, ["invocation", id, "response"]) => self.finish(id, echo, Ok(body)),
            (&Method::POST, ["invocation", id, "error"]) => {
                self.finish(id, echo, Err(InvocationFailure::Reported(text(&body))))
            }
            (&Method::POST, ["init", "error"]) => {
                *lock(&self.init_error) = Some(text(&body));
                accepted()
            }
            _ => refuse(StatusCode::NOT_FOUND, "UnknownPath"),
        }
    }

    /// Waits for work. A process that goes away while it waits takes none with it.
    async fn next(&self) -> Response<Full<Bytes>> {
        self.shared.failed_starts.store(0, Ordering::Relaxed);
        // A process that asks for the next event without having answered the last one has dropped it.
        self.abandon(InvocationFailure::Died(
            "it asked for the next event without an answer to the last".into(),
        ));
        self.phase.send_replace(Phase::Waiting);
        let job = self.shared.waiting.lock().await.recv().await;
        let Some(job) = job else { return refuse(StatusCode::GONE, "ShuttingDown") };
        let (request_id, invocation_id) = (Uuid::new_v4().to_string(), Uuid::new_v4().to_string());
        let timeout = self.shared.settings.timeout;
        let answer = answer(StatusCode::OK)
            .header("lambda-runtime-aws-request-id", &request_id)
            .header("lambda-runtime-invocation-id", &invocation_id)
            .header("lambda-runtime-deadline-ms", deadline_millis(timeout))
            .header("lambda-runtime-invoked-function-arn", self.shared.settings.arn())
            .header("lambda-runtime-trace-id", trace_id());
        *lock(&self.current) = Some(Current { request_id, invocation_id, reply: job.reply });
        self.phase.send_replace(Phase::Working { until: Instant::now() + timeout });
        finished(answer, job.payload)
    }

    fn finish(
        &self,
        request_id: &str,
        echo: Option<&str>,
        result: Result<Bytes, InvocationFailure>,
    ) -> Response<Full<Bytes>> {
        if self.finish_with(Some((request_id, echo)), result) {
            accepted()
        } else {
            refuse(StatusCode::BAD_REQUEST, "InvalidRequestID")
        }
    }

    /// Answers the current invocation, if `wanted` names it (an echo that differs is an answer to an older one).
    fn finish_with(
        &self,
        wanted: Option<(&str, Option<&str>)>,
        result: Result<Bytes, InvocationFailure>,
    ) -> bool {
        let mut current = lock(&self.current);
        let named = current.take_if(|current| {
            wanted.is_none_or(|(request_id, echo)| {
                current.request_id == request_id
                    && echo.is_none_or(|echo| echo == current.invocation_id)
            })
        });
        drop(current);
        let Some(named) = named else { return false };
        self.answered.store(true, Ordering::Relaxed);
        self.phase.send_replace(Phase::Waiting);
        let _ = named.reply.send(result);
        true
    }
}

fn deadline_millis(timeout: Duration) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now + timeout).as_millis().to_string()
}

fn trace_id() -> String {
    let id = Uuid::new_v4().simple().to_string();
    let (time, rest) = id.split_at(8);
    let (unique, _) = rest.split_at(24);
    format!("Root=1-{time}-{unique};Sampled=0")
}

fn text(body: &Bytes) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn accepted() -> Response<Full<Bytes>> {
    finished(answer(StatusCode::ACCEPTED), r#"{"status":"OK"}"#.into())
}

fn refuse(status: StatusCode, kind: &str) -> Response<Full<Bytes>> {
    finished(answer(status), format!(r#"{{"errorType":"{kind}","errorMessage":"{kind}"}}"#).into())
}

fn answer(status: StatusCode) -> Builder {
    Response::builder().status(status).header("content-type", "application/json")
}

fn finished(answer: Builder, body: Bytes) -> Response<Full<Bytes>> {
    answer.body(Full::new(body)).unwrap_or_default()
}

fn lock<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
