//! Lines of a byte stream, each with bounded memory however long it is.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::{ExportError, ExportLimits, gzip::GzipMembers};

const CHUNK_BYTES: usize = 64 * 1024;

/// Splits a stream at `\n`, decompressed when it begins as gzip does.
///
/// The lines of a stream count only once its clean end was reached.
pub struct Lines<R> {
    source: GzipMembers<R>,
    chunk: Box<[u8]>,
    start: usize,
    end: usize,
    offset: u64,
    limit: usize,
    line: Vec<u8>,
}

/// One line without its line feed.
#[derive(Debug)]
pub enum RawLine<'l> {
    /// The whole line.
    Whole {
        /// Where it begins in the text, in bytes.
        offset: u64,
        /// What stands on it.
        bytes: &'l [u8],
    },
    /// Longer than the limit: only what identifies it was kept.
    TooLong {
        /// Where it begins in the text, in bytes.
        offset: u64,
        /// Its length in bytes.
        length: u64,
        /// SHA-256 of its bytes, in hexadecimal.
        sha256: String,
    },
}

impl<R: Read> Lines<R> {
    /// Lines of gzip, and of nothing else.
    pub(super) fn of_gzip(read: R, limits: ExportLimits) -> Self {
        Self::of(GzipMembers::new(read, limits), limits)
    }

    /// Lines of gzip or of plain text, whichever the first bytes tell.
    pub fn new(read: R, limits: ExportLimits) -> Self {
        Self::of(GzipMembers::or_plain(read, limits), limits)
    }

    fn of(source: GzipMembers<R>, limits: ExportLimits) -> Self {
        Self {
            source,
            chunk: vec![0; CHUNK_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            offset: 0,
            limit: limits.line_bytes,
            line: Vec::new(),
        }
    }

    /// The next line; `None` at the clean end. A stream that ends in `\n` has no line after it.
    ///
    /// # Errors
    /// When the stream as a whole is broken or over a limit: then none of its lines counts.
    #[expect(clippy::should_implement_trait, reason = "a line borrows from the reader")]
    pub fn next(&mut self) -> Result<Option<RawLine<'_>>, ExportError> {
        let offset = self.offset;
        let mut length = 0_u64;
        let mut digest = None;
        self.line.clear();
        loop {
            if self.start == self.end {
                // Nothing is left of the chunk, even if the next one can't be read.
                (self.start, self.end) = (0, 0);
                self.end = self.source.read(&mut self.chunk)?;
                if self.end == 0 && length == 0 {
                    return Ok(None);
                }
                if self.end == 0 {
                    break;
                }
            }
            let ahead = self.chunk.get(self.start..self.end).unwrap_or_default();
            let feed = memchr::memchr(b'\n', ahead);
            if let Some(feed) = feed.filter(|feed| length == 0 && *feed <= self.limit) {
                let start = self.start;
                self.start += feed + 1;
                self.offset += feed as u64 + 1;
                let bytes = self.chunk.get(start..start + feed).unwrap_or_default();
                return Ok(Some(RawLine::Whole { offset, bytes }));
            }
            let part = ahead.get(..feed.unwrap_or(ahead.len())).unwrap_or_default();
            length += part.len() as u64;
            match &mut digest {
                None if self.line.len() + part.len() <= self.limit => {
                    self.line.extend_from_slice(part);
                }
                None => {
                    let mut started = Sha256::new_with_prefix(&self.line);
                    started.update(part);
                    digest = Some(started);
                    self.line.clear();
                }
                Some(digest) => digest.update(part),
            }
            self.start += part.len() + usize::from(feed.is_some());
            if feed.is_some() {
                self.offset += 1;
                break;
            }
        }
        self.offset += length;
        Ok(Some(match digest {
            None => RawLine::Whole { offset, bytes: &self.line },
            Some(digest) => {
                RawLine::TooLong { offset, length, sha256: hex::encode(digest.finalize()) }
            }
        }))
    }
}
