//! Reads the destinations of a rule file: each exactly one kind, with the fields of that kind.

use crate::{
    attribute::nearest,
    document::{Content, Key, Node},
    message::Payload,
    problem::{Code, Problems, quoted},
    rules::{
        destination::{Destination, DestinationKind},
        fields::Fields,
    },
};

const KINDS: [&str; 7] = ["sns", "sqs", "eventbridge", "slack", "teams", "pagerduty", "webhook"];

/// Reads the map of names to destinations.
pub(super) fn destinations(node: &Node, problems: &mut Problems) -> Vec<(Key, Destination)> {
    let Content::Map(members) = &node.content else {
        problems.at(node, Code::BadValue, format!("`destinations` is a map, not {}", node.kind()));
        return Vec::new();
    };
    members
        .iter()
        .filter_map(|(key, node)| {
            check_name(key, problems);
            let kind = destination(node, problems)?;
            Some((key.clone(), Destination { name: key.name.clone(), kind }))
        })
        .collect()
}

/// The name becomes part of the keys under which deliveries are remembered.
fn check_name(key: &Key, problems: &mut Problems) {
    let name = &key.name;
    let is_plain = (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && name.bytes().any(|byte| byte != b'.');
    if !is_plain {
        problems
            .at_key(key, Code::BadValue, format!("`{name}` is no name for a destination"))
            .help("use 1 to 64 letters, digits, `.`, `_` and `-`");
    } else if name == "default" {
        problems
            .at_key(key, Code::DuplicateName, "`default` is the name of the default topic")
            .help("choose another name; what no route takes goes to the default topic anyway");
    }
}

fn destination(node: &Node, problems: &mut Problems) -> Option<DestinationKind> {
    let fields = Fields::of(node, "a destination", &KINDS, problems)?;
    let mut found = KINDS.into_iter().filter_map(|kind| Some((kind, fields.get(kind)?)));
    let (Some((kind, inner)), None) = (found.next(), found.next()) else {
        problems
            .at(node, Code::BadValue, "a destination is exactly one kind")
            .help("write `sns: { topic: arn:… }`, `slack: { secret: arn:… }` or another kind");
        return None;
    };
    match kind {
        "sns" => {
            let own = Own::of(inner, "`sns`", &["topic", "payload"], problems)?;
            let topic_arn = own.text("topic", is_topic, TOPIC, problems);
            let payload = own.payload(problems);
            Some(DestinationKind::Sns { topic_arn: topic_arn?, payload: payload? })
        }
        "sqs" => {
            let own = Own::of(inner, "`sqs`", &["queue", "payload"], problems)?;
            let queue_url = own.text("queue", is_queue, QUEUE, problems);
            let payload = own.payload(problems);
            Some(DestinationKind::Sqs { queue_url: queue_url?, payload: payload? })
        }
        "eventbridge" => {
            let own = Own::of(inner, "`eventbridge`", &["bus", "payload"], problems)?;
            let bus_arn = own.text("bus", is_bus, BUS, problems);
            let payload = own.payload(problems);
            Some(DestinationKind::EventBridge { bus_arn: bus_arn?, payload: payload? })
        }
        "slack" => {
            let own = Own::of(inner, "`slack`", &["secret", "channel"], problems)?;
            let secret_arn = own.secret(problems);
            let channel = match own.fields.get("channel") {
                Some(_) => Some(own.text("channel", is_channel, CHANNEL, problems)?),
                None => None,
            };
            Some(DestinationKind::Slack { secret_arn: secret_arn?, channel })
        }
        "teams" => {
            let own = Own::of(inner, "`teams`", &["secret"], problems)?;
            Some(DestinationKind::Teams { secret_arn: own.secret(problems)? })
        }
        "pagerduty" => {
            let own = Own::of(inner, "`pagerduty`", &["secret"], problems)?;
            Some(DestinationKind::PagerDuty { secret_arn: own.secret(problems)? })
        }
        _ => {
            let own = Own::of(inner, "`webhook`", &["url", "payload", "secret"], problems)?;
            let url = own.text("url", is_url, URL, problems);
            let payload = own.payload(problems);
            let secret_arn = match own.fields.get("secret") {
                Some(_) => Some(own.secret(problems)?),
                None => None,
            };
            Some(DestinationKind::Webhook { url: url?, payload: payload?, secret_arn })
        }
    }
}

const TOPIC: &str = "write the ARN of an SNS topic: arn:aws:sns:eu-west-1:111122223333:security";
const QUEUE: &str =
    "write the URL of an SQS queue: https://sqs.eu-west-1.amazonaws.com/111122223333/findings";
const BUS: &str =
    "write the ARN of an event bus: arn:aws:events:eu-west-1:111122223333:event-bus/security";
const SECRET: &str = "keep the value in Secrets Manager, or in a SecureString of Systems Manager, and write its ARN: arn:aws:secretsmanager:eu-west-1:111122223333:secret:slack-AbCdEf";
const CHANNEL: &str = "write the channel's id, as its details show it: C0123456789";
const URL: &str = "write a URL with its scheme: https://incidents.example.com/guardduty";

/// The fields of one kind.
struct Own<'n> {
    fields: Fields<'n>,
    what: &'static str,
}

