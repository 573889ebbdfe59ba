//! Bodies held against what the destinations publish about theirs, in numbers of its own.

use serde_json::Value;

use super::{event_bus::Entry, sns::Publication, sqs::QueueMessage};

/// The runbook that tests give their rules.
pub(super) const RUNBOOK: &str = "https://wiki.example.com/run?a=1&b=2";

/// Every string that people will read: no control characters but line feeds, nothing that turns
/// or hides text, nothing that is no character.
fn hygienic(value: &Value) {
    match value {
        Value::String(text) => {
            let odd = text.chars().find(|own| {
                (own.is_control() && *own != '\n')
                    || matches!(*own, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
            });
            assert_eq!(odd, None, "{text:?}");
        }
        Value::Array(own) => own.iter().for_each(hygienic),
        Value::Object(own) => own.values().for_each(hygienic),
        _ => {}
    }
}

/// A link leads to an AWS console or is the rule's runbook.
fn own_link(url: &str) {
    if url == RUNBOOK {
        return;
    }
    let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url}"));
    let host = rest.split(['/', '?', '#', '\\', '@']).next().unwrap();
    let is_console = host.ends_with(".console.aws.amazon.com")
        || ["console.amazonaws-us-gov.com", "console.amazonaws.cn"].contains(&host);
    assert!(is_console && url.is_ascii() && url.len() < 1_000, "{url}");
}

fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

fn keys<'v>(value: &'v Value, allowed: &[&str]) -> &'v serde_json::Map<String, Value> {
    let object = value.as_object().unwrap_or_else(|| panic!("{value} is no object"));
    for key in object.keys() {
        assert!(allowed.contains(&key.as_str()), "{key} is not known in {value}");
    }
    object
}

fn text<'v>(value: &'v Value, key: &str, most: usize) -> &'v str {
    let text = value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value}"));
    assert!((1..=most).contains(&length(text)), "{key} has {} of {most}", length(text));
    text
}

/// docs.slack.dev: `chat.postMessage`, blocks, text objects, formatting.
pub(super) fn slack(body: &Value) {
    hygienic(body);
    keys(body, &["text", "blocks", "attachments", "unfurl_links", "unfurl_media"]);
    let fallback = text(body, "text", 4_000);
    assert!(!fallback.contains(['<', '>']), "{fallback}");
    for after in fallback.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;"].iter().any(|own| after.starts_with(own)), "{fallback}");
    }
    let attachments = body["attachments"].as_array().unwrap();
    assert_eq!(attachments.len(), 1);
    keys(&attachments[0], &["color", "blocks"]);
    let colour = text(&attachments[0], "color", 7);
    assert!(colour.len() == 7 && u32::from_str_radix(&colour[1..], 16).is_ok(), "{colour}");
    let blocks = [&body["blocks"], &attachments[0]["blocks"]].map(|own| own.as_array().unwrap());
    let count = blocks[0].len() + blocks[1].len();
    assert!(count <= 50, "{count} blocks");
    let size: usize = blocks.iter().map(|own| length(&serde_json::to_string(own).unwrap())).sum();
    assert!(size < 11_341, "{size} characters in all blocks");
    for block in blocks.into_iter().flatten() {
        match block["type"].as_str().unwrap() {
            "header" => {
                keys(block, &["type", "text"]);
                assert_eq!(block["text"]["type"], "plain_text");
                text_object(&block["text"], 150);
            }
            "section" => {
                keys(block, &["type", "text", "fields"]);
                if let Some(own) = block.get("text") {
                    text_object(own, 3_000);
                } else {
                    let fields = block["fields"].as_array().unwrap();
                    assert!((1..=10).contains(&fields.len()));
                    fields.iter().for_each(|own| text_object(own, 2_000));
                }
            }
            other => panic!("a block of type {other}"),
        }
    }
}

