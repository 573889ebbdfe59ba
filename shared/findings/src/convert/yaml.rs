//! Writes scalars and comments so that YAML reads back what was meant.

use std::fmt::Write;

use crate::document::{Content, Node};

/// How long a line may be before a list is written one element per line.
const LINE: usize = 100;

/// Text that needs no quotes wherever it stands, or else in double quotes.
pub(super) fn text(text: &str) -> String {
    let is_word = |own: char| own.is_ascii_alphanumeric() || "_.-".contains(own);
    let first = text.chars().next();
    let is_plain = first.is_some_and(|own| own.is_ascii_alphabetic())
        && text.split(' ').all(|word| !word.is_empty() && word.chars().all(is_word))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// Words that some YAML reader takes for a boolean, nothing or a number.
const WORDS: [&str; 11] =
    ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// Text in double quotes, with every character escaped that YAML would not take as it is.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::from('"');
    for own in text.chars() {
        match own {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            own if own.is_control() || is_invisible(own) => {
                // Writing to a string can't fail.
                let _ = write!(written, "\\U{:08X}", u32::from(own));
            }
            own => written.push(own),
        }
    }
    written.push('"');
    written
}

/// Line separators, the byte order mark, non-characters, and the marks that turn the reading
/// direction and so make a file read differently from what it says.
fn is_invisible(own: char) -> bool {
    matches!(own, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || u32::from(own) & 0xfffe == 0xfffe
}

/// A comment of one line.
pub(super) fn comment(text: &str) -> String {
    let shown = text
        .chars()
        .map(|own| if own.is_control() || is_invisible(own) { '\u{fffd}' } else { own });
    format!("# {}", shown.collect::<String>())
}

/// An operand: a scalar, or a list on one line or on several, indented by `indent` there.
pub(super) fn operand(node: &Node, indent: usize) -> String {
    let Content::List(elements) = &node.content else { return scalar(node) };
    let written: Vec<_> = elements.iter().map(scalar).collect();
    let line = format!("[{}]", written.join(", "));
    if indent + line.chars().count() <= LINE {
        return line;
    }
    let pad = " ".repeat(indent);
    written.iter().fold(String::new(), |all, element| format!("{all}\n{pad}- {element}"))
}

fn scalar(node: &Node) -> String {
    match &node.content {
        Content::Text(text) => quoted(text),
        _ => node.to_json().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(yaml: &str) -> Content {
        Node::read(yaml).unwrap_or_else(|error| panic!("{error:?} in {yaml}")).content
    }

    #[test]
    fn only_words_that_nothing_else_reads_like_stand_without_quotes() {
        for (own, expected) in [
            ("port probes", "port probes"),
            ("a.b-c_d", "a.b-c_d"),
            ("7", "\"7\""),
            ("yes", "\"yes\""),
            ("Null", "\"Null\""),
            ("", "\"\""),
            ("a: b", "\"a: b\""),
            ("a ", "\"a \""),
            ("# a", "\"# a\""),
            ("e\u{301}\u{202e}\u{7}", "\"e\u{301}\\U0000202E\\U00000007\""),
        ] {
            assert_eq!(text(own), expected);
        }
        assert_eq!(comment("a\nb"), "# a\u{fffd}b");
    }

    proptest! {
        #[test]
        fn every_text_reads_back_as_itself(own in any::<String>()) {
            for written in [text(&own), quoted(&own)] {
                let read = read(&format!("{}\nkey: {written}\nlist: [{written}]\n", comment(&own)));
                let Content::Map(members) = read else { panic!("{written}") };
                prop_assert!(matches!(&members[0].1.content, Content::Text(read) if *read == own));
                prop_assert!(matches!(&members[1].1.elements()[0].content, Content::Text(read) if *read == own));
            }
        }
    }
}
