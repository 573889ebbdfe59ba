//! The bodies of a dozen kinds of findings, as recorded.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{
    ArchivedBefore, Background, Change, Message, Payload, Remembered, event_bus, limits, pagerduty,
    slack, sns, sqs, teams, webhook,
};
use crate::{Finding, RuleSet, RuleSource, Timestamp};

macro_rules! findings {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../events/findings/", $name, ".json")))),+]
    };
}

const KINDS: [(&str, &str); 14] = findings![
    "attack-sequence",
    "credential-exfiltration",
    "crypto-dns",
    "ebs-malware",
    "ecs-runtime",
    "eks-privileged",
    "hostile-strings",
    "lambda-network",
    "no-severity",
    "null-heavy",
    "port-probe-escalated",
    "rds-login",
    "s3-anomalous",
    "sample",
];

/// The longest line, but for texts.
const WIDTH: usize = 280;

const RULES: &str = r"
version: 1
rules:
  - name: urgent
    action: notify
    reason: Somebody is inside
    owner: secops@example.com
    runbook: https://wiki.example.com/run?a=1&b=2
    criteria: { severity: { greaterThanOrEqual: 7 } }
  - name: quiet
    action: archive
    reason: Background noise
    criteria: { severity: { lessThan: 7 } }
";

/// Holds the bodies of all kinds against those that were recorded.
fn check(name: &str, body: impl Fn(&Message<'_>) -> Value) {
    let rules = RuleSet::parse(&[RuleSource { name: "rules.yaml", text: RULES }]).unwrap();
    let as_of = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    let earlier =
        Finding::parse(include_str!("../../../../events/findings/port-probe.json")).unwrap();
    let earlier = Remembered::of(&earlier);
    let before = ArchivedBefore {
        times: 3,
        rule: "port-probes".to_owned(),
        at: Timestamp::parse("2026-10-04T09:31:02Z"),
        stays: None,
    };
    let mut recorded = String::new();
    for (name, json) in KINDS {
        let finding = Finding::parse(json).unwrap();
        let change = Change::since(&earlier, &finding).filter(|_| name == "port-probe-escalated");
        let message = Message::new(
            &finding,
            &Background {
                decided: Some((rules.decide(&finding, as_of), rules.hash())),
                destination: (name == "crypto-dns").then_some("security-team"),
                account_name: (name != "null-heavy").then_some("production"),
                change: change.as_ref(),
                before: (name == "port-probe-escalated").then_some(&before),
                instead_of: (name == "rds-login").then_some(("incidents", "it answered 410 Gone")),
            },
        );
        writeln!(recorded, "── {name}").unwrap();
        compact(&body(&message), 0, &mut recorded);
        recorded.push('\n');
    }
    insta::assert_snapshot!(name, recorded);
}

/// JSON in which whatever fits on one line stands on one line.
fn compact(value: &Value, depth: usize, out: &mut String) {
    let line = value.to_string();
    let children: Vec<(String, &Value)> = match value {
        Value::Object(own) if line.len() > WIDTH => {
            own.iter().map(|(key, value)| (format!("{}: ", json!(key)), value)).collect()
        }
        Value::Array(own) if line.len() > WIDTH => {
            own.iter().map(|value| (String::new(), value)).collect()
        }
        _ => return out.push_str(&line),
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    out.push(open);
    for (index, (key, child)) in children.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(out, "{comma}\n{}{key}", "  ".repeat(depth + 1)).unwrap();
        compact(child, depth + 1, out);
    }
    write!(out, "\n{}{close}", "  ".repeat(depth)).unwrap();
}

#[test]
fn slack_bodies() {
    check("slack", |message| {
        let body = slack::webhook(message);
        limits::slack(&body);
        body
    });
}

#[test]
fn teams_bodies() {
    check("teams", |message| {
        let body = teams::workflow(message);
        limits::teams(&body);
        body
    });
}

#[test]
fn pagerduty_bodies() {
    check("pagerduty", |message| {
        let body = pagerduty::event(message, "0123456789abcdef0123456789abcdef");
        limits::pagerduty(&body);
        body
    });
}

#[test]
fn sns_bodies() {
    check("sns", |message| {
        let body = message.body(Payload::Guardsift, sns::BODY_BYTES);
        let publication = sns::Publication::new(message.notification(), &body);
        limits::sns(&publication);
        publication.to_json()
    });
}

#[test]
fn sqs_bodies() {
    check("sqs", |message| {
        let body = message.body(Payload::Guardsift, sqs::BODY_BYTES);
        let queued = sqs::QueueMessage::new(message.notification(), &body);
        limits::sqs(&queued);
        queued.to_json()
    });
}

#[test]
fn event_bus_entries() {
    check("event_bus", |message| {
        let body = message.body(Payload::Guardsift, event_bus::DETAIL_BYTES);
        let entry = event_bus::Entry::new(message.notification(), &body);
        limits::event_bus(&entry);
        entry.to_json()
    });
}

#[test]
fn webhook_bodies() {
    check("webhook", |message| {
        let body = message.body(Payload::Guardsift, webhook::BODY_BYTES);
        serde_json::from_str(&body).unwrap()
    });
}
