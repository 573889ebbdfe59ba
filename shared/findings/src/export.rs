//! The reader of GuardDuty's export objects: gzip-compressed JSON Lines, under limits.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::{Finding, Record, Unreadable, decode};

mod gzip;
mod lines;

pub use self::lines::{Lines, RawLine};

/// What one export object may cost.
#[derive(Debug, Clone, Copy)]
pub struct ExportLimits {
    /// Bytes after decompression.
    pub decompressed_bytes: u64,
    /// Decompressed bytes per compressed byte, once the text is larger than 16 MiB.
    pub ratio: u64,
    /// Bytes of one line. Real findings stay far below: an attack sequence holds at most 100
    /// signals and 400 of each indicator, resource and endpoint (API reference, `Sequence`).
    pub line_bytes: usize,
}

impl ExportLimits {
    /// What a function grants one object.
    pub const DEFAULT: Self = Self { decompressed_bytes: 1 << 30, ratio: 200, line_bytes: 4 << 20 };
}

impl Default for ExportLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why an export object as a whole can't be trusted. Nothing read from it before counts.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The source could not be read.
    #[error("can't read the object")]
    Read(#[source] io::Error),
    /// Not gzip, cut off, or its checksum does not fit.
    #[error("no intact gzip stream: {0}")]
    Gzip(#[source] io::Error),
    /// Something other than padding follows the last gzip member.
    #[error("no intact gzip stream: unknown bytes after the last member")]
    TrailingGarbage,
    /// More text than the limit.
    #[error("more than {limit} bytes after decompression")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A compression ratio that text does not reach.
    #[error("{decompressed} bytes out of {compressed}: more than {limit} to 1, a gzip bomb")]
    RatioExceeded {
        /// Bytes after decompression so far.
        decompressed: u64,
        /// Compressed bytes read so far.
        compressed: u64,
        /// The limit.
        limit: u64,
    },
}

/// One line of an export object. Line numbers count from 1, in the decompressed text.
#[derive(Debug)]
pub enum Line {
    /// Nothing on it: white space, or an empty page of findings.
    Blank {
        /// The line's number.
        number: u64,
    },
    /// Findings: one, unless the line is a page of them.
    Findings {
        /// The line's number.
        number: u64,
        /// At least one.
        findings: Vec<Finding>,
    },
    /// A line that is not all findings.
    Bad(BadLine),
}

/// A line to be kept aside, with what is needed to find and judge it.
#[derive(Debug)]
pub struct BadLine {
    /// The line's number.
    pub number: u64,
    /// Where it begins in the decompressed text, in bytes.
    pub offset: u64,
    /// Its length in bytes, without the line feed.
    pub length: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Why it is here.
    pub reason: String,
    /// The line itself, unless it is longer than the limit.
    pub bytes: Option<Vec<u8>>,
}

/// Reads an export object line by line with bounded memory.
///
/// What it yields counts only once `next_line` has returned `Ok(None)`: gzip's checksum stands at
/// the end, after the lines it protects.
pub struct ExportReader<R> {
    lines: Lines<R>,
    number: u64,
    line_bytes: usize,
}

impl<R: Read> ExportReader<R> {
    /// Reads gzip from `read`.
    pub fn new(read: R, limits: ExportLimits) -> Self {
        Self { lines: Lines::of_gzip(read, limits), number: 0, line_bytes: limits.line_bytes }
    }

    /// The next line, or `None` when the object ended cleanly.
    ///
    /// # Errors
    /// When the object as a whole is broken or over a limit: then none of its lines counts.
    pub fn next_line(&mut self) -> Result<Option<Line>, ExportError> {
        let Some(line) = self.lines.next()? else { return Ok(None) };
        self.number += 1;
        let number = self.number;
        Ok(Some(match line {
            RawLine::Whole { offset, bytes } => Line::read(number, offset, bytes),
            RawLine::TooLong { offset, length, sha256 } => {
                let reason = format!("longer than {} bytes", self.line_bytes);
                Line::Bad(BadLine { number, offset, length, sha256, reason, bytes: None })
            }
        }))
    }
}

impl Line {
    /// Reads the bytes of one line, which begin at `offset`.
    pub fn read(number: u64, offset: u64, bytes: &[u8]) -> Self {
        let content = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii();
        if content.is_empty() {
            return Self::Blank { number };
        }
        match findings(content) {
            Ok(findings) if findings.is_empty() => Self::Blank { number },
            Ok(findings) => Self::Findings { number, findings },
            Err(reason) => Self::Bad(BadLine::new(number, offset, bytes, reason.to_string())),
        }
    }
}

impl BadLine {
    /// A line that is here as a whole.
    pub fn new(number: u64, offset: u64, bytes: &[u8], reason: String) -> Self {
        Self {
            number,
            offset,
            length: bytes.len() as u64,
            sha256: hex::encode(Sha256::digest(bytes)),
            reason,
            bytes: Some(bytes.to_vec()),
        }
    }
}

/// Why a line is not all findings.
#[derive(Debug, thiserror::Error)]
enum NotAllFindings {
    #[error(transparent)]
    Unreadable(Unreadable),
    #[error("a `{0}` event, not a finding")]
    Event(String),
}

fn findings(content: &[u8]) -> Result<Vec<Finding>, NotAllFindings> {
    decode(content)
        .into_iter()
        .map(|record| match record {
            Record::Finding(finding) => Ok(*finding),
            Record::Event(event) => Err(NotAllFindings::Event(event.detail_type)),
            Record::Unreadable(reason) => Err(NotAllFindings::Unreadable(reason)),
        })
        .collect()
}

#[cfg(test)]
mod tests;
