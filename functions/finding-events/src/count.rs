//! The names of metrics that tell kinds of destinations apart. A dimension would be paid for per destination.

use findings::DestinationKind;

pub(crate) fn sent(kind: &DestinationKind) -> &'static str {
    match kind {
        DestinationKind::Sns { .. } => "SentToSns",
        DestinationKind::Sqs { .. } => "SentToSqs",
        DestinationKind::EventBridge { .. } => "SentToEventBridge",
        DestinationKind::Slack { .. } => "SentToSlack",
        DestinationKind::Teams { .. } => "SentToTeams",
        DestinationKind::PagerDuty { .. } => "SentToPagerDuty",
        DestinationKind::Webhook { .. } => "SentToWebhook",
    }
}

pub(crate) fn failed(kind: &DestinationKind) -> &'static str {
    match kind {
        DestinationKind::Sns { .. } => "FailedToSns",
        DestinationKind::Sqs { .. } => "FailedToSqs",
        DestinationKind::EventBridge { .. } => "FailedToEventBridge",
        DestinationKind::Slack { .. } => "FailedToSlack",
        DestinationKind::Teams { .. } => "FailedToTeams",
        DestinationKind::PagerDuty { .. } => "FailedToPagerDuty",
        DestinationKind::Webhook { .. } => "FailedToWebhook",
    }
}
