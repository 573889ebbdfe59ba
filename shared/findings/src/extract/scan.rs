//! A JSON text read token by token: what nobody asked for is checked and skipped without building anything.

use std::borrow::Cow;

use super::plain::plain;

/// The nesting that `serde_json` and most other readers accept. Real findings stay below ten.
pub(super) const MAX_DEPTH: usize = 127;

/// A place in a JSON text.
#[derive(Clone)]
pub(super) struct Scan<'a> {
    json: &'a str,
    at: usize,
}

/// Where and why a text is no JSON; `serde_json` words it for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Syntax,
    TooDeep,
    /// Something that was not to be there, though it may be JSON.
    Stranger,
}

/// A string between its quotes.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    json: &'a str,
    start: usize,
    end: usize,
    has_escapes: bool,
}

impl<'a> Quoted<'a> {
    /// The bytes of the text that it stands for, when those are what is written.
    #[inline(always)]
    pub(super) fn plain(self) -> Option<&'a [u8]> {
        if self.has_escapes { None } else { self.json.as_bytes().get(self.start..self.end) }
    }

    /// The text that it stands for.
    #[inline]
    pub(super) fn text(self) -> Cow<'a, str> {
        let inner = self.json.get(self.start..self.end).unwrap_or_default();
        if self.has_escapes { Cow::Owned(unescaped(inner)) } else { Cow::Borrowed(inner) }
    }
}

impl<'a> Scan<'a> {
    pub(super) fn new(json: &'a str) -> Self {
        Self { json, at: 0 }
    }

    /// The byte that the next token begins with.
    #[inline(always)]
    pub(super) fn peek(&mut self) -> Result<u8, Broken> {
        let bytes = self.json.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if *byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Broken::Syntax)
    }

    /// Steps over the byte that was just looked at.
    #[inline(always)]
    pub(super) fn step(&mut self) {
        self.at += 1;
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// What was read since a position.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.json.get(start..self.at).unwrap_or_default()
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Steps into an object or array inside `depth` others: whether there is anything in it.
    #[inline(always)]
    pub(super) fn enter(&mut self, close: u8, depth: usize) -> Result<bool, Broken> {
        if depth >= MAX_DEPTH {
            return Err(Broken::TooDeep);
        }
        self.step();
        if self.peek()? != close {
            return Ok(true);
        }
        self.step();
        Ok(false)
    }

    /// After an element or member: whether there is another. `close` ends the list.
    #[inline(always)]
    pub(super) fn goes_on(&mut self, close: u8) -> Result<bool, Broken> {
        let byte = self.peek()?;
        self.step();
        match byte {
            b',' => Ok(true),
            byte if byte == close => Ok(false),
            _ => Err(Broken::Syntax),
        }
    }

    /// The key of a member and the colon behind it.
    #[inline(always)]
    pub(super) fn key(&mut self) -> Result<Quoted<'a>, Broken> {
        if self.peek()? != b'"' {
            return Err(Broken::Syntax);
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return Err(Broken::Syntax);
        }
        self.step();
        Ok(key)
    }

    /// A string; the scan stands at its opening quote.
    #[inline(always)]
    pub(super) fn string(&mut self) -> Result<Quoted<'a>, Broken> {
        let start = self.at + 1;
        let bytes = self.json.as_bytes();
        let mut end = start + plain(bytes.get(start..).unwrap_or_default());
        let has_escapes = bytes.get(end) == Some(&b'\\');
        if has_escapes {
            end = self.rest_of_string(end)?;
        } else if bytes.get(end) != Some(&b'"') {
            return Err(Broken::Syntax);
        }
        self.at = end + 1;
        Ok(Quoted { json: self.json, start, end, has_escapes })
    }

    /// Where a string ends that has its first backslash at `at`.
    #[cold]
    fn rest_of_string(&self, mut at: usize) -> Result<usize, Broken> {
        let bytes = self.json.as_bytes();
        loop {
            match bytes.get(at) {
                Some(b'"') => return Ok(at),
                Some(b'\\') => at += escape(bytes, at)?,
                _ => return Err(Broken::Syntax),
            }
            at += plain(bytes.get(at..).unwrap_or_default());
        }
    }

    /// `null`, `true`, `false` or a number; the scan stands at its first byte.
    pub(super) fn scalar(&mut self) -> Result<&'a str, Broken> {
        let start = self.at;
        let rest = self.json.as_bytes().get(start..).unwrap_or_default();
        let name: &[u8] = match rest.first() {
            Some(b'n') => b"null",
            Some(b't') => b"true",
            Some(b'f') => b"false",
            _ => {
                self.at += number(rest).ok_or(Broken::Syntax)?;
                return Ok(self.since(start));
            }
        };
        if !rest.starts_with(name) {
            return Err(Broken::Syntax);
        }
        self.at += name.len();
        Ok(self.since(start))
    }

    /// Steps over one whole value inside `depth` objects and arrays.
    pub(super) fn skip(&mut self, depth: usize) -> Result<(), Broken> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' => self.skip_nested(depth),
            _ => self.scalar().map(|_| ()),
        }
    }

    fn skip_nested(&mut self, depth: usize) -> Result<(), Broken> {
        // One bit for each open object or array, set for objects; it holds MAX_DEPTH of them.
        let mut objects = 0_u128;
        let mut open = 0;
        loop {
            let byte = self.peek()?;
            match byte {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    let is_object = byte == b'{';
                    let close = if is_object { b'}' } else { b']' };
                    if self.enter(close, depth + open)? {
                        objects = objects << 1 | u128::from(is_object);
                        open += 1;
                        if is_object {
                            self.key()?;
                        }
                        continue;
                    }
                }
                _ => {
                    self.scalar()?;
                }
            }
            loop {
                if open == 0 {
                    return Ok(());
                }
                let is_object = objects & 1 == 1;
                if self.goes_on(if is_object { b'}' } else { b']' })? {
                    if is_object {
                        self.key()?;
                    }
                    break;
                }
                objects >>= 1;
                open -= 1;
            }
        }
    }
}

