//! SNS's `Publish` in the query protocol, as far as a publisher sees it.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use hyper::{Response, StatusCode};
use uuid::Uuid;

use crate::inbox::{Inbox, Notification};

/// A message with its attributes: 256 KiB (API reference, Publish).
const MESSAGE_LIMIT: usize = 256 * 1024;
/// In characters (API reference, Publish).
const SUBJECT_LIMIT: usize = 100;

/// The topics of this machine.
#[derive(Debug)]
pub(crate) struct Topics {
    arns: BTreeSet<String>,
    inbox: Arc<Inbox>,
}

struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Topics {
    /// Topics whose messages go to `inbox`.
    pub(crate) fn new(arns: impl IntoIterator<Item = String>, inbox: Arc<Inbox>) -> Self {
        Self { arns: arns.into_iter().collect(), inbox }
    }

    /// Answers a request with a form as its body.
    pub(crate) fn handle(&self, form: &[u8]) -> Response<Bytes> {
        let fields: BTreeMap<String, String> = form_urlencoded::parse(form).into_owned().collect();
        let result = match fields.get("Action").map(String::as_str) {
            Some("Publish") => self.publish(&fields),
            action => {
                Err(invalid("InvalidAction", format!("this machine knows Publish, not {action:?}")))
            }
        };
        match result {
            Ok(message_id) => xml(
                StatusCode::OK,
                &format!(
                    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                     <MessageId>{message_id}</MessageId></PublishResult><ResponseMetadata>\
                     <RequestId>{}</RequestId></ResponseMetadata></PublishResponse>",
                    Uuid::new_v4()
                ),
            ),
            Err(refusal) => xml(
                refusal.status,
                &format!(
                    "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type>\
                     <Code>{}</Code><Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
                    refusal.code,
                    escape(&refusal.message),
                    Uuid::new_v4()
                ),
            ),
        }
    }

    fn publish(&self, fields: &BTreeMap<String, String>) -> Result<Uuid, Refusal> {
        let arn = fields.get("TopicArn").or_else(|| fields.get("TargetArn"));
        let arn = arn.filter(|arn| self.arns.contains(*arn)).ok_or_else(|| Refusal {
            status: StatusCode::NOT_FOUND,
            code: "NotFound",
            message: "Topic does not exist".into(),
        })?;
        let body = fields.get("Message").filter(|body| !body.is_empty());
        let body = body.ok_or_else(|| {
            invalid("InvalidParameter", "Invalid parameter: Empty message".into())
        })?;
        let attributes = attributes(fields)?;
        let size = body.len()
            + attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if size > MESSAGE_LIMIT {
            return Err(invalid("InvalidParameter", "Invalid parameter: Message too long".into()));
        }
        let subject = fields.get("Subject").cloned();
        if subject.as_deref().is_some_and(|subject| !is_subject(subject)) {
            return Err(invalid("InvalidParameter", "Invalid parameter: Subject".into()));
        }
        let version_key = attributes.get("version_key").cloned();
        let notification = Notification {
            destination: arn.clone(),
            version_key,
            subject,
            attributes,
            body: body.clone(),
        };
        self.inbox.keep(notification).map_err(|error| Refusal {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "InternalError",
            message: error.to_string(),
        })?;
        Ok(Uuid::new_v4())
    }
}

/// `MessageAttributes.entry.N.Name`, `.Value.DataType` and `.Value.StringValue`, N from 1 without a gap.
fn attributes(fields: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Refusal> {
    let mut attributes = BTreeMap::new();
    for number in 1.. {
        let field = |name: &str| fields.get(&format!("MessageAttributes.entry.{number}.{name}"));
        let Some(name) = field("Name") else { break };
        let kind = field("Value.DataType")
            .filter(|kind| kind.starts_with("String") || kind.starts_with("Number"));
        let (Some(_), Some(value)) =
            (kind, field("Value.StringValue").filter(|value| !value.is_empty()))
        else {
            let message = format!(
                "The message attribute '{name}' must have a type and a value that is not empty"
            );
            return Err(invalid("ParameterValueInvalid", message));
        };
        attributes.insert(name.clone(), value.clone());
    }
    Ok(attributes)
}

/// ASCII text without line breaks or control characters, not longer than the limit.
fn is_subject(subject: &str) -> bool {
    (1..=SUBJECT_LIMIT).contains(&subject.len())
        && subject.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic())
}

fn invalid(code: &'static str, message: String) -> Refusal {
    Refusal { status: StatusCode::BAD_REQUEST, code, message }
}

fn xml(status: StatusCode, body: &str) -> Response<Bytes> {
    let response = Response::builder().status(status).header("content-type", "text/xml");
    response.body(Bytes::copy_from_slice(body.as_bytes())).unwrap_or_default()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:sns:us-east-1:111122223333:topic";

    fn publish(fields: &[(&str, &str)]) -> (StatusCode, String, Vec<Notification>) {
        let folder = tempfile::tempdir().unwrap();
        let inbox = Arc::new(Inbox::create(&folder.path().join("notifications.jsonl")).unwrap());
        let topics = Topics::new([ARN.to_owned()], Arc::clone(&inbox));
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (head, body) = topics.handle(form.as_bytes()).into_parts();
        (head.status, String::from_utf8(body.to_vec()).unwrap(), inbox.notifications())
    }

    #[test]
    fn a_published_message_arrives_with_its_attributes() {
        let (status, answer, received) = publish(&[
            ("Action", "Publish"),
            ("TopicArn", ARN),
            ("Message", "a & b"),
            ("MessageAttributes.entry.1.Name", "version_key"),
            ("MessageAttributes.entry.1.Value.DataType", "String"),
            ("MessageAttributes.entry.1.Value.StringValue", "abc"),
        ]);
        assert_eq!(status, StatusCode::OK);
        assert!(answer.contains("<MessageId>"), "{answer}");
        assert_eq!(
            (received[0].body.as_str(), received[0].version_key.as_deref()),
            ("a & b", Some("abc"))
        );
    }

    #[test]
    fn an_unknown_topic_and_a_forged_subject_are_refused() {
        let (status, answer, received) =
            publish(&[("Action", "Publish"), ("TopicArn", "arn:x"), ("Message", "m")]);
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(answer.contains("<Code>NotFound</Code>") && received.is_empty());
        let fields =
            [("Action", "Publish"), ("TopicArn", ARN), ("Message", "m"), ("Subject", "two\nlines")];
        assert_eq!(publish(&fields).0, StatusCode::BAD_REQUEST);
    }
}
