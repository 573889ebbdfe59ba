//! What Lambda hands to a function: a batch of SQS messages, or one bare event.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::BatchReply;

/// The payload of one invocation.
#[derive(Debug)]
pub enum Invocation {
    /// An event source mapping delivered SQS messages.
    Batch(Batch),
    /// Anything else: the event itself, from a rule target or a direct invocation.
    Single(String),
}

/// The SQS messages of one invocation. At most 10,000, and 6 MB in all
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>).
#[derive(Debug)]
pub struct Batch {
    messages: Vec<Message>,
}

/// One SQS message. Its id is known, its body may still be unusable.
#[derive(Debug)]
pub struct Message {
    /// Names the message in the reply; says nothing about its content.
    pub id: String,
    /// The body, or why there is none. A malformed message fails alone.
    pub body: Result<String, MessageError>,
    /// How often SQS has handed the message out, this time included.
    pub receive_count: Option<u32>,
    /// By what SQS knows that it is us who have it.
    pub receipt: Option<Receipt>,
}

/// Names one handing out of a message, for calls about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// `receiptHandle`.
    pub handle: String,
    /// `eventSourceARN`: the queue.
    pub queue_arn: String,
}

/// A message whose id is readable and whose rest is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the SQS message {id} has no usable body: {reason}")]
pub struct MessageError {
    id: String,
    reason: String,
}

/// A batch that cannot be answered message by message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The reply names messages by id, so without one only the whole batch can fail.
    #[error(
        "record {index} of {count} in the SQS batch has no messageId, so it cannot be reported alone: the whole batch fails"
    )]
    Unnamed {
        /// Position in `Records`, from 0.
        index: usize,
        /// How many records the batch holds.
        count: usize,
    },
}

/// Fields are read in two steps, so that a broken body never hides the id.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow, rename = "messageId")]
    message_id: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventSource")]
    event_source: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Content {
    body: String,
    #[serde(default)]
    attributes: Option<Attributes>,
    #[serde(default, rename = "receiptHandle")]
    receipt_handle: Option<String>,
    #[serde(default, rename = "eventSourceARN")]
    queue_arn: Option<String>,
}

#[derive(Deserialize)]
struct Attributes {
    #[serde(rename = "ApproximateReceiveCount")]
    receive_count: Option<String>,
}

#[derive(Deserialize)]
struct Records<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<&'a RawValue>,
}

impl Invocation {
    /// Recognises a batch by its records: one that names SQS as its source or carries a message id
    /// makes all of them messages. S3 and SNS notifications have `Records` too, and have neither.
    pub fn parse(payload: &str) -> Result<Self, EnvelopeError> {
        let records = match serde_json::from_str::<Records<'_>>(payload) {
            Ok(Records { records }) if payload.trim_start().starts_with('{') => records,
            _ => return Ok(Self::Single(payload.to_owned())),
        };
        let named: Vec<_> = records
            .iter()
            .map(|record| serde_json::from_str::<Named<'_>>(record.get()).ok())
            .collect();
        if !records.is_empty() && !named.iter().flatten().any(Named::is_message) {
            return Ok(Self::Single(payload.to_owned()));
        }
        let count = records.len();
        let messages = records
            .iter()
            .zip(named)
            .enumerate()
            .map(|(index, (record, named))| {
                let id = named
                    .and_then(|named| named.id())
                    .ok_or(EnvelopeError::Unnamed { index, count })?;
                Ok(Message::parse(id, record.get()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self::Batch(Batch { messages }))
    }
}

impl Batch {
    /// The messages, in the order of the batch; a position here is what [`BatchReply`] takes.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// A reply in which no message is done yet.
    pub fn reply(&self) -> BatchReply {
        BatchReply::nothing_done(self.messages.iter().map(|message| message.id.clone()))
    }
}

impl Named<'_> {
    fn is_message(&self) -> bool {
        let source = self.event_source.and_then(text);
        source.as_deref() == Some("aws:sqs") || self.message_id.is_some()
    }

    fn id(&self) -> Option<String> {
        self.message_id.and_then(text).filter(|id| !id.is_empty())
    }
}

impl Message {
    fn parse(id: String, record: &str) -> Self {
        match serde_json::from_str::<Content>(record) {
            Ok(content) => Self {
                id,
                body: Ok(content.body),
                receive_count: content
                    .attributes
                    .and_then(|attributes| attributes.receive_count)
                    .and_then(|count| count.parse().ok()),
                receipt: content
                    .receipt_handle
                    .zip(content.queue_arn)
                    .map(|(handle, queue_arn)| Receipt { handle, queue_arn }),
            },
            Err(error) => Self {
                body: Err(MessageError { id: id.clone(), reason: error.to_string() }),
                id,
                receive_count: None,
                receipt: None,
            },
        }
    }
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(payload: &str) -> Batch {
        match Invocation::parse(payload).unwrap() {
            Invocation::Batch(batch) => batch,
            Invocation::Single(event) => panic!("taken for a bare event: {event}"),
        }
    }

    fn is_single(payload: &str) -> bool {
        matches!(Invocation::parse(payload), Ok(Invocation::Single(event)) if event == payload)
    }

    #[test]
    fn a_message_without_a_body_fails_alone() {
        let batch = batch(
            r#"{"Records":[
                {"messageId":"a","body":"{}","eventSource":"aws:sqs","attributes":{"ApproximateReceiveCount":"3"}},
                {"messageId":"b","eventSource":"aws:sqs"},
                {"messageId":"c","body":7,"eventSource":"aws:sqs"},
                {"messageId":"d","body":"1","body":"2","eventSource":"aws:sqs"},
                {"messageId":"e","body":"x"}]}"#,
        );
        let bodies: Vec<_> = batch.messages().iter().map(|m| m.body.as_deref().ok()).collect();
        assert_eq!(bodies, [Some("{}"), None, None, None, Some("x")]);
        assert_eq!(batch.messages()[0].receive_count, Some(3));
        let error = batch.messages()[1].body.clone().unwrap_err().to_string();
        assert!(error.contains("message b") && error.contains("body"), "{error}");
    }

    #[test]
    fn a_message_without_an_id_fails_the_batch() {
        for record in
            [r#"{"body":"x"}"#, r#"{"messageId":"","body":"x"}"#, r#"{"messageId":7}"#, "3", "null"]
        {
            let payload = format!(r#"{{"Records":[{{"messageId":"a","body":"x"}},{record}]}}"#);
            assert_eq!(
                Invocation::parse(&payload).unwrap_err(),
                EnvelopeError::Unnamed { index: 1, count: 2 },
                "{record}"
            );
        }
    }

    #[test]
    fn notifications_of_other_services_are_bare_events() {
        assert!(is_single(r#"{"Records":[{"eventSource":"aws:s3","s3":{}}]}"#));
        assert!(is_single(r#"{"Records":[{"EventSource":"aws:sns","Sns":{"MessageId":"x"}}]}"#));
        assert!(is_single(r#"{"detail-type":"GuardDuty Finding"}"#));
    }

    #[test]
    fn a_payload_of_any_shape_is_at_least_a_bare_event() {
        for payload in ["[[]]", "null", "3", r#"{"Records":7}"#, r#"{"Records":{}}"#, "[]"] {
            assert!(is_single(payload), "{payload}");
        }
    }

    #[test]
    fn an_empty_batch_is_a_batch() {
        assert!(batch(r#"{"Records":[]}"#).messages().is_empty());
    }
}
