//! The texts of one source one after the other, whatever form the source has.

use findings::{ExportLimits, Lines, RawLine};

use super::{Connection, Inflater, Opened, Source, open};
use crate::documents;

/// A history may hold objects of any size: only a line is bounded.
const LIMITS: ExportLimits = ExportLimits { decompressed_bytes: u64::MAX, ..ExportLimits::DEFAULT };

/// What stands on a line, or in a document that begins there.
pub(crate) enum Text<'t> {
    Whole(&'t [u8]),
    /// Nobody has lines of so many bytes; it was skipped.
    TooLong(u64),
}

impl Text<'_> {
    /// What to say of a line that was skipped.
    pub(crate) fn too_long(length: u64) -> String {
        format!("{length} bytes, more than the {} of a line", LIMITS.line_bytes)
    }
}

/// Hands over every text with the number of its line, or row, from 1.
///
/// # Errors
/// When the source can't be read to its clean end. Then nothing that was handed over counts.
pub(crate) fn each_text(
    source: &Source,
    connection: &Connection,
    inflater: &mut Inflater,
    mut act: impl FnMut(u64, Text<'_>),
) -> anyhow::Result<()> {
    let is_of_documents = documents::are_in(&source.name());
    if let Source::File(path) = source
        && let Some(text) = inflater.text(path)
    {
        if is_of_documents {
            each_document(text, act);
        } else {
            each_line(text, act);
        }
        return Ok(());
    }
    match open(source, connection)? {
        Opened::Bytes(read) if is_of_documents => each_document(&documents::whole(read)?, act),
        Opened::Bytes(read) => {
            let mut lines = Lines::new(read, LIMITS);
            let mut number = 0;
            while let Some(line) = lines.next()? {
                number += 1;
                act(
                    number,
                    match line {
                        RawLine::Whole { bytes, .. } => Text::Whole(bytes),
                        RawLine::TooLong { length, .. } => Text::TooLong(length),
                    },
                );
            }
        }
        Opened::Texts(texts) => {
            for text in texts {
                let (row, text) = text?;
                act(row, Text::Whole(text.as_bytes()));
            }
        }
    }
    Ok(())
}

fn each_document(text: &[u8], mut act: impl FnMut(u64, Text<'_>)) {
    for document in documents::documents(text) {
        act(document.line as u64, Text::Whole(document.bytes));
    }
}

fn each_line(text: &[u8], mut act: impl FnMut(u64, Text<'_>)) {
    let mut lines = text.strip_suffix(b"\n").unwrap_or(text);
    let mut number = 0;
    while !lines.is_empty() {
        let end = memchr::memchr(b'\n', lines).unwrap_or(lines.len());
        let (line, rest) = lines.split_at_checked(end).unwrap_or_default();
        lines = rest.get(1..).unwrap_or_default();
        number += 1;
        if line.len() > LIMITS.line_bytes {
            act(number, Text::TooLong(line.len() as u64));
        } else {
            act(number, Text::Whole(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use flate2::{Compression, write::GzEncoder};
    use platform::aws::Settings;

    use super::*;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn documents_that_span_lines_are_whole_packed_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let text = "{\n \"Findings\": []\n}\n{}\n";
        let two_members = [gzip("{\n \"Findings\""), gzip(": []\n}\n{}\n")].concat();
        for (name, bytes) in [
            ("plain.json", text.as_bytes().to_vec()),
            ("packed.json.gz", gzip(text)),
            ("members.json.gz", two_members),
            ("misnamed.json", gzip(text)),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let connection = Connection::new(Settings::default());
            let mut lines = Vec::new();
            let mut inflater = Inflater::default();
            each_text(&Source::File(path), &connection, &mut inflater, |line, text| {
                let Text::Whole(bytes) = text else { panic!("{name}") };
                lines.push((line, bytes.len()));
            })
            .unwrap();
            assert_eq!(lines, [(1, 19), (4, 2)], "{name}");
        }
    }
}
