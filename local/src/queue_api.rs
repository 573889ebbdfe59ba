//! SQS's API as far as the functions call it: messages to queues of others, and time for their own.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::inbox::{Inbox, Notification};
use crate::json_call::JsonError;
use crate::queue::Queue;

/// A message with its attributes (API reference, `SendMessage`).
const MESSAGE_LIMIT: usize = 1024 * 1024;
/// Twelve hours in seconds (API reference, `ChangeMessageVisibility`).
const LONGEST_HIDDEN: u64 = 43_200;
/// As many attributes as a message may have.
const ATTRIBUTES: usize = 10;

/// The queues behind the front door.
#[derive(Debug)]
pub(crate) struct QueueApi {
    /// Those that feed the functions.
    pub(crate) own: Vec<Arc<Queue>>,
    /// Every other queue exists, and its messages end here.
    pub(crate) inbox: Arc<Inbox>,
}

impl QueueApi {
    pub(crate) fn handle(&self, operation: &str, input: &Value) -> Result<Value, JsonError> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
        match operation {
            "SendMessage" => self.send(text("QueueUrl"), text("MessageBody"), input),
            "ChangeMessageVisibility" => {
                let seconds = input.get("VisibilityTimeout").and_then(Value::as_u64);
                let seconds = seconds.filter(|own| *own <= LONGEST_HIDDEN).ok_or_else(|| {
                    let message = "VisibilityTimeout is a number of seconds from 0 to 43200.";
                    JsonError::bad_request("InvalidParameterValue", message)
                })?;
                let time = Duration::from_secs(seconds);
                match self
                    .own(text("QueueUrl"))
                    .is_some_and(|own| own.hide(text("ReceiptHandle"), time))
                {
                    true => Ok(json!({})),
                    false => Err(JsonError::bad_request(
                        "ReceiptHandleIsInvalid",
                        "The input receipt handle is invalid.",
                    )),
                }
            }
            other => Err(JsonError::bad_request(
                "InvalidAction",
                format!("this machine knows SendMessage and ChangeMessageVisibility, not {other}"),
            )),
        }
    }

    /// The queue of a function, by the last part of its URL.
    fn own(&self, url: &str) -> Option<&Arc<Queue>> {
        let name = url.rsplit('/').next().unwrap_or_default();
        self.own.iter().find(|own| own.arn().ends_with(&format!(":{name}")))
    }

    fn send(&self, url: &str, body: &str, input: &Value) -> Result<Value, JsonError> {
        let invalid = |message: &str| JsonError::bad_request("InvalidParameterValue", message);
        let none = Map::new();
        let attributes = input.get("MessageAttributes").and_then(Value::as_object).unwrap_or(&none);
        let attributes: BTreeMap<String, String> = attributes
            .iter()
            .filter_map(|(name, value)| {
                Some((name.clone(), value.get("StringValue")?.as_str()?.to_owned()))
            })
            .collect();
        let is_valid = |letter: char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        if body.is_empty() || body.len() > MESSAGE_LIMIT || !body.chars().all(is_valid) {
            return Err(invalid("the message is empty, too long, or holds what XML does not"));
        }
        if attributes.len() > ATTRIBUTES || attributes.values().any(String::is_empty) {
            return Err(invalid("more than ten attributes, or an empty one"));
        }
        if let Some(queue) = self.own(url) {
            let id = queue.send(body);
            return Ok(json!({"MessageId": id, "MD5OfMessageBody": ""}));
        }
        let kept = self.inbox.keep(Notification {
            destination: url.to_owned(),
            version_key: attributes.get("version_key").cloned(),
            subject: None,
            attributes,
            body: body.to_owned(),
        });
        kept.map_err(|error| invalid(&error.to_string()))?;
        Ok(json!({"MessageId": Uuid::new_v4().to_string(), "MD5OfMessageBody": ""}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::QueueSettings;

    #[tokio::test]
    async fn a_message_is_hidden_for_twelve_hours_at_the_most() {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Arc::new(Inbox::create(&folder.path().join("notifications.jsonl")).unwrap());
        let own = Arc::new(Queue::new(QueueSettings {
            arn: "arn:aws:sqs:us-east-1:111122223333:q".to_owned(),
            visibility: Duration::from_secs(30),
            redrive: None,
        }));
        own.send("body");
        let receipt = own.receive(1).await.remove(0).receipt;
        let api = QueueApi { own: vec![own], inbox };
        let hide = |seconds: Value| {
            let input = json!({
                "QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q",
                "ReceiptHandle": receipt,
                "VisibilityTimeout": seconds,
            });
            api.handle("ChangeMessageVisibility", &input).map_err(|error| error.code)
        };
        assert_eq!(hide(json!(LONGEST_HIDDEN)), Ok(json!({})));
        for seconds in [json!(LONGEST_HIDDEN + 1), json!(u64::MAX), json!(-1), Value::Null] {
            assert_eq!(hide(seconds.clone()), Err("InvalidParameterValue"), "{seconds}");
        }
    }
}
