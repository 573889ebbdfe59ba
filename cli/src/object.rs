//! A command's result as one JSON or YAML document.

use serde::Serialize;

use crate::{printable::json_text, stdout};
use ordered::Ordered;

mod ordered;

/// Prints it. Both have the same members in the same order; YAML is for people who read more than a table shows.
pub(crate) fn print(object: &impl Serialize, is_yaml: bool) -> anyhow::Result<()> {
    if is_yaml {
        stdout::print!("{}", yaml(object)?)?;
    } else {
        stdout::println!("{}", json_text(serde_json::to_string_pretty(object)?))?;
    }
    Ok(())
}

/// By way of JSON, so that numbers, moments and names are the same in both.
fn yaml(object: &impl Serialize) -> anyhow::Result<String> {
    let object: Ordered = serde_json::from_str(&serde_json::to_string(object)?)?;
    let mut text = serde_saphyr::to_string(&object)?;
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
            "hostile": "a: b # c\n- d\u{1b}[31m\t\"'", "number": "007", "text": "Recon:EC2/Portscan", "large": 18_446_744_073_709_551_615_u64,
        });
        let text = yaml(&object).unwrap();
        let again: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(again, object, "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn members_stay_in_their_order() {
        #[derive(Serialize)]
        struct Late {
            zebra: u8,
            ant: &'static str,
        }
        assert_eq!(yaml(&Late { zebra: 1, ant: "x" }).unwrap(), "zebra: 1\nant: x\n");
    }
}
