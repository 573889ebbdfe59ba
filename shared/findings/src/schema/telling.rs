//! The schema of destinations and of what a rule file says on telling.

use serde_json::{Value, json};

use super::object;
use crate::message::{Fact, Payload};

/// A destination: exactly one kind.
pub(super) fn destination() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let arn = |service: &str, description: &str| {
        json!({
            "type": "string",
            "pattern": format!("^arn:aws[a-z-]*:{service}:[^:]+:[0-9]{{12}}:.+$"),
            "description": description,
        })
    };
    let secret = |description: &str| {
        let whole = format!(
            "ARN of the secret in Secrets Manager, or of the parameter in Systems Manager, that holds {description}."
        );
        arn("(secretsmanager|ssm)", &whole)
    };
    let one = |kind: &str, required: &[&str], members: Value| {
        object(&[kind], json!({ kind: object(required, members) }))
    };
    json!({
        "description": "Exactly one kind of destination.",
        "oneOf": [
            one("sns", &["topic"], json!({
                "topic": arn("sns", "The topic's ARN."), "payload": payload(),
            })),
            one("sqs", &["queue"], json!({
                "queue": {
                    "type": "string",
                    "pattern": "^https://[^/]+/[0-9]{12}/[^/]+$",
                    "description": "The queue's URL.",
                },
                "payload": payload(),
            })),
            one("eventbridge", &["bus"], json!({
                "bus": arn("events", "The bus's ARN."), "payload": payload(),
            })),
            one("slack", &["secret"], json!({
                "secret": secret("the URL of an incoming webhook, or a bot's token when there is a channel"),
                "channel": text("The channel's id: further versions then stand in the first message's thread."),
            })),
            one("teams", &["secret"], json!({
                "secret": secret("the URL of a flow's webhook"),
            })),
            one("pagerduty", &["secret"], json!({
                "secret": secret("the routing key of the service"),
            })),
            one("webhook", &["url"], json!({
                "url": text("An HTTPS endpoint that takes a POST."),
                "payload": payload(),
                "secret": secret("the key to sign requests with"),
            })),
        ],
    })
}

fn payload() -> Value {
    let choices = Payload::ALL.map(|payload| {
        let description = match payload {
            Payload::Guardsift => "guardsift.notification/v1.",
            Payload::Raw => "The finding as it came.",
            Payload::Ocsf => "An OCSF Detection Finding.",
        };
        json!({ "const": payload.as_str(), "description": description })
    });
    json!({ "description": "What is sent [guardsift].", "oneOf": choices })
}

pub(super) fn accounts() -> Value {
    json!({
        "type": "object",
        "description": "Names of accounts, for messages.",
        "propertyNames": { "pattern": "^[0-9]{12}$" },
        "additionalProperties": { "type": "string", "minLength": 1 },
    })
}

pub(super) fn notify_changes() -> Value {
    let flag = |description: &str| json!({ "type": "boolean", "description": description });
    let facts = Fact::ALL.map(Fact::as_str);
    let members = json!({
        "every": flag("Tell every newer version, whatever has changed [false]."),
        "severity": flag("Tell when the severity rises [true]."),
        "new": {
            "description": "Tell when one of these is new [country, network, identity].",
            "anyOf": [
                { "enum": facts },
                { "type": "array", "items": { "enum": facts } },
            ],
        },
        "count": {
            "description": "Tell when the count reaches one of these [10, 100, 1000, 10000].",
            "type": ["integer", "array"], "minimum": 2, "maximum": 1_000_000_000,
            "items": { "type": "integer", "minimum": 2, "maximum": 1_000_000_000 },
        },
        "recurrence": flag("Tell when a finding comes back after it was archived [true]."),
    });
    super::described(
        object(&[], members),
        "On which changes a finding that was told is told again.",
    )
}

pub(super) fn samples() -> Value {
    json!({
        "type": ["string", "array"], "items": { "type": "string" },
        "description": "The destinations of sample findings, in place of the routes.",
    })
}

pub(super) fn fallback() -> Value {
    json!({
        "type": "string",
        "description": "The destination that is told what another one refuses [the default topic].",
    })
}
