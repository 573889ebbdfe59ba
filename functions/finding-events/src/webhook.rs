//! A notification as a POST to a webhook: HTTPS only, to public addresses only, never following
//! where it points.

use std::{
    error::Error,
    hash::{BuildHasher, RandomState},
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, Response, StatusCode, Uri, body::Incoming, header};
use platform::chain;

use self::{
    client::Client,
    target::{Target, TargetError},
};

mod address;
mod client;
mod target;

/// One attempt, from connecting to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(10);

/// What is read of an answer. Real ones are a word or two.
const ANSWER_BYTES: usize = 64 << 10;

const ATTEMPTS: u32 = 3;

/// The longest pause that a destination can ask for with `Retry-After`; beyond it the queue is the
/// better place to wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A webhook that has not taken the notification. It never shows the path of the URL, which is
/// often the secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebhookError {
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("no TLS client could be made")]
    Tls(#[from] rustls::Error),
    #[error("{host} answered {status}")]
    Refused { host: String, status: StatusCode },
    #[error("{host} did not answer: {reason}")]
    NoAnswer { host: String, reason: String },
    #[error("{host} did not finish its answer within {} seconds and {ANSWER_BYTES} bytes", ATTEMPT.as_secs())]
    EndlessAnswer { host: String },
}

/// Whether another attempt can do better, and when.
enum Next {
    Retry(Option<Duration>),
    GiveUp,
}

/// Webhooks and the connections to them, which are opened on the first notification.
#[derive(Debug)]
pub(crate) struct Webhooks {
    private_hosts: Vec<String>,
    public: OnceLock<Client>,
    private: OnceLock<Client>,
}

impl Webhooks {
    /// `private_hosts` lists, as `host:port`, what may be reached in private networks and without
    /// TLS.
    pub(crate) fn new(private_hosts: Vec<String>) -> Self {
        Self { private_hosts, public: OnceLock::new(), private: OnceLock::new() }
    }

    /// Posts the body, with the key by which the receiver can recognise a repeat. Only 429, 5xx and
    /// failures of the connection are tried again.
    pub(crate) async fn post(
        &self,
        url: &str,
        idempotency_key: &str,
        body: &str,
    ) -> Result<(), WebhookError> {
        let target = Target::parse(url, &self.private_hosts)?;
        let client = if target.is_private {
            made(&self.private, Client::unrestricted)?
        } else {
            made(&self.public, Client::public_https)?
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let (error, next) = match self.attempt(client, &target, idempotency_key, body).await {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            match next {
                Next::Retry(asked)
                    if attempt < ATTEMPTS && asked.is_none_or(|pause| pause <= LONGEST_PAUSE) =>
                {
                    tokio::time::sleep(asked.unwrap_or_else(|| jitter(attempt))).await;
                }
                Next::Retry(_) | Next::GiveUp => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        client: &Client,
        target: &Target,
        idempotency_key: &str,
        body: &str,
    ) -> Result<(), (WebhookError, Next)> {
        let host = || target.host.clone();
        let no_answer =
            |reason: String| (WebhookError::NoAnswer { host: host(), reason }, Next::Retry(None));
        let request = request(&target.uri, idempotency_key, body)
            .map_err(|error| no_answer(error.to_string()))?;
        let exchange = async {
            let response =
                client.request(request).await.map_err(|error| no_answer(chain(&error)))?;
            let outcome = judged(&response, &target.host);
            let answer = Limited::new(response.into_body(), ANSWER_BYTES).collect().await;
            match (outcome, answer) {
                (Ok(()), Err(_)) => {
                    Err((WebhookError::EndlessAnswer { host: host() }, Next::Retry(None)))
                }
                (outcome, _) => outcome,
            }
        };
        tokio::time::timeout(ATTEMPT, exchange).await.unwrap_or_else(|_| {
            Err((WebhookError::EndlessAnswer { host: host() }, Next::Retry(None)))
        })
    }
}

/// The client, made on first use.
fn made(
    client: &OnceLock<Client>,
    make: fn() -> Result<Client, rustls::Error>,
) -> Result<&Client, rustls::Error> {
    match client.get() {
        Some(client) => Ok(client),
        None => make().map(|made| client.get_or_init(|| made)),
    }
}

fn request(
    uri: &Uri,
    idempotency_key: &str,
    body: &str,
) -> Result<Request<Full<Bytes>>, impl Error> {
    Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("guardsift/", env!("CARGO_PKG_VERSION")))
        .header("idempotency-key", idempotency_key)
        .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
}

/// Only 2xx is taken. A redirect is refused like any other answer: what the rules name is where the
/// finding goes.
fn judged(response: &Response<Incoming>, host: &str) -> Result<(), (WebhookError, Next)> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let next = if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        let asked = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        Next::Retry(asked.map(Duration::from_secs))
    } else {
        Next::GiveUp
    };
    Err((WebhookError::Refused { host: host.to_owned(), status }, next))
}

/// Full jitter over 400, 800 … ms.
fn jitter(attempt: u32) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(attempt) % (200_u64 << attempt.clamp(1, 6)))
}

#[cfg(test)]
mod tests;
