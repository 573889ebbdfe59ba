//! Reads a pattern and refuses what EventBridge refuses.

use serde_json::{Map, Value};

use crate::pattern::value::{Comparison, Matcher, Scalar, TextMatcher};
use crate::pattern::{Field, Node, PatternError};

/// Numbers beyond this are refused by EventBridge (eb-create-pattern-operators).
const NUMBER_LIMIT: f64 = 5.0e9;

pub(super) fn pattern(value: &Value) -> Result<Node, PatternError> {
    match value {
        Value::Object(object) => node(object, ""),
        _ => Err(refuse("", "a pattern is a JSON object")),
    }
}

fn node(object: &Map<String, Value>, path: &str) -> Result<Node, PatternError> {
    if object.is_empty() {
        return Err(refuse(path, "an empty object matches nothing; name at least one field"));
    }
    let mut node = Node::default();
    for (name, value) in object {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value {
            Value::Array(list)
                if name == "$or" && list.len() > 1 && list.iter().all(Value::is_object) =>
            {
                node.branches.push(branches(list, &path)?);
            }
            Value::Array(list) => {
                node.fields.insert(name.clone(), Field::OneOf(matchers(list, &path)?));
            }
            Value::Object(inner) => {
                node.fields.insert(name.clone(), Field::Object(self::node(inner, &path)?));
            }
            _ => return Err(refuse(&path, "a value must be in an array: [\"value\"]")),
        }
    }
    Ok(node)
}

fn branches(list: &[Value], path: &str) -> Result<Vec<Node>, PatternError> {
    list.iter().filter_map(Value::as_object).map(|branch| node(branch, path)).collect()
}

fn matchers(list: &[Value], path: &str) -> Result<Vec<Matcher>, PatternError> {
    if list.is_empty() {
        return Err(refuse(path, "an empty array matches nothing"));
    }
    list.iter()
        .map(|value| match value {
            Value::Object(object) => operator(object, path),
            other => exact(other, path),
        })
        .collect()
}

fn exact(value: &Value, path: &str) -> Result<Matcher, PatternError> {
    Scalar::of(value)
        .map(Matcher::Exact)
        .ok_or_else(|| refuse(path, "an array inside an array is no value"))
}

fn operator(object: &Map<String, Value>, path: &str) -> Result<Matcher, PatternError> {
    let mut entries = object.iter();
    let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
        return Err(refuse(path, "an operator is an object with exactly one key"));
    };
    match name.as_str() {
        "anything-but" => anything_but(operand, path),
        "numeric" => numeric(operand, path).map(Matcher::Numeric),
        "exists" => operand
            .as_bool()
            .map(Matcher::Exists)
            .ok_or_else(|| refuse(path, "exists takes true or false")),
        "cidr" => cidr(operand, path),
        _ => text_operator(name, operand, path).map(Matcher::Text),
    }
}

fn text_operator(name: &str, operand: &Value, path: &str) -> Result<TextMatcher, PatternError> {
    if let ("prefix" | "suffix", Value::Object(inner)) = (name, operand) {
        let inner = match inner.get("equals-ignore-case") {
            Some(Value::String(text)) if inner.len() == 1 => text.clone(),
            _ => {
                return Err(refuse(
                    path,
                    &format!("{name} takes a string or {{\"equals-ignore-case\": …}}"),
                ));
            }
        };
        return Ok(if name == "prefix" {
            TextMatcher::PrefixIgnoreCase(inner)
        } else {
            TextMatcher::SuffixIgnoreCase(inner)
        });
    }
    let text = || {
        let text = operand.as_str().ok_or_else(|| refuse(path, &format!("{name} takes a string")));
        text.map(str::to_owned)
    };
    match name {
        "prefix" => text().map(TextMatcher::Prefix),
        "suffix" => text().map(TextMatcher::Suffix),
        "equals-ignore-case" => text().map(TextMatcher::EqualsIgnoreCase),
        "wildcard" => wildcard(&text()?, path),
        _ => Err(refuse(path, &format!("unknown operator {name:?}"))),
    }
}

