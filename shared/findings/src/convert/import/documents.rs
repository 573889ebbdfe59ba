//! Splits a text into its documents, each knowing where it stands in the whole.

use serde_json::value::RawValue;

use crate::document::{Content, Node, Position};

type Document = Result<Node, (Position, String)>;

/// The documents of a text: several JSON documents on end, or one of YAML.
pub(super) fn documents(text: &str) -> Vec<Document> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with(['{', '[']) {
        return if text.trim().is_empty() { Vec::new() } else { vec![Node::read(text)] };
    }
    let mut documents = Vec::new();
    let mut rest = text;
    let mut start = Position { line: 1, column: 1 };
    while !rest.trim_start().is_empty() {
        let (blank, document) = rest.split_at(rest.len() - rest.trim_start().len());
        start = after(start, blank);
        let mut values = serde_json::Deserializer::from_str(document).into_iter::<&RawValue>();
        // What is no JSON is read to the end, which gives its problem.
        let end = match values.next() {
            Some(Ok(json)) => json.get().len(),
            _ => document.len(),
        };
        let (own, next) = document.split_at_checked(end).unwrap_or((document, ""));
        documents.push(match Node::read(own) {
            Ok(node) => Ok(moved(node, start)),
            Err((position, message)) => Err((moved_position(position, start), message)),
        });
        start = after(start, own);
        rest = next;
    }
    documents
}

/// Where one stands after a text that begins at a position.
fn after(start: Position, text: &str) -> Position {
    let lines = text.matches('\n').count() as u64;
    let last = text.rsplit('\n').next().unwrap_or(text).chars().count() as u64;
    match lines {
        0 => Position { line: start.line, column: start.column + last },
        _ => Position { line: start.line + lines, column: 1 + last },
    }
}

fn moved_position(own: Position, start: Position) -> Position {
    let column = if own.line <= 1 { own.column + start.column - 1 } else { own.column };
    Position { line: own.line + start.line - 1, column }
}

fn moved(mut node: Node, start: Position) -> Node {
    if start == (Position { line: 1, column: 1 }) {
        return node;
    }
    node.position = moved_position(node.position, start);
    node.content = match node.content {
        Content::List(elements) => {
            Content::List(elements.into_iter().map(|own| moved(own, start)).collect())
        }
        Content::Map(members) => Content::Map(
            members
                .into_iter()
                .map(|(mut key, own)| {
                    key.position = moved_position(key.position, start);
                    (key, moved(own, start))
                })
                .collect(),
        ),
        scalar => scalar,
    };
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_on_end_know_where_they_stand_in_the_whole() {
        let text = "\u{feff}\n{\"a\":1} {\n\"b\": [2]}\n[3]\n";
        let found: Vec<_> = documents(text).into_iter().map(|own| own.unwrap().position).collect();
        let expected = [(2, 1), (2, 9), (4, 1)].map(|(line, column)| Position { line, column });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_broken_is_a_problem_at_its_place_and_blank_text_is_nothing() {
        let found = documents("{\"a\":1}\n{\"b\": }}");
        assert!(found[0].is_ok() && found[1].as_ref().unwrap_err().0.line == 2, "{found:?}");
        assert!(documents(" \n").is_empty());
        assert!(documents("a: 1\n")[0].is_ok());
    }
}