fn text_object(object: &Value, most: usize) {
    let text = text(object, "text", most);
    match object["type"].as_str().unwrap() {
        "plain_text" => {
            keys(object, &["type", "text", "emoji"]);
            assert_eq!(object["emoji"], false);
        }
        "mrkdwn" => {
            keys(object, &["type", "text", "verbatim"]);
            assert_eq!(object["verbatim"], true);
            markup(text);
        }
        other => panic!("a text object of type {other}"),
    }
}

/// A bold word of ours, or links with a word of ours: nothing else may stand in markup.
fn markup(text: &str) {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
    };
    if let Some(label) = text.strip_prefix('*').and_then(|text| text.strip_suffix('*')) {
        assert!(is_word(label), "{text}");
        return;
    }
    for link in text.split("  ·  ") {
        let inner = link.strip_prefix('<').and_then(|link| link.strip_suffix('>'));
        let (url, word) =
            inner.and_then(|own| own.split_once('|')).unwrap_or_else(|| panic!("{text}"));
        assert!(is_word(word) && !url.contains(['<', '>', '|']), "{text}");
        own_link(&url.replace("&amp;", "&"));
    }
}

/// What the schema of Adaptive Cards 1.4 has of the elements that we use, and the values that it
/// allows (<https://adaptivecards.io/explorer/>).
const ELEMENTS: [(&str, &[&str]); 8] = [
    ("AdaptiveCard", &["$schema", "type", "version", "body", "actions", "msteams"]),
    ("Container", &["type", "style", "bleed", "items", "spacing", "separator"]),
    ("RichTextBlock", &["type", "inlines", "horizontalAlignment", "spacing"]),
    ("TextRun", &["type", "text", "size", "weight", "color", "isSubtle"]),
    ("TextBlock", &["type", "text", "isSubtle", "wrap", "size", "weight", "color", "spacing"]),
    ("ColumnSet", &["type", "columns", "spacing", "style", "bleed"]),
    ("Column", &["type", "width", "items", "style"]),
    ("Action.OpenUrl", &["type", "title", "url"]),
];
const VALUES: [(&str, &[&str]); 6] = [
    ("style", &["default", "emphasis", "good", "attention", "warning", "accent"]),
    ("size", &["default", "small", "medium", "large", "extraLarge"]),
    ("weight", &["default", "lighter", "bolder"]),
    ("color", &["default", "dark", "light", "accent", "good", "warning", "attention"]),
    ("spacing", &["default", "none", "small", "medium", "large", "extraLarge", "padding"]),
    ("width", &["auto", "stretch", "90px", "Full"]),
];

/// learn.microsoft.com: limits of Teams; the schema of Adaptive Cards.
pub(super) fn teams(body: &Value) {
    hygienic(body);
    let json = body.to_string();
    assert!(json.len() < 28_000 && 2 * length(&json) < 28_000, "{} bytes", json.len());
    keys(body, &["type", "attachments"]);
    assert_eq!(body["type"], "message");
    let attachment = &body["attachments"][0];
    keys(attachment, &["contentType", "content"]);
    assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
    let card = &attachment["content"];
    keys(&card["msteams"], &["width"]);
    assert!(["1.4", "1.5"].contains(&card["version"].as_str().unwrap()));
    assert!(card["actions"].as_array().unwrap().len() <= 6, "Teams shows six actions");
    element(card, &["AdaptiveCard"]);
}

