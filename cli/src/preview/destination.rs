//! The destinations that can be previewed, and the body that each would receive.

use clap::ValueEnum;
use findings::message::{Message, Payload, event_bus, pagerduty, slack, sns, sqs, teams, webhook};
use serde_json::Value;

use crate::printable::json_text;

/// Stands for the key that only the function knows.
const ROUTING_KEY: &str = "YOUR-PAGERDUTY-ROUTING-KEY";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    /// An incoming webhook of Slack
    Slack,
    /// A webhook of the Workflows app in Microsoft Teams
    Teams,
    /// PagerDuty's Events API v2
    Pagerduty,
    /// An SNS topic
    Sns,
    /// An SQS queue
    Sqs,
    /// An EventBridge bus
    Eventbridge,
    /// An HTTPS endpoint of your own
    Webhook,
}

impl To {
    /// How the page calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Slack => "Slack",
            Self::Teams => "Microsoft Teams",
            Self::Pagerduty => "PagerDuty",
            Self::Sns => "Amazon SNS",
            Self::Sqs => "Amazon SQS",
            Self::Eventbridge => "Amazon EventBridge",
            Self::Webhook => "a webhook",
        }
    }
}

/// The body that would be sent. Where another service wraps it, as its API writes the request.
pub(crate) fn body(to: To, payload: Payload, message: &Message<'_>) -> Value {
    let notification = message.notification();
    let sized = |limit| message.body(payload, limit);
    match to {
        To::Slack => slack::webhook(message),
        To::Teams => teams::workflow(message),
        To::Pagerduty => pagerduty::event(message, ROUTING_KEY),
        To::Sns => sns::Publication::new(notification, &sized(sns::BODY_BYTES)).to_json(),
        To::Sqs => sqs::QueueMessage::new(notification, &sized(sqs::BODY_BYTES)).to_json(),
        To::Eventbridge => {
            event_bus::Entry::new(notification, &sized(event_bus::DETAIL_BYTES)).to_json()
        }
        To::Webhook => {
            let text = sized(webhook::BODY_BYTES);
            // A number that no reader of ours can hold is no reason not to show the rest.
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
    }
}

/// The body for a terminal or a page: what could move a cursor or turn the reading direction, an
/// attacker's text in a raw finding, is escaped as JSON escapes it.
pub(crate) fn pretty(body: &Value) -> Result<String, serde_json::Error> {
    Ok(json_text(serde_json::to_string_pretty(body)?))
}
