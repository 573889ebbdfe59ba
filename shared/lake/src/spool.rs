//! A file in the making on disk, so that memory does not depend on its size.

use std::{
    fs::File,
    io::{self, Write},
};

use platform::store::FileContent;
use sha2::{Digest, Sha256};

/// Counts and digests what it writes to a temporary file without a name, which is gone when the
/// process is.
#[derive(Debug)]
pub(crate) struct Spool {
    file: File,
    digest: Sha256,
    length: u64,
}

impl Spool {
    pub(crate) fn new() -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, digest: Sha256::new(), length: 0 })
    }

    /// What was written, settled.
    pub(crate) fn finish(self) -> FileContent {
        FileContent::new(self.file, self.length, self.digest.finalize().into())
    }
}

impl Write for Spool {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.digest.update(buffer.get(..written).unwrap_or(buffer));
        self.length += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_was_written_is_read_back_with_its_length_and_digest() {
        let mut spool = Spool::new().unwrap();
        spool.write_all(b"ab").unwrap();
        spool.write_all(b"c").unwrap();
        let file = spool.finish();
        let mut text = String::new();
        file.reader().read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), file.length()), ("abc", 3));
        assert_eq!(file.sha256(), <[u8; 32]>::from(Sha256::digest(b"abc")));
    }
}
