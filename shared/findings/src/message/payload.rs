//! What a destination that reads JSON wants to read: guardsift's own shape, the finding as it came, or an OCSF event.

use std::borrow::Cow;

use super::Notification;
use crate::{Finding, ocsf};

/// The shapes of a body. Destinations made for people have one of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Payload {
    /// `guardsift.notification/v1`.
    #[default]
    Guardsift,
    /// The finding's own JSON, byte for byte as it came.
    Raw,
    /// An OCSF Detection Finding.
    Ocsf,
}

impl Payload {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Guardsift, Self::Raw, Self::Ocsf];

    /// Its name in a rule file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guardsift => "guardsift",
            Self::Raw => "raw",
            Self::Ocsf => "ocsf",
        }
    }

    /// The body in at most `limit` bytes, if that is 192 KiB or more. JSON can't be cut, so a
    /// finding that is larger is told in guardsift's shape, which never is.
    pub fn body(self, finding: &Finding, notification: &Notification<'_>, limit: usize) -> String {
        let other = match self {
            Self::Guardsift => None,
            Self::Raw => Some(finding.raw().to_owned()),
            Self::Ocsf => Some(ocsf::detection_finding(finding).to_string()),
        };
        let fits = |body: &String| transportable(body).len() <= limit;
        other.filter(fits).unwrap_or_else(|| notification.to_json())
    }
}

/// JSON with nothing in it but the characters that SNS and SQS take: U+FFFE and U+FFFF, which can
/// only stand inside of strings, are escaped there
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>).
pub(super) fn transportable(json: &str) -> Cow<'_, str> {
    if json.contains(['\u{fffe}', '\u{ffff}']) {
        Cow::Owned(json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff"))
    } else {
        Cow::Borrowed(json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::DecisionV1;

    #[test]
    fn a_raw_finding_is_handed_on_byte_for_byte_unless_it_is_too_large() {
        let raw = "{ \"id\":\"f1\",  \"severity\": 5.0, \"new\": [1] }";
        let finding = Finding::parse(raw).unwrap();
        let notification = Notification::new(&finding, DecisionV1::without_rules());
        assert_eq!(Payload::Raw.body(&finding, &notification, 1_000), raw);
        assert!(Payload::Ocsf.body(&finding, &notification, 4_000).contains("\"class_uid\":2004"));
        for (payload, limit) in
            [(Payload::Raw, 40), (Payload::Ocsf, 40), (Payload::Guardsift, 1_000)]
        {
            let body = payload.body(&finding, &notification, limit);
            assert!(body.contains("guardsift.notification/v1"), "{body}");
        }
        // Three bytes that take six on their way.
        let raw = format!("{{\"id\":\"f1\",\"new\":\"{}\"}}", "\u{ffff}".repeat(20));
        let finding = Finding::parse(&raw).unwrap();
        let notification = Notification::new(&finding, DecisionV1::without_rules());
        assert_eq!(Payload::Raw.body(&finding, &notification, 150), raw);
        assert_ne!(Payload::Raw.body(&finding, &notification, 100), raw);
    }

    #[test]
    fn what_no_queue_takes_is_escaped_and_says_the_same() {
        let json = serde_json::json!({"a": "x\u{ffff}y\u{fffe}\u{fffd}"}).to_string();
        let sent = transportable(&json);
        assert!(!sent.contains(['\u{fffe}', '\u{ffff}']));
        let [before, after] =
            [&json, &*sent].map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(before, after);
    }
}
