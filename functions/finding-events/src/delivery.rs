//! One notification to one destination: claim, send, remember.

use findings::{Destination, DestinationKind, message::Notification};
use platform::{Metrics, aws::Aws, chain};
use tracing::{info, warn};

use crate::{
    claim::{Claim, Claims},
    sns::{self, SnsError},
    webhook::{WebhookError, Webhooks},
};

/// A destination that has not been told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("destination {destination}")]
    Sns {
        destination: String,
        #[source]
        source: SnsError,
    },
    #[error("destination {destination}")]
    Webhook {
        destination: String,
        #[source]
        source: WebhookError,
    },
    #[error(
        "destination {destination} is being told by another invocation, or by one that crashed; tried again when its claim is over"
    )]
    Busy { destination: String },
    #[error("destination {destination}: nothing can be sent to {kind} yet")]
    Unknown { destination: String, kind: &'static str },
}

/// The ways out.
#[derive(Debug)]
pub(crate) struct Deliveries<'a> {
    pub(crate) aws: &'a Aws,
    pub(crate) webhooks: &'a Webhooks,
    pub(crate) claims: Claims<'a>,
    pub(crate) metrics: &'a Metrics,
}

impl Deliveries<'_> {
    /// Tells the destination, unless it has been told of this version already.
    ///
    /// Between the sending and the remembering lies a gap that no order of steps closes for a
    /// destination without keys: a repeat is chosen over a loss, and each carries the same version
    /// key. For the same reason a marker that cannot be read or written does not stop a delivery.
    pub(crate) async fn deliver(
        &self,
        destination: &Destination,
        notification: &Notification<'_>,
        body: &str,
    ) -> Result<(), DeliveryError> {
        let name = destination.name.as_str();
        let held = match self.claims.claim(name, &notification.version_key).await {
            Ok(Claim::Ours(held)) => Some(held),
            Ok(Claim::Sent) => {
                self.metrics.count("NotificationsAlreadySent", 1);
                return Ok(());
            }
            Ok(Claim::Busy) => return Err(DeliveryError::Busy { destination: name.to_owned() }),
            Err(error) => {
                self.metrics.count("DedupeUnavailable", 1);
                warn!(
                    destination = name,
                    dedupe = "unavailable",
                    error = chain(&error),
                    "delivered without a marker"
                );
                None
            }
        };
        let sent = self.send(destination, notification, body).await;
        if let Some(held) = held {
            let remembered = match &sent {
                Ok(()) => self.claims.sent(&held).await,
                Err(_) => self.claims.released(&held).await,
            };
            if let Err(error) = remembered {
                self.metrics.count("DedupeUnavailable", 1);
                warn!(
                    destination = name,
                    error = chain(&error),
                    "the marker could not be written; the notification may be repeated"
                );
            }
        }
        match &sent {
            Ok(()) => {
                self.metrics.count("NotificationsSent", 1);
                info!(
                    destination = name,
                    version_key = notification.version_key,
                    "notification sent"
                );
            }
            Err(_) => self.metrics.count("NotificationsFailed", 1),
        }
        sent
    }

    async fn send(
        &self,
        destination: &Destination,
        notification: &Notification<'_>,
        body: &str,
    ) -> Result<(), DeliveryError> {
        let name = || destination.name.clone();
        match &destination.kind {
            DestinationKind::Sns { topic_arn, .. } => {
                sns::publish(self.aws, topic_arn, notification, body)
                    .await
                    .map_err(|source| DeliveryError::Sns { destination: name(), source })
            }
            DestinationKind::Webhook { url, .. } => self
                .webhooks
                .post(url, &notification.version_key, body)
                .await
                .map_err(|source| DeliveryError::Webhook { destination: name(), source }),
            other => {
                let kind = other.as_str();
                Err(DeliveryError::Unknown { destination: name(), kind })
            }
        }
    }
}
