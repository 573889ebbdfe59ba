//! Text from a finding made fit to be shown: no control characters, no marks that turn the reading direction, no more than fits.

/// What stands for text that was cut away.
pub(super) const CUT: char = '…';

/// One line of at most `limit` UTF-16 units, which is what the strictest of the destinations
/// counts in. Whatever breaks a line or moves a cursor becomes a space, and runs of spaces become
/// one. `None` when nothing is left to show.
pub(super) fn line(text: &str, limit: usize) -> Option<String> {
    let mut kept = String::with_capacity(text.len().min(limit));
    for character in text.chars() {
        if is_break(character) {
            if !kept.is_empty() && !kept.ends_with(' ') {
                kept.push(' ');
            }
        } else if !is_hidden(character) {
            kept.push(character);
        }
    }
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| cut(kept, limit))
}

/// As [`line`], but single line feeds stay.
pub(super) fn paragraph(text: &str, limit: usize) -> Option<String> {
    let lines: Vec<String> =
        text.lines().filter_map(|own| line(own, limit.saturating_add(1))).collect();
    (!lines.is_empty()).then(|| cut(&lines.join("\n"), limit))
}

/// At most `limit` UTF-16 units, the mark of the cut included, never within a character.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if units(text) <= limit {
        return text.to_owned();
    }
    let mut left = limit.saturating_sub(CUT.len_utf16());
    let fits = |character: &char| {
        let fits = character.len_utf16() <= left;
        left = left.saturating_sub(character.len_utf16());
        fits
    };
    let mut kept: String = text.chars().take_while(fits).collect();
    kept.truncate(kept.trim_end().len());
    kept.push(CUT);
    kept
}

/// The length in UTF-16 units: at least that in characters.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// A number with its noun: `1 signal`, `3 signals`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// With a capital letter to begin with.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + characters.as_str()
}

/// Ends a line, moves the cursor or starts a terminal's escape sequence; or is just space.
fn is_break(character: char) -> bool {
    character.is_control() || character.is_whitespace()
}

/// Has no look of its own, but changes that of others: turns the reading direction, joins,
/// separates, or is no character at all.
fn is_hidden(character: char) -> bool {
    turns(character)
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Turns the reading direction (Unicode Standard Annex 9).
pub(super) fn turns(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_and_escapes_become_one_space_and_hidden_characters_go() {
        let text = "\u{1b}[31mred\u{7}\r\n\tnext\u{2028}a\u{202e}b\u{200b}c\u{e0041}  \u{85}";
        assert_eq!(line(text, 100).as_deref(), Some("[31mred next abc"));
        assert_eq!(line(" \u{202e}\r\n", 100), None);
    }

    #[test]
    fn a_paragraph_keeps_single_line_feeds() {
        assert_eq!(paragraph("one\r\n\n\n two\u{b}\n", 100).as_deref(), Some("one\ntwo"));
        assert_eq!(paragraph("one\ntwo", 5).as_deref(), Some("one…"));
    }

    #[test]
    fn a_cut_counts_utf16_units_and_splits_no_character() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("🦉🦉🦉", 6), "🦉🦉🦉");
        assert_eq!(cut("🦉🦉🦉🦉", 6), "🦉🦉…");
        assert_eq!(cut("a b c", 3), "a…");
    }
}