impl<'n> Own<'n> {
    fn of(
        node: &'n Node,
        what: &'static str,
        known: &[&'static str],
        problems: &mut Problems,
    ) -> Option<Self> {
        Some(Self { fields: Fields::of(node, what, known, problems)?, what })
    }

    fn text(
        &self,
        field: &str,
        is_right: fn(&str) -> bool,
        help: &str,
        problems: &mut Problems,
    ) -> Option<String> {
        let node = self.fields.require(field, self.what, problems)?;
        let text = self.fields.text(field, problems)?;
        if is_right(&text) {
            return Some(text);
        }
        // What stands here may be a secret: in place of a secret's name, or as part of a webhook's
        // URL. Problems get into logs, and their place says enough.
        problems.at(node, Code::BadValue, format!("this is no {field}")).help(help);
        None
    }

    fn secret(&self, problems: &mut Problems) -> Option<String> {
        self.text("secret", is_secret, SECRET, problems)
    }

    fn payload(&self, problems: &mut Problems) -> Option<Payload> {
        let Some(node) = self.fields.get("payload") else { return Some(Payload::default()) };
        let written = node.summary();
        let found = Payload::ALL.into_iter().find(|payload| payload.as_str() == written);
        if found.is_none() {
            let names = Payload::ALL.map(Payload::as_str);
            problems
                .at(node, Code::BadValue, format!("`{written}` is no payload"))
                .suggest(&nearest(&written, names.into_iter()), || {
                    format!("use {}", quoted(&names))
                });
        }
        found
    }
}

/// The last part of an ARN of this service; `None` for anything that is no such ARN.
fn of_service<'a>(arn: &'a str, service: &str) -> Option<&'a str> {
    let mut parts = arn.splitn(6, ':');
    let head = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    let [scheme, partition, own, region, account] = head;
    let whole = scheme == "arn"
        && partition.starts_with("aws")
        && own == service
        && !region.is_empty()
        && is_account(account);
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    parts.next().filter(|rest| whole && is_plain(arn) && !rest.is_empty())
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_topic(text: &str) -> bool {
    of_service(text, "sns").is_some_and(|name| !name.contains(':'))
}

fn is_bus(text: &str) -> bool {
    of_service(text, "events").is_some_and(|rest| rest.starts_with("event-bus/"))
}

fn is_secret(text: &str) -> bool {
    of_service(text, "secretsmanager").is_some_and(|rest| rest.starts_with("secret:"))
        || of_service(text, "ssm").is_some_and(|rest| rest.starts_with("parameter/"))
}

fn is_queue(text: &str) -> bool {
    let path = text.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    path.is_some_and(|(host, path)| {
        let whole = path.split_once('/').is_some_and(|(account, name)| {
            is_account(account) && !name.is_empty() && !name.contains('/')
        });
        whole && host.contains('.') && text.bytes().all(|byte| byte.is_ascii_graphic())
    })
}

fn is_channel(text: &str) -> bool {
    (2..=80).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"#_-".contains(&byte))
}

fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, rest)| {
        ["https", "http"].contains(&scheme) && !rest.is_empty() && !rest.starts_with('/')
    })
}
