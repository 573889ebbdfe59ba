//! Walks a pattern and an event together: array elements match one by one, a branch of every `$or` must hold.

use serde_json::{Map, Value};

use crate::pattern::value::{Matcher, Scalar};
use crate::pattern::{Field, Node};

/// Does `event` satisfy every field of `node`?
///
/// An array stands for its elements, and several fields under one array must match within the same element.
pub(super) fn matches(node: &Node, event: &Value) -> bool {
    match event {
        Value::Object(object) => object_matches(node, object),
        Value::Array(elements) => {
            elements.iter().any(|element| matches(node, element))
                || (elements.is_empty() && absent(node))
        }
        _ => absent(node),
    }
}

fn object_matches(node: &Node, object: &Map<String, Value>) -> bool {
    let fields = node.fields.iter().all(|(name, field)| field_matches(name, field, object));
    let branches = node
        .branches
        .iter()
        .all(|branches| branches.iter().any(|branch| object_matches(branch, object)));
    fields && branches
}

/// `detail.severity` names the same value as `severity` inside `detail`, as in Event Ruler.
fn field_matches(name: &str, field: &Field, object: &Map<String, Value>) -> bool {
    if let Some(value) = object.get(name) {
        return value_matches(field, value);
    }
    let nested = name.match_indices('.').find_map(|(at, _)| {
        let (head, tail) = (name.get(..at)?, name.get(at + 1..)?);
        Some((tail, object.get(head)?))
    });
    match nested {
        Some((tail, value)) => nested_matches(tail, field, value),
        None => field_absent(field),
    }
}

fn nested_matches(tail: &str, field: &Field, value: &Value) -> bool {
    match value {
        Value::Object(object) => field_matches(tail, field, object),
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter().any(|element| nested_matches(tail, field, element))
        }
        _ => field_absent(field),
    }
}

fn value_matches(field: &Field, value: &Value) -> bool {
    match field {
        Field::Object(node) => matches(node, value),
        Field::OneOf(matchers) => {
            let scalars = scalars(value);
            matchers.iter().any(|matcher| {
                if scalars.is_empty() { matcher.matches_absence() } else { any(matcher, &scalars) }
            })
        }
    }
}

fn any(matcher: &Matcher, scalars: &[Scalar]) -> bool {
    scalars.iter().any(|scalar| matcher.matches(scalar))
}

/// The scalars that `value` stands for: itself, or those of its elements. An object is no value: only its fields are.
fn scalars(value: &Value) -> Vec<Scalar> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(scalars).collect(),
        other => Scalar::of(other).into_iter().collect(),
    }
}

fn absent(node: &Node) -> bool {
    node.fields.values().all(field_absent)
        && node.branches.iter().all(|branches| branches.iter().any(absent))
}

fn field_absent(field: &Field) -> bool {
    match field {
        Field::Object(node) => absent(node),
        Field::OneOf(matchers) => matchers.iter().any(Matcher::matches_absence),
    }
}
