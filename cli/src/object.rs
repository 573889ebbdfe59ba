//! A command's result as one JSON or YAML document.

use serde::Serialize;

/// Prints it. Both have the same members in the same order; YAML is for people who read more than a table shows.
pub(crate) fn print(object: &impl Serialize, is_yaml: bool) -> anyhow::Result<()> {
    if is_yaml {
        // By way of JSON, so that numbers, moments and names are the same in both.
        let object: serde_json::Value = serde_json::to_value(object)?;
        anstream::print!("{}", yaml(&object)?);
    } else {
        anstream::println!("{}", serde_json::to_string_pretty(object)?);
    }
    Ok(())
}

fn yaml(object: &serde_json::Value) -> anyhow::Result<String> {
    let mut text = serde_saphyr::to_string(object)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn yaml_reads_back_as_the_same_object() {
        let object = json!({
            "schema": "guardsift.x/v1", "empty": [], "none": null, "nested": [{"a": 1.5, "b": [true, "no", "1e3", "~"]}],
            "hostile": "a: b # c\n- d\u{1b}[31m\t\"'", "number": "007", "text": "Recon:EC2/Portscan",
        });
        let text = yaml(&object).unwrap();
        let again: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(again, object, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
}
