//! One notification to one destination, in the way of its kind.

use bytes::Bytes;
use findings::{
    Destination, DestinationKind,
    message::{Message, Payload},
};
use platform::{Deadline, Metrics, aws::Aws};

use crate::{
    https::{Hosts, Https, Post},
    refusal::{Refusal, RefusalKind},
    secret::{Secret, Secrets},
    told::Telling,
};

mod event_bus;
mod pagerduty;
mod slack;
mod sns;
mod sqs;
mod teams;
mod webhook;

/// Where Slack's and PagerDuty's APIs are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Apis {
    /// `https://slack.com/api`
    pub(crate) slack: String,
    /// `https://events.pagerduty.com/v2/enqueue`
    pub(crate) pagerduty: String,
}

/// The ways out.
#[derive(Debug)]
pub(crate) struct Senders<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) https: &'a Https,
    pub(crate) secrets: &'a Secrets,
    pub(crate) apis: &'a Apis,
    pub(crate) metrics: &'a Metrics,
    pub(crate) deadline: Deadline,
}

/// What is sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parcel<'a> {
    pub(crate) message: &'a Message<'a>,
    pub(crate) telling: &'a Telling,
    /// The reason why another destination did not take it stands in guardsift's own shape only.
    pub(crate) is_fallback: bool,
}

/// What a destination says about a message it took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The message, for others to answer to.
    pub(crate) thread: Option<String>,
}

impl Parcel<'_> {
    fn key(&self) -> &str {
        &self.message.notification().version_key
    }

    fn body(&self, payload: Payload, limit: usize) -> String {
        let payload = if self.is_fallback { Default::default() } else { payload };
        self.message.body(payload, limit)
    }
}

impl Senders<'_> {
    /// Sends, with attempts as long as there is time. A secret that is refused is read again once.
    pub(crate) async fn send(
        &self,
        destination: &Destination,
        parcel: Parcel<'_>,
    ) -> Result<Sent, Refusal> {
        let limit = self.deadline.remaining().mul_f64(0.9);
        tokio::time::timeout(limit, self.dispatch(destination, parcel))
            .await
            .unwrap_or_else(|_| Err(Refusal::later(None, "there was no time left for an answer")))
    }

    async fn dispatch(
        &self,
        destination: &Destination,
        parcel: Parcel<'_>,
    ) -> Result<Sent, Refusal> {
        match &destination.kind {
            DestinationKind::Sns { topic_arn, payload } => {
                sns::send(self.aws, topic_arn, *payload, parcel).await
            }
            DestinationKind::Sqs { queue_url, payload } => {
                sqs::send(self.aws, queue_url, *payload, parcel).await
            }
            DestinationKind::EventBridge { bus_arn, payload } => {
                event_bus::send(self.aws, bus_arn, *payload, parcel).await
            }
            DestinationKind::Slack { secret_arn, channel: Some(channel) } => {
                let send = async |token| slack::post(self, &token, channel, parcel).await;
                self.with_secret(secret_arn, send).await
            }
            DestinationKind::Slack { secret_arn, channel: None } => {
                let send = async |url| slack::webhook(self, &url, parcel).await;
                self.with_secret(secret_arn, send).await
            }
            DestinationKind::Teams { secret_arn } => {
                let send = async |url| teams::send(self, &url, parcel).await;
                self.with_secret(secret_arn, send).await
            }
            DestinationKind::PagerDuty { secret_arn } => {
                let send = async |key| pagerduty::send(self, &key, parcel).await;
                self.with_secret(secret_arn, send).await
            }
            DestinationKind::Webhook { url, payload, secret_arn: None } => {
                webhook::send(self, url, *payload, None, parcel).await
            }
            DestinationKind::Webhook { url, payload, secret_arn: Some(arn) } => {
                let send = async |key| webhook::send(self, url, *payload, Some(&key), parcel).await;
                self.with_secret(arn, send).await
            }
        }
    }

    /// To a webhook whose URL is the secret and may lead to these hosts only; returns the body of
    /// the answer.
    async fn to_secret_url(
        &self,
        url: &Secret,
        hosts: Hosts,
        body: &str,
        parcel: Parcel<'_>,
    ) -> Result<Bytes, Refusal> {
        let post = Post {
            url: url.expose(),
            hosts: Some(hosts),
            body,
            idempotency_key: parcel.key(),
            bearer: None,
            signing_key: None,
        };
        self.https.post(post, self.deadline).await
    }

    async fn with_secret(
        &self,
        arn: &str,
        send: impl AsyncFn(Secret) -> Result<Sent, Refusal>,
    ) -> Result<Sent, Refusal> {
        let secret = self.secrets.get(arn, self.metrics).await?;
        match send(secret.clone()).await {
            Err(refusal) if refusal.kind == RefusalKind::Unauthorized => {
                match self.secrets.replaced(arn, &secret).await {
                    Some(other) => send(other).await,
                    None => Err(refusal),
                }
            }
            result => result,
        }
    }
}
