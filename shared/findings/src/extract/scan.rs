//! A JSON text read token by token: what nobody asked for is checked and skipped without building anything.

use std::borrow::Cow;

/// The nesting that `serde_json` and most other readers accept. Real findings stay below ten.
pub(super) const MAX_DEPTH: usize = 127;

/// A place in a JSON text.
pub(super) struct Scan<'a> {
    json: &'a str,
    at: usize,
}

/// Where and why a text is no JSON; `serde_json` words it for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broken {
    Syntax,
    TooDeep,
}

/// A string between its quotes.
#[derive(Clone, Copy)]
pub(super) struct Quoted<'a> {
    inner: &'a str,
    has_escapes: bool,
}

impl<'a> Quoted<'a> {
    /// The text that it stands for, when that is what is written.
    pub(super) fn plain(self) -> Option<&'a str> {
        (!self.has_escapes).then_some(self.inner)
    }

    /// The text that it stands for.
    pub(super) fn text(self) -> Result<Cow<'a, str>, Broken> {
        if let Some(plain) = self.plain() {
            return Ok(Cow::Borrowed(plain));
        }
        let quoted = format!("\"{}\"", self.inner);
        serde_json::from_str(&quoted).map(Cow::Owned).map_err(|_| Broken::Syntax)
    }
}

impl<'a> Scan<'a> {
    pub(super) fn new(json: &'a str) -> Self {
        Self { json, at: 0 }
    }

    /// The byte that the next token begins with.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Broken> {
        let bytes = self.json.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Broken::Syntax)
    }

    /// Steps over the byte that was just looked at.
    #[inline]
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
    #[inline]
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
    #[inline]
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
    #[inline]
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
    #[inline]
    pub(super) fn string(&mut self) -> Result<Quoted<'a>, Broken> {
        self.at += 1;
        let start = self.at;
        let mut has_escapes = false;
        loop {
            self.at += plain(self.json.as_bytes().get(self.at..).unwrap_or_default());
            match self.json.as_bytes().get(self.at) {
                Some(b'"') => {
                    let inner = self.since(start);
                    self.at += 1;
                    return Ok(Quoted { inner, has_escapes });
                }
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                _ => return Err(Broken::Syntax),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let bytes = self.json.as_bytes();
        let length = match bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
            Some(b'u') => {
                let digits = bytes.get(self.at + 2..self.at + 6).ok_or(Broken::Syntax)?;
                if !digits.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Broken::Syntax);
                }
                6
            }
            _ => return Err(Broken::Syntax),
        };
        self.at += length;
        Ok(())
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

/// How many bytes stand before the first quote, backslash or control character.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    let mut at = 0;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u64::from_le_bytes(*chunk);
        let zero = |word: u64| word.wrapping_sub(ONES) & !word;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (quote | backslash | control) & HIGH;
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let stops = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    at + rest.iter().position(stops).unwrap_or(rest.len())
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
