//! Text from a finding made fit for a terminal.

use std::borrow::Cow;

/// Replaces what could move the cursor, colour the screen or turn the reading direction: control
/// characters, and the marks that reorder text, and what is no character at all. Attackers choose names that end up here.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unfit) {
        text.chars().map(|own| if is_unfit(own) { '\u{fffd}' } else { own }).collect()
    } else {
        Cow::Borrowed(text)
    }
}

/// Moves the cursor, turns the reading direction, hides, or is no character.
pub(crate) fn is_unfit(character: char) -> bool {
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
}
