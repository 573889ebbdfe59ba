//! An entry of `PutEvents`: a notification on an EventBridge bus.

use serde_json::{Value, json};

use super::{Notification, payload::transportable};

/// Who speaks. Rules match it; `aws.` is reserved.
pub const SOURCE: &str = "guardsift";

/// What is said. Another shape of body keeps it, since a rule's pattern tells by the body.
pub const DETAIL_TYPE: &str = "GuardDuty Finding Notification";

/// An entry has at most 256 KB, counted as
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html> says. Larger
/// ones are taken in some Regions; the smaller number holds in all.
const ENTRY_BYTES: usize = 262_144;

/// What is left of that for the detail beside source, type, time and resource.
pub const DETAIL_BYTES: usize = ENTRY_BYTES - 4_096;

/// Longest resource that is named: no ARN that AWS makes is longer (IAM User Guide, "ARN format").
const RESOURCE: usize = 2_048;

/// One entry, but for the bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The JSON object that rules match and targets receive.
    pub detail: String,
    /// The finding's ARN, if it has one.
    pub resources: Vec<String>,
}

impl Entry {
    /// A notification with the body that the destination wants.
    pub fn new(notification: &Notification<'_>, body: &str) -> Self {
        let arn = notification.finding_arn().filter(|arn| arn.len() <= RESOURCE);
        // A target may be a queue.
        let detail = transportable(body).into_owned();
        Self { detail, resources: arn.map(str::to_owned).into_iter().collect() }
    }

    /// The size that EventBridge counts, without a time.
    pub fn bytes(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        SOURCE.len() + DETAIL_TYPE.len() + self.detail.len() + resources
    }

    /// As the API Reference writes it.
    pub fn to_json(&self) -> Value {
        json!({
            "Source": SOURCE,
            "DetailType": DETAIL_TYPE,
            "Detail": self.detail,
            "Resources": self.resources,
        })
    }
}
