//! A message in a queue, and the form in which a receiver gets it.

use std::time::{SystemTime, UNIX_EPOCH};

use s3s::crypto::{Checksum, Md5};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) receives: u32,
    sent_millis: u128,
    first_receive_millis: Option<u128>,
}

/// A message as a receiver sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Received {
    /// The same in every receive.
    pub message_id: String,
    /// What deletes this receive, and only this one.
    pub receipt: String,
    /// The text that was sent.
    pub body: String,
    /// 1 on the first receive.
    pub receive_count: u32,
    sent_millis: u128,
    first_receive_millis: u128,
}

impl Message {
    pub(super) fn new(body: String) -> Self {
        let id = Uuid::new_v4().to_string();
        Self { id, body, receives: 0, sent_millis: epoch_millis(), first_receive_millis: None }
    }

    pub(super) fn receipt(&self) -> String {
        format!("{}.{}.{}", self.id, self.receives, Uuid::new_v4().simple())
    }

    pub(super) fn received(&mut self, receipt: &str) -> Received {
        Received {
            message_id: self.id.clone(),
            receipt: receipt.to_owned(),
            body: self.body.clone(),
            receive_count: self.receives,
            sent_millis: self.sent_millis,
            first_receive_millis: *self.first_receive_millis.get_or_insert_with(epoch_millis),
        }
    }
}

impl Received {
    /// The record of a Lambda event for this message (`services-sqs-event`).
    pub(crate) fn record(&self, queue_arn: &str, region: &str) -> Value {
        json!({
            "messageId": self.message_id,
            "receiptHandle": self.receipt,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": self.receive_count.to_string(),
                "SentTimestamp": self.sent_millis.to_string(),
                "SenderId": "AIDALOCALLOCALLOCAL",
                "ApproximateFirstReceiveTimestamp": self.first_receive_millis.to_string(),
            },
            "messageAttributes": {},
            "md5OfBody": md5(self.body.as_bytes()),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        })
    }
}

fn md5(bytes: &[u8]) -> String {
    let mut hash = Md5::new();
    hash.update(bytes);
    hex::encode(hash.finalize())
}

fn epoch_millis() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis())
}
