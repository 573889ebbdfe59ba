//! Slack's blocks as they are shown.

use serde_json::Value;

use super::shown::{Block, Link, Shown, list_at, text_at};

/// What Slack makes of the body of a webhook.
pub(super) fn shown(body: &Value) -> Shown {
    let blocks = [list_at(body, "/blocks"), list_at(body, "/attachments/0/blocks")];
    Shown {
        colour: text_at(body, "/attachments/0/color").unwrap_or_default().to_owned(),
        blocks: blocks.into_iter().flatten().flat_map(block).collect(),
    }
}

fn block(block: &Value) -> Vec<Block> {
    let kinds = (text_at(block, "/type"), text_at(block, "/text/type"));
    match (kinds, text_at(block, "/text/text")) {
        ((Some("header"), _), Some(text)) => vec![Block::Heading { text: text.to_owned() }],
        ((_, Some("mrkdwn")), Some(text)) => vec![Block::Links { links: links(text) }],
        (_, Some(text)) => vec![Block::Text { text: text.to_owned(), strong: false }],
        (_, None) => {
            let (pairs, _) = list_at(block, "/fields").as_chunks::<2>();
            pairs.iter().map(|[label, text]| row(label, text)).collect()
        }
    }
}

fn row(label: &Value, text: &Value) -> Block {
    let [label, text] = [label, text].map(|own| text_at(own, "/text").unwrap_or_default());
    Block::Row { label: label.trim_matches('*').to_owned(), text: text.to_owned() }
}

/// `<https://…|Finding>  ·  <https://…|Runbook>`
fn links(markup: &str) -> Vec<Link> {
    let each = markup.split('<').filter_map(|own| own.split_once('>')?.0.split_once('|'));
    each.filter_map(|(url, text)| Link::new(text, &unescaped(url))).collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn header_texts_fields_and_links_are_read_in_their_order() {
        let plain = |text: &str| json!({"type": "plain_text", "text": text});
        let markup = |text: &str| json!({"type": "mrkdwn", "text": text});
        let shown = shown(&json!({
            "blocks": [{"type": "header", "text": plain("H")}],
            "attachments": [{"color": "#aabbcc", "blocks": [
                {"type": "section", "text": plain("<T> *t*")},
                {"type": "section", "fields": [markup("*Count*"), plain("3")]},
                {"type": "section", "text": markup("<https://a.example.com/?b=1&amp;c=2|Finding>  ·  <javascript:x|No>")},
            ]}],
        }));
        assert_eq!(
            shown,
            Shown {
                colour: "#aabbcc".to_owned(),
                blocks: vec![
                    Block::Heading { text: "H".to_owned() },
                    Block::Text { text: "<T> *t*".to_owned(), strong: false },
                    Block::Row { label: "Count".to_owned(), text: "3".to_owned() },
                    Block::Links {
                        links: Vec::from_iter(Link::new(
                            "Finding",
                            "https://a.example.com/?b=1&c=2"
                        ))
                    },
                ],
            }
        );
    }
}