fn anything_but(operand: &Value, path: &str) -> Result<Matcher, PatternError> {
    let excluded = match operand {
        Value::Object(inner) => {
            let mut entries = inner.iter();
            let (Some((name, operand)), None) = (entries.next(), entries.next()) else {
                return Err(refuse(path, "anything-but takes one operator"));
            };
            let operands = match operand {
                Value::Array(list) if list.is_empty() => {
                    return Err(refuse(path, "an empty list excludes nothing"));
                }
                Value::Array(list) => list.as_slice(),
                single => std::slice::from_ref(single),
            };
            operands.iter().map(|one| text_operator(name, one, path).map(Matcher::Text)).collect()
        }
        Value::Array(list) => {
            if list.is_empty() {
                return Err(refuse(path, "an empty list excludes nothing"));
            }
            list.iter().map(|one| excluded(one, path)).collect()
        }
        single => excluded(single, path).map(|matcher| vec![matcher]),
    };
    excluded.map(Matcher::AnythingBut)
}

fn excluded(value: &Value, path: &str) -> Result<Matcher, PatternError> {
    match value {
        Value::String(_) | Value::Number(_) => exact(value, path),
        _ => Err(refuse(path, "anything-but takes strings, numbers, or one operator")),
    }
}

fn numeric(operand: &Value, path: &str) -> Result<Vec<(Comparison, f64)>, PatternError> {
    let list = operand.as_array().filter(|list| matches!(list.len(), 2 | 4));
    let list =
        list.ok_or_else(|| refuse(path, "numeric takes [operator, number] once or twice"))?;
    let mut bounds = Vec::new();
    for pair in list.chunks(2) {
        let [operator, bound] = pair else {
            return Err(refuse(path, "an operator without a number"));
        };
        bounds.push((comparison(operator, path)?, number(bound, path)?));
    }
    match bounds.as_slice() {
        [(first, low), (second, high)] => {
            let lower = matches!(first, Comparison::Greater | Comparison::GreaterOrEqual);
            let upper = matches!(second, Comparison::Less | Comparison::LessOrEqual);
            if lower && upper && low < high {
                Ok(bounds)
            } else {
                Err(refuse(path, "a numeric range goes from a lower bound up to an upper one"))
            }
        }
        _ => Ok(bounds),
    }
}

fn comparison(value: &Value, path: &str) -> Result<Comparison, PatternError> {
    Ok(match value.as_str() {
        Some("=") => Comparison::Equal,
        Some("<") => Comparison::Less,
        Some("<=") => Comparison::LessOrEqual,
        Some(">") => Comparison::Greater,
        Some(">=") => Comparison::GreaterOrEqual,
        _ => return Err(refuse(path, "numeric knows =, <, <=, > and >=")),
    })
}

fn number(value: &Value, path: &str) -> Result<f64, PatternError> {
    let number = value.as_f64().filter(|number| number.abs() <= NUMBER_LIMIT);
    number.ok_or_else(|| refuse(path, "numeric compares with a number between -5e9 and 5e9"))
}

fn cidr(operand: &Value, path: &str) -> Result<Matcher, PatternError> {
    let net = operand.as_str().and_then(|text| text.parse().ok());
    net.map(Matcher::Cidr).ok_or_else(|| refuse(path, "cidr takes a block such as 10.0.0.0/8"))
}

/// Splits at `*`; a backslash makes `*` and itself literal, and two stars in a row are refused.
fn wildcard(text: &str, path: &str) -> Result<TextMatcher, PatternError> {
    let mut pieces = vec![];
    let mut piece = String::new();
    let mut after_star = false;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '*' if after_star => return Err(refuse(path, "two wildcards in a row")),
            '*' => pieces.push(std::mem::take(&mut piece)),
            '\\' => match letters.next() {
                Some(escaped @ ('*' | '\\')) => piece.push(escaped),
                _ => return Err(refuse(path, "a backslash escapes * or itself")),
            },
            other => piece.push(other),
        }
        after_star = letter == '*';
    }
    pieces.push(piece);
    Ok(TextMatcher::Wildcard(pieces))
}

fn refuse(path: &str, reason: &str) -> PatternError {
    let path = if path.is_empty() { "the top" } else { path };
    PatternError { path: path.to_owned(), reason: reason.to_owned() }
}
