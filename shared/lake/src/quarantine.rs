//! What is set aside: bad lines with the line itself, broken objects by reference.

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use findings::BadLine;
use serde::Serialize;

/// At most this much of the lines themselves is kept; of the others only where they are and their
/// hash.
const KEPT_BYTES: usize = 8 << 20;

/// The bad lines of one object.
#[derive(Debug, Default)]
pub(crate) struct BadLines {
    lines: Vec<BadLine>,
    kept: usize,
}

#[derive(Serialize)]
struct LineEntry<'a> {
    schema: &'static str,
    source: &'a str,
    line: u64,
    /// In the decompressed text.
    offset: u64,
    length: u64,
    sha256: &'a str,
    reason: &'a str,
    /// The line, when it is UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    /// The line, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

#[derive(Serialize)]
struct ObjectEntry<'a> {
    schema: &'static str,
    source: &'a str,
    etag: Option<&'a str>,
    reason: &'a str,
}

impl BadLines {
    pub(crate) fn add(&mut self, mut line: BadLine) {
        let length = line.bytes.as_ref().map_or(0, Vec::len);
        if self.kept + length > KEPT_BYTES {
            line.bytes = None;
        } else {
            self.kept += length;
        }
        self.lines.push(line);
    }

    pub(crate) fn into_file(self, source: &str) -> Option<Bytes> {
        if self.lines.is_empty() {
            return None;
        }
        let mut file = Vec::new();
        for line in &self.lines {
            let bytes = line.bytes.as_deref();
            let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
            let entry = LineEntry {
                schema: "guardsift.quarantined-line/v1",
                source,
                line: line.number,
                offset: line.offset,
                length: line.length,
                sha256: &line.sha256,
                reason: &line.reason,
                text,
                base64: bytes.filter(|_| text.is_none()).map(|bytes| BASE64_STANDARD.encode(bytes)),
            };
            file.extend(serde_json::to_vec(&entry).unwrap_or_default());
            file.push(b'\n');
        }
        Some(file.into())
    }
}

/// The entry of an object that as a whole gives nothing. The object itself stays where it is.
pub fn object(source: &str, etag: Option<&str>, reason: &str) -> Bytes {
    let entry = ObjectEntry { schema: "guardsift.quarantined-object/v1", source, etag, reason };
    serde_json::to_vec(&entry).map(Bytes::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bytes: &[u8]) -> BadLine {
        BadLine {
            number: 3,
            offset: 9,
            length: bytes.len() as u64,
            sha256: "h".into(),
            reason: "no id".into(),
            bytes: Some(bytes.to_vec()),
        }
    }

    fn entries(lines: Vec<BadLine>) -> Vec<serde_json::Value> {
        let mut bad = BadLines::default();
        lines.into_iter().for_each(|line| bad.add(line));
        let file = bad.into_file("s3://exports/k").unwrap();
        std::str::from_utf8(&file)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn a_line_is_kept_as_text_or_when_it_is_none_in_base64() {
        let entries = entries(vec![line(b"{}"), line(b"\xff\x00")]);
        assert_eq!((entries[0]["text"].as_str(), entries[0].get("base64")), (Some("{}"), None));
        assert_eq!((entries[1].get("text"), entries[1]["base64"].as_str()), (None, Some("/wA=")));
        assert_eq!(entries[0]["line"], 3);
    }

    #[test]
    fn beyond_the_limit_only_place_and_hash_are_kept() {
        let entries = entries(vec![line(&vec![b'x'; KEPT_BYTES]), line(b"y")]);
        assert!(entries[0].get("text").is_some() && entries[1].get("text").is_none());
        assert_eq!(entries[1]["sha256"], "h");
    }

    #[test]
    fn no_bad_lines_make_no_file() {
        assert_eq!(BadLines::default().into_file("s3://exports/k"), None);
    }
}
