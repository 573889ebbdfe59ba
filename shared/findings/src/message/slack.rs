//! A message in Slack: the body of an incoming webhook, and that of `chat.postMessage`.
//!
//! Text from a finding stands only in `plain_text` objects, in which Slack knows no mention, no
//! link and no formatting. `mrkdwn` objects hold nothing but words and links of ours.

use serde_json::{Map, Value, json};

use super::{
    Message, colour,
    fitting::{Room, fitting},
    link::Link,
    rows::Row,
    text::{cut, units},
};

/// The text of a header block (<https://docs.slack.dev/reference/block-kit/blocks/header-block>).
const HEADER: usize = 150;

/// The text of a section block (<https://docs.slack.dev/reference/block-kit/blocks/section-block>).
const SECTION: usize = 3_000;

/// The fields of a section block, and the text of each (the same page).
const FIELDS: usize = 10;
/// See [`FIELDS`].
const FIELD: usize = 2_000;

/// All blocks as JSON. Slack documents no such limit and has one all the same: messages from some
/// 13,200 characters on, and some with 11,341 characters of text, were refused with
/// `msg_blocks_too_long` (<https://github.com/slackapi/bolt-js/issues/2509>, issues/2867).
const ALL_BLOCKS: usize = 11_000;

/// The longest part of the text that notifications show, before it is escaped, which at most makes
/// five characters of one. Slack advises 4,000 for all of it
/// (<https://docs.slack.dev/reference/methods/chat.postMessage>).
const FALLBACK_PART: usize = 250;

/// The body for an incoming webhook.
pub fn webhook(message: &Message<'_>) -> Value {
    shared(message).into()
}

/// The body for `chat.postMessage`, in a thread when `thread_ts` names its first message.
pub fn post(message: &Message<'_>, channel: &str, thread_ts: Option<&str>) -> Value {
    let mut body = shared(message);
    body.insert("channel".to_owned(), channel.into());
    // Neither names nor addresses in the fallback text become links.
    body.insert("parse".to_owned(), "none".into());
    body.insert("link_names".to_owned(), false.into());
    if let Some(thread_ts) = thread_ts {
        body.insert("thread_ts".to_owned(), thread_ts.into());
    }
    body.into()
}

fn shared(message: &Message<'_>) -> Map<String, Value> {
    let (header, details) = fitting(
        |room| (header(message), details(message, room)),
        |blocks| units(&json!(blocks).to_string()) <= ALL_BLOCKS,
    );
    let coloured = json!({ "color": colour::of(message.level).hex, "blocks": details });
    Map::from_iter([
        ("text".to_owned(), fallback(message).into()),
        ("blocks".to_owned(), json!([header])),
        ("attachments".to_owned(), json!([coloured])),
        ("unfurl_links".to_owned(), false.into()),
        ("unfurl_media".to_owned(), false.into()),
    ])
}

fn header(message: &Message<'_>) -> Value {
    json!({ "type": "header", "text": plain(&message.headline(), HEADER) })
}

fn details(message: &Message<'_>, room: Room) -> Vec<Value> {
    let title = message.title.as_deref().map(|text| section(text, room.text));
    let description = message.description.as_deref().filter(|_| room.description > 0);
    let description = description.map(|text| section(text, room.description));
    let rows = message.rows(room.text);
    let rows = rows.chunks(FIELDS / 2).map(fields);
    title.into_iter().chain(description).chain(rows).chain(links(&message.links())).collect()
}

fn section(text: &str, limit: usize) -> Value {
    json!({ "type": "section", "text": plain(text, limit.min(SECTION)) })
}

/// Label and text side by side, as two fields of one line.
fn fields(rows: &[Row]) -> Value {
    let fields =
        rows.iter().flat_map(|row| [markup(format!("*{}*", row.label)), plain(&row.text, FIELD)]);
    json!({ "type": "section", "fields": fields.collect::<Vec<_>>() })
}

fn links(links: &[Link]) -> Option<Value> {
    let each = links.iter().map(|link| format!("<{}|{}>", escaped(&link.url), link.text));
    let each = each.collect::<Vec<_>>().join("  ·  ");
    (!each.is_empty()).then(|| json!({ "type": "section", "text": markup(each) }))
}

fn plain(text: &str, limit: usize) -> Value {
    json!({ "type": "plain_text", "text": cut(text, limit), "emoji": false })
}

/// Only for words and links of ours.
fn markup(text: String) -> Value {
    json!({ "type": "mrkdwn", "text": text, "verbatim": true })
}

/// What notifications and screen readers say.
fn fallback(message: &Message<'_>) -> String {
    let parts = [Some(message.headline()), message.account.clone(), message.region.clone()];
    let parts = parts.into_iter().flatten().map(|part| escaped(&cut(&part, FALLBACK_PART)));
    parts.collect::<Vec<_>>().join(", ")
}

/// The three characters that are markup in text
/// (<https://docs.slack.dev/messaging/formatting-message-text#escaping>).
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;

    #[test]
    fn mentions_and_links_of_an_attacker_are_plain_text() {
        let finding = samples::titled("<!channel> <@U1> <http://192.0.2.1|click> *b* `c` & @here");
        let body = webhook(&samples::message(&finding)).to_string();
        assert!(body.contains("<!channel> <@U1> <http://192.0.2.1|click> *b* `c` & @here"));
        assert!(!body.contains(r#""mrkdwn","verbatim":true,"text":"<!"#));
        let finding = samples::typed("A:B/<!channel>&");
        assert_eq!(
            webhook(&samples::message(&finding))["text"],
            "Low 2: A:B/&lt;!channel&gt;&amp;, 111122223333, us-east-1"
        );
    }

    #[test]
    fn a_post_says_where_and_in_which_thread() {
        let finding = samples::titled("t");
        let message = samples::message(&finding);
        let first = post(&message, "C0EXAMPLE", None);
        assert_eq!((&first["channel"], first.get("thread_ts")), (&"C0EXAMPLE".into(), None));
        let second = post(&message, "C0EXAMPLE", Some("1790841600.000100"));
        assert_eq!(second["thread_ts"], "1790841600.000100");
        assert_eq!(second["blocks"], webhook(&message)["blocks"]);
    }
}
