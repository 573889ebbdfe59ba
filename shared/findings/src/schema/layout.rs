//! Lays JSON out so that a person can read it and a diff stays small: what fits stands on one line.

use serde_json::Value;

const LINE: usize = 110;

/// The text of a value that begins at a column.
pub(super) fn layout(value: &Value, indent: usize) -> String {
    let short = value.to_string();
    if indent + short.len() <= LINE {
        return short;
    }
    let inner = indent + 2;
    let parts: Vec<String> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), layout(value, inner)))
            .collect(),
        Value::Array(elements) => elements.iter().map(|own| layout(own, inner)).collect(),
        _ => return short,
    };
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    let pad = " ".repeat(inner);
    let lines: Vec<_> = parts.iter().map(|part| format!("{pad}{part}")).collect();
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), " ".repeat(indent))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_stands_on_one_line_and_the_rest_is_broken_up() {
        let long = "x".repeat(100);
        let value = json!({"a": [1, 2], "b": {"c": long, "d": []}});
        let text = layout(&value, 0);
        assert_eq!(
            text,
            format!(
                "{{\n  \"a\": [1,2],\n  \"b\": {{\n    \"c\": \"{long}\",\n    \"d\": []\n  }}\n}}"
            )
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