fn element(element: &Value, allowed: &[&str]) {
    let kind = element["type"].as_str().unwrap_or_else(|| panic!("no type in {element}"));
    assert!(allowed.contains(&kind), "a {kind} does not belong there");
    let (_, known) = ELEMENTS.iter().find(|(name, _)| *name == kind).unwrap();
    for (key, value) in keys(element, known) {
        if let Some((_, values)) = VALUES.iter().find(|(name, _)| name == key) {
            assert!(values.contains(&value.as_str().unwrap()), "{key} of {kind} is {value}");
        }
    }
    let below = |key: &str, allowed: &[&str]| {
        let children = element[key].as_array().unwrap_or_else(|| panic!("{kind} has no {key}"));
        children.iter().for_each(|own| self::element(own, allowed));
    };
    match kind {
        "AdaptiveCard" => {
            below("body", &["Container", "ColumnSet", "RichTextBlock", "TextBlock"]);
            below("actions", &["Action.OpenUrl"]);
        }
        "Container" | "Column" => below("items", &["RichTextBlock", "TextBlock"]),
        "ColumnSet" => below("columns", &["Column"]),
        "RichTextBlock" => below("inlines", &["TextRun"]),
        "TextRun" => drop(text(element, "text", 4_000)),
        // Markdown is read here, so that only words of ours may stand here.
        "TextBlock" => {
            let label = text(element, "text", 40);
            assert!(
                label.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' '),
                "{label}"
            );
        }
        _ => own_link(text(element, "url", 1_000)),
    }
}

/// developer.pagerduty.com: send an alert event.
pub(super) fn pagerduty(body: &Value) {
    hygienic(body);
    assert!(body.to_string().len() < 512 * 1_024);
    let key = text(body, "dedup_key", 255);
    assert!(!key.trim().is_empty());
    text(body, "routing_key", 32);
    if body["event_action"] == "resolve" {
        keys(body, &["routing_key", "event_action", "dedup_key"]);
        return;
    }
    keys(body, &["routing_key", "event_action", "dedup_key", "client", "payload", "links"]);
    assert_eq!(body["event_action"], "trigger");
    let payload = &body["payload"];
    keys(
        payload,
        &[
            "summary",
            "source",
            "severity",
            "timestamp",
            "component",
            "group",
            "class",
            "custom_details",
        ],
    );
    assert!(!text(payload, "summary", 1_024).contains('\n'));
    text(payload, "source", 1_024);
    let severities = ["critical", "error", "warning", "info"];
    assert!(severities.contains(&payload["severity"].as_str().unwrap()));
    assert!(payload["custom_details"].as_object().unwrap().values().all(Value::is_string));
    for link in body["links"].as_array().unwrap() {
        keys(link, &["href", "text"]);
        own_link(text(link, "href", 1_000));
    }
}

fn attributes(attributes: &super::Attributes) -> usize {
    assert!(attributes.iter().count() <= 10);
    attributes
        .iter()
        .map(|own| {
            assert!(!own.value.trim().is_empty() && ["String", "Number"].contains(&own.data_type));
            queue_text(&own.value);
            own.name.len() + own.data_type.len() + own.value.len()
        })
        .sum()
}

/// The characters that a message may have (API Reference, `SendMessage`).
fn queue_text(text: &str) {
    let odd = text.chars().find(|own| {
        !matches!(*own, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    });
    assert_eq!(odd, None);
}

/// API Reference, `Publish`.
pub(super) fn sns(publication: &Publication) {
    let Publication { subject, message, attributes: own, group_id, deduplication_id } = publication;
    assert!((1..=100).contains(&subject.len()), "{subject}");
    assert!(subject.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{subject}");
    assert!(subject.starts_with(|first: char| first.is_ascii_alphanumeric()));
    assert!(message.len() + attributes(own) <= 262_144, "{} bytes", message.len());
    queue_text(message);
    serde_json::from_str::<Value>(message).unwrap();
    for id in [group_id, deduplication_id] {
        assert!((1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

/// API Reference, `SendMessage`.
pub(super) fn sqs(message: &QueueMessage) {
    assert!(message.body.len() + attributes(&message.attributes) <= 262_144);
    queue_text(&message.body);
    serde_json::from_str::<Value>(&message.body).unwrap();
}

/// API Reference, `PutEvents`.
pub(super) fn event_bus(entry: &Entry) {
    assert!(entry.bytes() <= 262_144, "{} bytes", entry.bytes());
    let json = entry.to_json();
    assert!(!json["Source"].as_str().unwrap().starts_with("aws."));
    text(&json, "DetailType", 128);
    assert!(serde_json::from_str::<Value>(&entry.detail).unwrap().is_object());
}
