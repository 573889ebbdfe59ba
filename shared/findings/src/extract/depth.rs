//! How deep a text's JSON is nested, found without parsing it.

/// The nesting that `serde_json` and most other readers accept. Real findings stay below ten.
pub(super) const MAX_DEPTH: usize = 128;

/// Whether brackets outside of strings nest deeper than [`MAX_DEPTH`].
pub(super) fn is_too_deep(json: &str) -> bool {
    let is_opening = |byte: &u8| matches!(byte, b'{' | b'[');
    if json.as_bytes().iter().filter(|byte| is_opening(byte)).count() <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' if depth == MAX_DEPTH => return true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
