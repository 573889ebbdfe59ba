//! A message to an SQS queue.

use serde_json::{Value, json};

use super::{Attributes, Notification, payload::transportable, sns::group};

/// A message and its attributes have at most 1 MiB; queues that were set up before have a
/// `MaximumMessageSize` of 262,144 bytes, so that is what is kept to
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
const MESSAGE_BYTES: usize = 262_144;

/// What is left of that for the body when the attributes are as long as they can be.
pub const BODY_BYTES: usize = MESSAGE_BYTES - 16_384;

/// What `SendMessage` is called with, but for the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueMessage {
    /// The body.
    pub body: String,
    /// For receivers that look before they read; at most ten.
    pub attributes: Attributes,
    /// For FIFO queues: the versions of one finding stay in order.
    pub group_id: String,
    /// For FIFO queues: a version is told once.
    pub deduplication_id: String,
}

impl QueueMessage {
    /// A notification with the body that the destination wants.
    pub fn new(notification: &Notification<'_>, body: &str) -> Self {
        Self {
            body: transportable(body).into_owned(),
            attributes: notification.attributes(),
            group_id: group(notification.finding_id()),
            deduplication_id: notification.version_key.clone(),
        }
    }

    /// As the API Reference writes the request.
    pub fn to_json(&self) -> Value {
        json!({ "MessageBody": self.body, "MessageAttributes": self.attributes.to_json() })
    }
}