/// The length of the escape at `at`.
fn escape(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
        Some(b'u') => {
            let digits = bytes.get(at + 2..at + 6).ok_or(Broken::Syntax)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(6).ok_or(Broken::Syntax)
        }
        _ => Err(Broken::Syntax),
    }
}

/// The text that stands between quotes.
fn unescaped(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(place) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (plain, escape) = rest.split_at(place);
        text.push_str(plain);
        text.push(match escape.as_bytes().get(1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(own @ (b'"' | b'\\' | b'/')) => char::from(*own),
            // Code units come in pairs or alone: rare enough for the reader that knows all of it.
            _ => {
                return serde_json::from_str(&format!("\"{inner}\""))
                    .unwrap_or_else(|_| with_replacements(inner));
            }
        });
        rest = escape.get(2..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

/// The same with U+FFFD for each half of a surrogate pair that stands alone: valid JSON, which must
/// not hide the rest of a finding.
fn with_replacements(inner: &str) -> String {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        text.push_str(before);
        // A pair first, then one escape of either length.
        let read = [12, 6, 2].into_iter().find_map(|length| {
            let (written, behind) = escape.split_at_checked(length)?;
            let one: String = serde_json::from_str(&format!("\"{written}\"")).ok()?;
            (length == 2 || one.chars().count() == 1).then_some((one, behind))
        });
        let (one, behind) = read.unwrap_or_else(|| {
            let behind = escape.split_at_checked(6).map_or("", |(_, behind)| behind);
            (char::REPLACEMENT_CHARACTER.to_string(), behind)
        });
        text.push_str(&one);
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// The length of the number that the bytes begin with.
fn number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at += match (bytes.get(at), digits(at)) {
        (_, 0) => return None,
        (Some(b'0'), _) => 1,
        (_, count) => count,
    };
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests;
