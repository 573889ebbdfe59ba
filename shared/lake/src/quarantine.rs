//! What is set aside: bad lines with the line itself, broken objects by reference.

use std::io::{self, BufWriter, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use findings::BadLine;
use platform::store::FileContent;
use serde::Serialize;

use crate::spool::Spool;

/// At most this much of the lines themselves is kept; of the others only where they are and their
/// hash.
const KEPT_BYTES: usize = 8 << 20;
/// So many lines have an entry of their own. The others are only counted: they are in the object
/// itself, which is no export of findings if it has more.
const ENTRIES: u64 = 100_000;

/// The bad lines of one object.
#[derive(Debug)]
pub(crate) struct BadLines {
    source: String,
    file: Option<BufWriter<Spool>>,
    kept: usize,
    entries: u64,
    /// Without an entry, and the number of the first of them.
    others: u64,
    first_other: u64,
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
struct OthersEntry<'a> {
    schema: &'static str,
    source: &'a str,
    /// The first of them.
    line: u64,
    lines: u64,
    reason: &'static str,
}

#[derive(Serialize)]
struct ObjectEntry<'a> {
    schema: &'static str,
    source: &'a str,
    etag: Option<&'a str>,
    reason: &'a str,
}

impl BadLines {
    pub(crate) fn new(source: &str) -> Self {
        let source = source.to_owned();
        Self { source, file: None, kept: 0, entries: 0, others: 0, first_other: 0 }
    }

    pub(crate) fn add(&mut self, line: &BadLine) -> io::Result<()> {
        if self.entries >= ENTRIES {
            if self.others == 0 {
                self.first_other = line.number;
            }
            self.others += 1;
            return Ok(());
        }
        self.entries += 1;
        let length = line.bytes.as_ref().map_or(0, Vec::len);
        let bytes = line.bytes.as_deref().filter(|_| self.kept + length <= KEPT_BYTES);
        self.kept += bytes.map_or(0, <[u8]>::len);
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        let entry = LineEntry {
            schema: "guardsift.quarantined-line/v1",
            source: &self.source,
            line: line.number,
            offset: line.offset,
            length: line.length,
            sha256: &line.sha256,
            reason: &line.reason,
            text,
            base64: bytes.filter(|_| text.is_none()).map(|bytes| BASE64_STANDARD.encode(bytes)),
        };
        write(&mut self.file, &entry)
    }

    /// A JSON Lines file; `None` when there was no bad line.
    pub(crate) fn finish(mut self) -> io::Result<Option<FileContent>> {
        if self.others > 0 {
            let entry = OthersEntry {
                schema: "guardsift.quarantined-lines/v1",
                source: &self.source,
                line: self.first_other,
                lines: self.others,
                reason: "more bad lines than are described one by one; they are in the source",
            };
            write(&mut self.file, &entry)?;
        }
        let file = self.file.map(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
        Ok(file.transpose()?.map(Spool::finish))
    }
}

fn write(file: &mut Option<BufWriter<Spool>>, entry: &impl Serialize) -> io::Result<()> {
    let file = match file {
        Some(file) => file,
        None => file.insert(BufWriter::new(Spool::new()?)),
    };
    serde_json::to_writer(&mut *file, entry)?;
    file.write_all(b"\n")
}

/// The entry of an object that as a whole gives nothing. The object itself stays where it is.
pub fn object_note(source: &str, etag: Option<&str>, reason: &str) -> Bytes {
    let entry = ObjectEntry { schema: "guardsift.quarantined-object/v1", source, etag, reason };
    serde_json::to_vec(&entry).map(Bytes::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::BufRead;

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

    fn entries(lines: impl IntoIterator<Item = BadLine>) -> Vec<serde_json::Value> {
        let mut bad = BadLines::new("s3://exports/k");
        lines.into_iter().for_each(|line| bad.add(&line).unwrap());
        let file = bad.finish().unwrap().unwrap();
        let lines = io::BufReader::new(file.reader()).lines();
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
    }

    #[test]
    fn a_line_is_kept_as_text_or_when_it_is_none_in_base64() {
        let entries = entries([line(b"{}"), line(b"\xff\x00")]);
        assert_eq!((entries[0]["text"].as_str(), entries[0].get("base64")), (Some("{}"), None));
        assert_eq!((entries[1].get("text"), entries[1]["base64"].as_str()), (None, Some("/wA=")));
        assert_eq!(entries[0]["line"], 3);
    }

    #[test]
    fn beyond_the_limit_only_place_and_hash_are_kept() {
        let entries = entries([line(&vec![b'x'; KEPT_BYTES]), line(b"y")]);
        assert!(entries[0].get("text").is_some() && entries[1].get("text").is_none());
        assert_eq!(entries[1]["sha256"], "h");
    }

    #[test]
    fn an_object_of_nothing_but_bad_lines_is_counted_to_its_end() {
        let lines = (1..=ENTRIES + 7).map(|number| BadLine { number, ..line(b"x") });
        let entries = entries(lines);
        let last = entries.last().unwrap();
        assert_eq!((entries.len() as u64, last["lines"].as_u64()), (ENTRIES + 1, Some(7)));
        assert_eq!(last["line"], ENTRIES + 1);
    }

    #[test]
    fn no_bad_lines_make_no_file() {
        assert!(BadLines::new("s3://exports/k").finish().unwrap().is_none());
    }
}
