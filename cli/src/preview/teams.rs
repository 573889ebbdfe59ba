//! An Adaptive Card as Teams shows it.

use serde_json::Value;

use super::shown::{Block, Link, Shown, list_at, text_at};

/// What Teams makes of the body of a webhook.
pub(super) fn shown(body: &Value) -> Shown {
    let elements = list_at(body, "/attachments/0/content/body");
    let actions = list_at(body, "/attachments/0/content/actions").iter();
    let links: Vec<Link> = actions
        .filter_map(|own| Link::new(text_at(own, "/title")?, text_at(own, "/url")?))
        .collect();
    let links = (!links.is_empty()).then_some(Block::Links { links });
    let colour = elements.iter().find_map(|own| text_at(own, "/style"));
    Shown {
        colour: colour.unwrap_or_default().to_owned(),
        blocks: elements.iter().filter_map(element).chain(links).collect(),
    }
}

fn element(element: &Value) -> Option<Block> {
    match text_at(element, "/type")? {
        "Container" => Some(Block::Heading { text: text(element.pointer("/items/0")?) }),
        "RichTextBlock" => {
            let strong = text_at(element, "/inlines/0/weight") == Some("bolder");
            Some(Block::Text { text: text(element), strong })
        }
        "ColumnSet" => {
            let label = text_at(element, "/columns/0/items/0/text")?.to_owned();
            Some(Block::Row { label, text: text(element.pointer("/columns/1/items/0")?) })
        }
        _ => None,
    }
}

/// The text of all runs of a `RichTextBlock`.
fn text(block: &Value) -> String {
    list_at(block, "/inlines").iter().filter_map(|run| text_at(run, "/text")).collect()
}
