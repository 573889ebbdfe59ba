//! Splits a file into its JSON documents: JSON Lines, one document, or several on end.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use serde_json::value::RawValue;

/// Documents are held in memory in whole: nobody decompresses more than this.
pub(crate) const MAX_BYTES: u64 = 1 << 30;

/// Whether a file of this name holds documents, which may span lines, and no JSON Lines.
pub(crate) fn are_in(name: &str) -> bool {
    name.strip_suffix(".gz").unwrap_or(name).ends_with(".json")
}

/// A whole text, decompressed when it begins as gzip does.
///
/// # Errors
/// When it can't be read to its end, or is too large after decompression.
pub(crate) fn whole(mut read: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.read_to_end(&mut bytes)?;
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).take(MAX_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        let limit = format!("more than {MAX_BYTES} bytes after decompression");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
    }
    Ok(text)
}

/// One document and the number of the line it begins on, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Document<'t> {
    pub(crate) line: usize,
    pub(crate) bytes: &'t [u8],
}

/// Splits strictly at line feeds; blank lines are none.
pub(crate) fn lines(text: &[u8]) -> Vec<Document<'_>> {
    text.split(|byte| *byte == b'\n')
        .zip(1..)
        .map(|(bytes, line)| Document { line, bytes: bytes.trim_ascii() })
        .filter(|document| !document.bytes.is_empty())
        .collect()
}

/// Splits a text of one or more documents, however they are broken into lines.
///
/// What is no JSON becomes one document up to the next line that begins with `{` or `[`, so that
/// one broken record never swallows the next.
pub(crate) fn documents(text: &[u8]) -> Vec<Document<'_>> {
    let mut found = Vec::new();
    let mut rest = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut line = 1;
    loop {
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let (before, after) = rest.split_at(blank);
        line += feeds(before);
        if after.is_empty() {
            return found;
        }
        let length = value_length(after).unwrap_or_else(|| broken_length(after));
        let (document, after) = after.split_at(length);
        found.push(Document { line, bytes: document.trim_ascii() });
        line += feeds(document);
        rest = after;
    }
}

fn feeds(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

/// The length of the JSON value at the start, when there is one.
fn value_length(bytes: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<&RawValue>();
    values.next()?.ok()?;
    Some(values.byte_offset())
}

fn broken_length(bytes: &[u8]) -> usize {
    bytes
        .windows(2)
        .position(|pair| matches!(pair, [b'\n', b'{' | b'[']))
        .map_or(bytes.len(), |feed| feed + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<(usize, String)> {
        documents(text.as_bytes())
            .into_iter()
            .map(|document| (document.line, String::from_utf8_lossy(document.bytes).into_owned()))
            .collect()
    }

    #[test]
    fn documents_end_where_their_json_ends() {
        let text = "\n{\n \"a\": 1\n}\n{\"b\":2}{\"c\":3}\n[1,\n2]\n7\n";
        let found = split(text);
        let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5, 5, 6, 8]);
        assert_eq!(found[0].1, "{\n \"a\": 1\n}");
    }

    #[test]
    fn a_broken_document_ends_where_the_next_one_begins() {
        let text = "{\"a\":1}\n{\"cut\":{\"x\":1\n{\"b\":2}\nnonsense\n{\n \"c\": 3,\n}\n{\"d\":4}";
        let found = split(text);
        let lines: Vec<_> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 8]);
        assert_eq!(found[4].1, "{\n \"c\": 3,\n}");
    }

    #[test]
    fn json_lines_are_split_at_feeds_alone() {
        let found = lines(b"{\"a\":\n1}\n\n  {\"b\":2}\r\n");
        let numbers: Vec<_> = found.iter().map(|document| document.line).collect();
        assert_eq!(numbers, [1, 2, 4]);
        assert_eq!(found[2].bytes, b"{\"b\":2}");
    }
}
