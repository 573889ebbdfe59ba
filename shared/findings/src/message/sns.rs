//! A message to an SNS topic.

use serde_json::{Value, json};

use super::{Attributes, Notification, payload::transportable};

/// A message and its attributes have at most 262,144 bytes
/// (<https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>).
const MESSAGE_BYTES: usize = 262_144;

/// What is left of that for the body when the attributes are as long as they can be.
pub const BODY_BYTES: usize = MESSAGE_BYTES - 16_384;

/// A message group id takes 128 letters, digits and punctuation marks, as does the id by which
/// SNS and SQS recognise repeats.
const GROUP: usize = 128;

/// What `Publish` is called with, but for the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// One line of at most 100 printable ASCII characters.
    pub subject: String,
    /// The body.
    pub message: String,
    /// For the filter policies of subscriptions.
    pub attributes: Attributes,
    /// For FIFO topics: the versions of one finding stay in order.
    pub group_id: String,
    /// For FIFO topics: a version is told once.
    pub deduplication_id: String,
}

impl Publication {
    /// A notification with the body that the destination wants.
    pub fn new(notification: &Notification<'_>, body: &str) -> Self {
        Self {
            subject: notification.subject(),
            message: transportable(body).into_owned(),
            attributes: notification.attributes(),
            group_id: group(notification.finding_id()),
            deduplication_id: notification.version_key.clone(),
        }
    }

    /// As the API Reference writes the request.
    pub fn to_json(&self) -> Value {
        json!({
            "Subject": self.subject,
            "Message": self.message,
            "MessageAttributes": self.attributes.to_json(),
        })
    }
}

/// The group of a finding in a FIFO topic or queue.
pub(super) fn group(finding_id: &str) -> String {
    let plain: String = finding_id.chars().filter(char::is_ascii_graphic).take(GROUP).collect();
    if plain.is_empty() { "finding".to_owned() } else { plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Finding, message::DecisionV1};

    #[test]
    fn attributes_are_for_filter_policies_and_absent_where_the_finding_has_nothing() {
        let finding = Finding::parse(r#"{"id":"f1","accountId":"111122223333","type":"Recon:EC2/Portscan","severity":8.5,"region":""}"#).unwrap();
        let notification = Notification::new(&finding, DecisionV1::without_rules());
        let publication = Publication::new(&notification, "{}");
        let attributes: Vec<_> = publication.attributes.iter().collect();
        let names: Vec<_> = attributes.iter().map(|own| own.name).collect();
        assert_eq!(
            names,
            ["severity", "severity_level", "finding_type", "account_id", "version_key"]
        );
        assert_eq!((attributes[0].data_type, &*attributes[0].value), ("Number", "8.5"));
        assert_eq!((attributes[1].data_type, &*attributes[1].value), ("String", "high"));
    }

    #[test]
    fn a_group_is_made_of_what_sns_takes() {
        assert_eq!(
            group(&format!("a b\u{7}ö{}", "c".repeat(200))),
            format!("ab{}", "c".repeat(126))
        );
        assert_eq!(group("測試"), "finding");
    }
}
