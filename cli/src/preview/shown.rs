//! A message as a page shows it, whichever destination it was made for.

use serde::Serialize;
use serde_json::Value;

/// A message as people will see it.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Shown {
    /// `#rrggbb`, or a name that the page knows.
    pub(crate) colour: String,
    pub(crate) blocks: Vec<Block>,
}

/// One part of it, from top to bottom.
#[derive(Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Block {
    Heading { text: String },
    Text { text: String, strong: bool },
    Row { label: String, text: String },
    Links { links: Vec<Link> },
}

/// A link that may be followed.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) url: String,
}

impl Link {
    /// Nothing but the web is linked.
    pub(crate) fn new(text: &str, url: &str) -> Option<Self> {
        let is_web = url.starts_with("https://") || url.starts_with("http://");
        is_web.then(|| Self { text: text.to_owned(), url: url.to_owned() })
    }
}

/// The text at a JSON pointer.
pub(super) fn text_at<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

/// The elements of the array at a JSON pointer; none when there is no array.
pub(super) fn list_at<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
