//! Where notifications go.

use crate::{document::Span, expression::Expression, message::Payload};

/// A place that notifications are delivered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its name in the rule file: 1–64 letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// What it is.
    pub kind: DestinationKind,
}

/// The kinds of destinations. A secret is named by the ARN under which Secrets Manager keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationKind {
    /// An SNS topic.
    Sns {
        /// The topic's ARN.
        topic_arn: String,
        /// What it receives.
        payload: Payload,
    },
    /// An SQS queue.
    Sqs {
        /// The queue's URL.
        queue_url: String,
        /// What it receives.
        payload: Payload,
    },
    /// An EventBridge bus.
    EventBridge {
        /// The bus's ARN.
        bus_arn: String,
        /// What it receives.
        payload: Payload,
    },
    /// A channel in Slack.
    Slack {
        /// The URL of an incoming webhook, or a bot's token when there is a channel.
        secret_arn: String,
        /// The channel's id, for `chat.postMessage`.
        channel: Option<String>,
    },
    /// A flow of the Workflows app in Microsoft Teams.
    Teams {
        /// The URL of its webhook.
        secret_arn: String,
    },
    /// A service in PagerDuty.
    PagerDuty {
        /// Its routing key for the Events API v2.
        secret_arn: String,
    },
    /// An HTTPS endpoint that takes a POST.
    Webhook {
        /// Its URL, as it was written.
        url: String,
        /// What it receives.
        payload: Payload,
        /// The key that requests are signed with.
        secret_arn: Option<String>,
    },
}

impl DestinationKind {
    /// The kind as rule files name it: `sns`, `pagerduty`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sns { .. } => "sns",
            Self::Sqs { .. } => "sqs",
            Self::EventBridge { .. } => "eventbridge",
            Self::Slack { .. } => "slack",
            Self::Teams { .. } => "teams",
            Self::PagerDuty { .. } => "pagerduty",
            Self::Webhook { .. } => "webhook",
        }
    }
}

/// A destination with its place in a rule file.
#[derive(Debug, Clone)]
pub(crate) struct PlacedDestination {
    pub(crate) file: String,
    pub(crate) span: Span,
}

/// Which findings go to which destinations.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    /// `None` takes every finding.
    pub(crate) when: Option<Expression>,
    /// Positions in the rule set's list of destinations.
    pub(crate) to: Vec<usize>,
}
