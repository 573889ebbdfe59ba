//! A link, always with a text of ours and never with one from a finding.

use crate::console::URL;

/// A link and what stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) text: &'static str,
    pub(super) url: String,
}

/// A URL that a rule's author wrote, when it is one that every destination takes as it is: `http`
/// or `https`, with a host, of visible ASCII characters that end no link in any markup.
pub(super) fn checked(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"<>|\"'`\\^{}()*".contains(&byte);
    (is_host && text.len() <= URL && text.bytes().all(is_plain)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_become_links() {
        for url in ["https://wiki.example.com/run?a=1&b=2#c", "http://wiki.internal:8080/x"] {
            assert_eq!(checked(url).as_deref(), Some(url));
        }
        for text in [
            "wiki page 7",
            "javascript:alert(1)",
            "https://",
            "https://a b",
            "https://user@host/",
            "https://x.example.com/|click",
            "https://x.example.com/>",
            "https://x.example.com/\u{202e}",
            &format!("https://x.example.com/{}", "a".repeat(URL)),
        ] {
            assert_eq!(checked(text), None, "{text}");
        }
    }
}
