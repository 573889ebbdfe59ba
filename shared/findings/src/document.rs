//! A YAML or JSON document as a tree in which every key and value knows where it stands.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_saphyr::{Spanned, Tagged};

/// Where something stands in a document; lines and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The line.
    pub line: u64,
    /// The column, in characters.
    pub column: u64,
}

/// A stretch of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) position: Position,
    /// In characters, at least 1.
    pub(crate) width: usize,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) position: Position,
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub(crate) position: Position,
    pub(crate) name: String,
}

impl Key {
    /// Where the name stands.
    pub(crate) fn span(&self) -> Span {
        Span { position: self.position, width: self.name.chars().count().max(1) }
    }
}

impl Node {
    /// Where the node stands, as far as its width is known.
    pub(crate) fn span(&self) -> Span {
        Span { position: self.position, width: self.width().max(1) }
    }

    /// Reads one document.
    ///
    /// # Errors
    /// The message and position of what is no YAML, or exceeds the reader's budget.
    pub(crate) fn read(text: &str) -> Result<Self, (Position, String)> {
        serde_saphyr::from_str::<Spanned<Tagged<Content>>>(text).map(Self::from).map_err(|error| {
            let error = error.without_snippet();
            let position = error.location().map(position).unwrap_or_default();
            (position, plain_message(error))
        })
    }

    /// What the node is, in words for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self.content {
            Content::Null => "nothing",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::Text(_) => "text",
            Content::List(_) => "a list",
            Content::Map(_) => "a map",
        }
    }

    /// The text of a node that is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many characters a scalar takes; 1 for what spans lines.
    pub(crate) fn width(&self) -> usize {
        match &self.content {
            Content::Bool(flag) => flag.to_string().len(),
            Content::Number(number) => number.to_string().len(),
            Content::Text(text) => text.chars().count(),
            Content::Null | Content::List(_) | Content::Map(_) => 1,
        }
    }

    /// The node as a person would write it on one line.
    pub(crate) fn summary(&self) -> String {
        match &self.content {
            Content::Text(text) => text.clone(),
            _ => self.to_json().to_string(),
        }
    }

    /// The elements of a list, or the node itself as the only one.
    pub(crate) fn elements(&self) -> &[Self] {
        match &self.content {
            Content::List(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }

    /// The node as JSON.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.content {
            Content::Null => serde_json::Value::Null,
            Content::Bool(flag) => (*flag).into(),
            Content::Number(number) => json_number(*number),
            Content::Text(text) => text.as_str().into(),
            Content::List(elements) => elements.iter().map(Self::to_json).collect(),
            Content::Map(members) => {
                members.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect()
            }
        }
    }
}

/// Whole numbers print without a fraction, as they were written.
pub(crate) fn json_number(number: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and exact")]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        (number as i64).into()
    } else {
        number.into()
    }
}

fn plain_message(error: &serde_saphyr::Error) -> String {
    let options = serde_saphyr::render_options! { snippets: serde_saphyr::SnippetMode::Off };
    error.render_with_options(options)
}

fn position(location: serde_saphyr::Location) -> Position {
    Position { line: location.line(), column: location.column() }
}

/// JSON that was read already. It has no places, and may hold characters that YAML refuses.
impl From<&serde_json::Value> for Node {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value;
        let position = Position { line: 1, column: 1 };
        let content = match json {
            Value::Null => Content::Null,
            Value::Bool(flag) => Content::Bool(*flag),
            Value::Number(number) => number.as_f64().map_or(Content::Null, Content::Number),
            Value::String(text) => Content::Text(text.clone()),
            Value::Array(elements) => Content::List(elements.iter().map(Self::from).collect()),
            Value::Object(members) => Content::Map(
                members
                    .iter()
                    .map(|(name, value)| (Key { position, name: name.clone() }, value.into()))
                    .collect(),
            ),
        };
        Self { position, content }
    }
}

impl From<Spanned<Tagged<Content>>> for Node {
    /// A value with a tag of its own, such as CloudFormation's `!Ref name`, means something else
    /// than the value: it becomes a map, as its long form `{ Ref: name }` is one.
    fn from(spanned: Spanned<Tagged<Content>>) -> Self {
        let position = position(spanned.referenced);
        let Tagged(content, tag) = spanned.value;
        let node = Self { position, content };
        match tag.filter(|tag| tag.starts_with('!')) {
            Some(name) => {
                Self { position, content: Content::Map(vec![(Key { position, name }, node)]) }
            }
            None => node,
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Content, E> {
        Ok(Content::Bool(flag))
    }

    #[expect(clippy::cast_precision_loss, reason = "no operand needs more than 53 bits")]
    fn visit_i64<E>(self, number: i64) -> Result<Content, E> {
        Ok(Content::Number(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "no operand needs more than 53 bits")]
    fn visit_u64<E>(self, number: u64) -> Result<Content, E> {
        Ok(Content::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Content, E> {
        Ok(Content::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content, E> {
        Ok(Content::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Content, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element::<Spanned<Tagged<Content>>>()? {
            list.push(element.into());
        }
        Ok(Content::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) =
            map.next_entry::<Spanned<String>, Spanned<Tagged<Content>>>()?
        {
            let key = Key { position: position(key.referenced), name: key.value };
            members.push((key, value.into()));
        }
        Ok(Content::Map(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_know_where_they_stand() {
        let node = Node::read("rules:\n  - name: x\n    severity: { lessThan: 3.9 }\n").unwrap();
        let Content::Map(members) = &node.content else { panic!("{node:?}") };
        let [(_, rules)] = members.as_slice() else { panic!("{members:?}") };
        let Content::Map(rule) = &rules.elements()[0].content else { panic!("{rules:?}") };
        assert_eq!(rule[1].0.name, "severity");
        assert_eq!(rule[1].0.position, Position { line: 3, column: 5 });
        let Content::Map(condition) = &rule[1].1.content else { panic!("{rule:?}") };
        assert_eq!(condition[0].1.position, Position { line: 3, column: 27 });
        assert!(matches!(condition[0].1.content, Content::Number(3.9)));
    }

    #[test]
    fn json_is_yaml_and_scalars_keep_their_kind() {
        let node = Node::read(r#"{"a":["7",7,true,null,"true",2027-03-31,1e3]}"#).unwrap();
        let Content::Map(members) = &node.content else { panic!("{node:?}") };
        let kinds: Vec<_> = members[0].1.elements().iter().map(Node::kind).collect();
        assert_eq!(kinds, ["text", "a number", "a boolean", "nothing", "text", "text", "a number"]);
    }

    #[test]
    fn a_value_with_a_tag_is_not_taken_for_the_value() {
        let node = Node::read("[!Ref Name, !!str 7, \"!Ref Name\"]").unwrap();
        let kinds: Vec<_> = node.elements().iter().map(Node::kind).collect();
        assert_eq!(kinds, ["a map", "text", "text"]);
        assert_eq!(node.elements()[0].to_json(), serde_json::json!({"!Ref": "Name"}));
    }

    #[test]
    fn what_is_no_yaml_is_an_error_with_its_position() {
        let (position, message) = Node::read("a: [1,\nb: }").unwrap_err();
        assert!(position.line >= 1 && !message.is_empty());
        assert!(!message.contains('\n'), "{message}");
        let (_, message) = Node::read("a: 1\na: 2").unwrap_err();
        assert!(message.contains("duplicate"), "{message}");
    }
}
