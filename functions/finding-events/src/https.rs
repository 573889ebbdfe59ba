//! A POST over HTTPS: to public addresses only, verified, never following where an answer points.

use std::{
    error::Error,
    hash::{BuildHasher, RandomState},
    io,
    sync::OnceLock,
    time::Duration,
};

use bytes::Bytes;
use findings::message::webhook::{SIGNATURE_VERSION, string_to_sign};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
};
use platform::{Deadline, chain};
use sha2::Sha256;

use self::{client::Client, target::Target};
use crate::{refusal::Refusal, secret::Secret};

mod address;
mod client;
mod target;

pub(crate) use target::Hosts;

/// One attempt, from connecting to the last byte of the answer.
const ATTEMPT: Duration = Duration::from_secs(10);

/// What is read of an answer. Real ones are a few words.
const ANSWER_BYTES: usize = 64 << 10;

const ATTEMPTS: u32 = 3;

/// The longest pause that a destination can ask for with `Retry-After`; beyond it the queue is the
/// better place to wait.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A request, but for what changes from one attempt to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Post<'a> {
    /// Its path and query may be the secret.
    pub(crate) url: &'a str,
    /// Where the URL may lead at all; `None` when a rule's author named it.
    pub(crate) hosts: Option<Hosts>,
    pub(crate) body: &'a str,
    /// By what the receiver can recognise a repeat.
    pub(crate) idempotency_key: &'a str,
    pub(crate) bearer: Option<&'a Secret>,
    /// What the body is signed with.
    pub(crate) signing_key: Option<&'a Secret>,
}

/// HTTPS and the connections that are kept, of which the first is opened by the first request.
#[derive(Debug)]
pub(crate) struct Https {
    private_hosts: Vec<String>,
    public: OnceLock<Client>,
    private: OnceLock<Client>,
}

impl Https {
    /// `private_hosts` lists, as `host:port`, what may be reached in private networks and without
    /// TLS.
    pub(crate) fn new(private_hosts: Vec<String>) -> Self {
        Self { private_hosts, public: OnceLock::new(), private: OnceLock::new() }
    }

    /// Posts, and returns the body of the answer when it was 2xx. Only 408, 429, 5xx and failures
    /// of the connection are tried again, within the deadline.
    pub(crate) async fn post(&self, post: Post<'_>, deadline: Deadline) -> Result<Bytes, Refusal> {
        let target =
            Target::parse(post.url, &self.private_hosts, post.hosts).map_err(Refusal::permanent)?;
        let client = if target.is_private {
            made(&self.private, Client::unrestricted)
        } else {
            made(&self.public, Client::public_https)
        };
        let client = client.map_err(|error| Refusal::later(None, chain(&error)))?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let refusal = match self.attempt(client, &target, post).await {
                Ok(answer) => return Ok(answer),
                Err(refusal) => refusal,
            };
            let Some(asked) = refusal.asked_to_wait() else { return Err(refusal) };
            let pause = asked.unwrap_or_else(|| jitter(attempt));
            // Half of what is left is for the attempt itself.
            if attempt >= ATTEMPTS || pause > LONGEST_PAUSE.min(deadline.remaining() / 2) {
                return Err(refusal);
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        client: &Client,
        target: &Target,
        post: Post<'_>,
    ) -> Result<Bytes, Refusal> {
        let host = &target.host;
        let request =
            request(target, post).map_err(|error| Refusal::permanent(error).of_message())?;
        let exchange = async {
            let response =
                client.request(request).await.map_err(|error| unanswered(host, &error))?;
            judged(&response, host)?;
            let answer = Limited::new(response.into_body(), ANSWER_BYTES).collect().await;
            answer.map(http_body_util::Collected::to_bytes).map_err(|_| endless(host))
        };
        tokio::time::timeout(ATTEMPT, exchange).await.unwrap_or_else(|_| Err(endless(host)))
    }
}

fn endless(host: &str) -> Refusal {
    let seconds = ATTEMPT.as_secs();
    Refusal::later(
        None,
        format!(
            "{host} did not finish its answer within {seconds} seconds and {ANSWER_BYTES} bytes"
        ),
    )
}

/// A name that leads to private addresses will do so again; everything else may pass.
fn unanswered(host: &str, error: &(dyn Error + 'static)) -> Refusal {
    let told = format!("{host} did not answer: {}", chain(error));
    let mut cause = Some(error);
    while let Some(own) = cause {
        let refused = own.downcast_ref::<io::Error>().is_some_and(|own| {
            own.kind() == io::ErrorKind::PermissionDenied && own.raw_os_error().is_none()
        });
        if refused {
            return Refusal::permanent(told);
        }
        cause = own.source();
    }
    Refusal::later(None, told)
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

fn request(target: &Target, post: Post<'_>) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
    let mut request = Request::post(&target.uri)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header(header::USER_AGENT, concat!("guardsift/", env!("CARGO_PKG_VERSION")))
        .header("idempotency-key", post.idempotency_key);
    if let Some(token) = post.bearer {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    if let Some(key) = post.signing_key {
        let at = platform::now();
        let signature = hex::encode(signed(key, &string_to_sign(at, post.body)));
        request = request
            .header("guardsift-timestamp", at.epoch_millis().div_euclid(1_000))
            .header("guardsift-signature", format!("{SIGNATURE_VERSION}={signature}"));
    }
    request.body(Full::new(Bytes::copy_from_slice(post.body.as_bytes())))
}

/// HMAC-SHA256; a key of any length will do.
fn signed(key: &Secret, text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key.expose().as_bytes())
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Only 2xx is taken. A redirect is refused like any other answer: what the rules name is where the
/// finding goes.
fn judged(response: &Response<Incoming>, host: &str) -> Result<(), Refusal> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let told = format!("{host} answered {status}");
    let asked = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    Err(refused(status, asked, told))
}

/// What there is to do about a status that is no success.
pub(crate) fn refused(status: StatusCode, asked: Option<Duration>, told: String) -> Refusal {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Refusal::later(asked, told),
        status if status.is_server_error() => Refusal::later(asked, told),
        // A URL that is a secret is gone once another one took its place.
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::GONE => {
            Refusal::unauthorized(told)
        }
        // A firewall before the destination says this of a message that it does not like.
        StatusCode::FORBIDDEN => Refusal::unauthorized(told).of_message(),
        status if status.is_client_error() => Refusal::permanent(told).of_message(),
        _ => Refusal::permanent(told),
    }
}

/// Full jitter over 400, 800 … ms.
fn jitter(attempt: u32) -> Duration {
    Duration::from_millis(RandomState::new().hash_one(attempt) % (200_u64 << attempt.clamp(1, 6)))
}

#[cfg(test)]
mod tests;
