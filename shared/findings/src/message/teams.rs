//! A message in Microsoft Teams: an Adaptive Card for a webhook of the Workflows app.
//!
//! Text from a finding stands only in `TextRun`s, in which Teams reads no Markdown; `TextBlock`s,
//! in which it does, hold words of ours. A card without `msteams.entities` mentions nobody.

use serde_json::{Map, Value, json};

use super::{
    Message, colour,
    fitting::{Room, fitting},
    rows::Row,
    text::{cut, units},
};

/// A message has about 28 KB
/// (<https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>,
/// <https://learn.microsoft.com/en-us/microsoftteams/limits-specifications-teams>).
/// Less is kept to: the flow that posts the card adds to it, and whether UTF-8 or UTF-16 is
/// counted is not said, so both have to fit.
const CARD_BYTES: usize = 24 * 1_024;

/// What Teams shows on every device
/// (<https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-reference>).
const VERSION: &str = "1.4";

/// The body for the webhook of a flow.
pub fn workflow(message: &Message<'_>) -> Value {
    fitting(|room| body(message, room), |body| bytes(&body.to_string()) <= CARD_BYTES)
}

fn bytes(json: &str) -> usize {
    json.len().max(2 * units(json))
}

fn body(message: &Message<'_>, room: Room) -> Value {
    let title =
        message.title.as_deref().map(|text| literal(text, room.text, &[("weight", "bolder")]));
    let description = message.description.as_deref().filter(|_| room.description > 0);
    let description = description.map(|text| literal(text, room.description, &[]));
    let rows = message.rows(room.text);
    let elements: Vec<Value> = std::iter::once(headline(message, room))
        .chain(title)
        .chain(description)
        .chain(rows.iter().map(row))
        .collect();
    let links = message.links();
    let actions: Vec<Value> = links
        .iter()
        .map(|link| json!({ "type": "Action.OpenUrl", "title": link.text, "url": link.url }))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": VERSION,
                "body": elements,
                "actions": actions,
                "msteams": { "width": "Full" },
            },
        }],
    })
}

fn headline(message: &Message<'_>, room: Room) -> Value {
    let colour = colour::of(message.level);
    let look = [("size", "large"), ("weight", "bolder"), ("color", colour.text)];
    let text = literal(&message.headline(), room.text, &look);
    json!({ "type": "Container", "style": colour.style, "bleed": true, "items": [text] })
}

fn row(row: &Row) -> Value {
    let label = json!({
        "type": "TextBlock", "text": row.label, "isSubtle": true, "wrap": true,
    });
    json!({
        "type": "ColumnSet",
        "spacing": "small",
        "columns": [
            { "type": "Column", "width": "90px", "items": [label] },
            { "type": "Column", "width": "stretch", "items": [literal(&row.text, row.text.len(), &[])] },
        ],
    })
}

/// Text that is shown as it is.
fn literal(text: &str, limit: usize, look: &[(&str, &str)]) -> Value {
    let look = look.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value)));
    let run = [("type", "TextRun".to_owned()), ("text", cut(text, limit))];
    let run = run.map(|(name, value)| (name.to_owned(), Value::from(value)));
    let run: Map<String, Value> = run.into_iter().chain(look).collect();
    json!({ "type": "RichTextBlock", "inlines": [run] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;

    #[test]
    fn markdown_of_an_attacker_stands_only_where_none_is_read() {
        let hostile = "[click](http://192.0.2.1) **b** <at>All</at>";
        let finding = samples::titled(hostile);
        let body = workflow(&samples::message(&finding));
        assert!(body.pointer("/attachments/0/content/msteams/entities").is_none());
        let title = body.pointer("/attachments/0/content/body/1").unwrap();
        assert_eq!(
            *title,
            json!({"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": hostile,
                "weight": "bolder"}]})
        );
    }
}
