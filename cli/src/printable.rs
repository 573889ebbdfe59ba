//! Text from a finding made fit for a terminal.

use std::borrow::Cow;

/// Replaces what could move the cursor, colour the screen or turn the reading direction: control
/// characters, the marks that reorder text, and what is no character at all. Attackers choose names that end up here.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unfit) {
        text.chars().map(|own| if is_unfit(own) { '\u{fffd}' } else { own }).collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// JSON in which the same is escaped, so that it says the same; JSON itself wants it of few characters only.
pub(crate) fn json_text(json: String) -> String {
    let is_unfit = |own: char| own != '\n' && is_unfit(own);
    if !json.contains(is_unfit) {
        return json;
    }
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if is_unfit(character) {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
}

/// Moves the cursor, turns the reading direction, hides, or is no character.
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_controls_and_direction_marks_do_not_reach_the_terminal() {
        assert_eq!(printable("\u{1b}[31mred\u{7}"), "\u{fffd}[31mred\u{fffd}");
        assert_eq!(printable("a\nb\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        assert!(matches!(printable("Örebro 測試"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_says_the_same_without_what_a_terminal_would_obey() {
        let body = serde_json::json!({"a": "\u{9b}31m\u{202e}x\ny\u{1b}\u{7f}", "ö": ["測"]});
        let text = json_text(serde_json::to_string_pretty(&body).unwrap());
        assert!(!text.chars().any(|own| own != '\n' && is_unfit(own)), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), body);
    }
}
