//! A gzip stream of any number of members, decompressed under limits.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::{ExportError, ExportLimits};

/// A bomb is told by its ratio only past this size: small texts can compress very well.
const RATIO_GRACE_BYTES: u64 = 16 * 1024 * 1024;
/// What every gzip member begins with, and no text does.
const MAGIC: u8 = 0x1f;

/// Decompresses all members of a gzip stream, one after the other.
///
/// `flate2`'s plain decoder stops silently after the first member, and its multi-member one
/// takes padding after the last for a broken member. Each member's CRC is checked at its end.
pub(super) struct GzipMembers<R> {
    state: State<R>,
    limits: ExportLimits,
    decompressed: u64,
}

enum State<R> {
    Unknown(Counted<R>),
    Plain(Counted<R>),
    Member(Box<GzDecoder<Counted<R>>>),
    Between(Counted<R>),
    Ended,
    /// An error was returned: there is no clean end any more.
    Broken,
}

impl<R: Read> GzipMembers<R> {
    pub(super) fn new(read: R, limits: ExportLimits) -> Self {
        let state = State::Member(Box::new(GzDecoder::new(Counted::new(read))));
        Self { state, limits, decompressed: 0 }
    }

    /// Takes what does not begin as gzip does for plain text.
    pub(super) fn or_plain(read: R, limits: ExportLimits) -> Self {
        Self { state: State::Unknown(Counted::new(read)), limits, decompressed: 0 }
    }

    /// Fills `buffer` from the start; 0 is the clean end of the whole stream.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ExportError> {
        loop {
            match std::mem::replace(&mut self.state, State::Broken) {
                State::Ended => {
                    self.state = State::Ended;
                    return Ok(0);
                }
                State::Broken => {
                    return Err(ExportError::Read(io::Error::other("reading failed before")));
                }
                State::Unknown(mut counted) => {
                    let ahead = counted.fill_buf().map_err(ExportError::Read)?;
                    self.state = if ahead.first() == Some(&MAGIC) {
                        State::Member(Box::new(GzDecoder::new(counted)))
                    } else {
                        State::Plain(counted)
                    };
                }
                State::Plain(mut counted) => {
                    let count = counted.read(buffer).map_err(ExportError::Read)?;
                    self.decompressed += count as u64;
                    self.check_limits(counted.consumed)?;
                    self.state = State::Plain(counted);
                    return Ok(count);
                }
                State::Between(counted) => self.state = next_member(counted)?,
                State::Member(mut decoder) => {
                    let count = match decoder.read(buffer) {
                        Ok(count) => count,
                        // A connection that was cut is worth another try, an object is not.
                        Err(error) if decoder.get_ref().has_failed => {
                            return Err(ExportError::Read(error));
                        }
                        Err(error) => return Err(ExportError::Gzip(error)),
                    };
                    if count == 0 {
                        self.state = State::Between(decoder.into_inner());
                        continue;
                    }
                    self.decompressed += count as u64;
                    self.check_limits(decoder.get_ref().consumed)?;
                    self.state = State::Member(decoder);
                    return Ok(count);
                }
            }
        }
    }

    fn check_limits(&self, compressed: u64) -> Result<(), ExportError> {
        if self.decompressed > self.limits.decompressed_bytes {
            return Err(ExportError::TooLarge { limit: self.limits.decompressed_bytes });
        }
        let allowed = compressed.saturating_mul(self.limits.ratio);
        if self.decompressed > RATIO_GRACE_BYTES && self.decompressed > allowed {
            return Err(ExportError::RatioExceeded {
                decompressed: self.decompressed,
                compressed,
                limit: self.limits.ratio,
            });
        }
        Ok(())
    }
}

/// What follows a member: another one, nothing, or zeros up to the end.
fn next_member<R: Read>(mut counted: Counted<R>) -> Result<State<R>, ExportError> {
    let ahead = counted.fill_buf().map_err(ExportError::Read)?;
    if ahead.first() == Some(&MAGIC) {
        return Ok(State::Member(Box::new(GzDecoder::new(counted))));
    }
    loop {
        let ahead = counted.fill_buf().map_err(ExportError::Read)?;
        if ahead.is_empty() {
            return Ok(State::Ended);
        }
        if ahead.iter().any(|byte| *byte != 0) {
            return Err(ExportError::TrailingGarbage);
        }
        let zeros = ahead.len();
        counted.consume(zeros);
    }
}

/// Counts the compressed bytes that were used, and remembers whether reading them failed.
struct Counted<R> {
    inner: BufReader<R>,
    consumed: u64,
    has_failed: bool,
}

impl<R: Read> Counted<R> {
    fn new(read: R) -> Self {
        let inner = BufReader::with_capacity(64 * 1024, read);
        Self { inner, consumed: 0, has_failed: false }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).inspect_err(|_| self.has_failed = true)?;
        self.consumed += count as u64;
        Ok(count)
    }
}

impl<R: Read> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf().inspect_err(|_| self.has_failed = true)
    }

    fn consume(&mut self, count: usize) {
        self.consumed += count as u64;
        self.inner.consume(count);
    }
}
