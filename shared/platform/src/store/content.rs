//! What an object is to contain: bytes, or a file that is read while it is sent.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use aws_sdk_s3::primitives::{ByteStream, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sha2::{Digest, Sha256};

/// What is in memory of a file while it is sent.
const CHUNK_BYTES: u64 = 64 << 10;

/// The content of an object to write.
#[derive(Debug, Clone)]
pub enum Content {
    /// All of it.
    Bytes(Bytes),
    /// A file of known length and digest.
    File(FileContent),
}

/// A file whose content is settled. It needs no name, and every attempt to send it reads it again.
#[derive(Debug, Clone)]
pub struct FileContent {
    file: Arc<Mutex<File>>,
    length: u64,
    sha256: [u8; 32],
}

impl FileContent {
    /// The first `length` bytes of a file, which have this SHA-256.
    pub fn new(file: File, length: u64, sha256: [u8; 32]) -> Self {
        Self { file: Arc::new(Mutex::new(file)), length, sha256 }
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// SHA-256 of the content.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// A reader from the beginning, beside any other. An error when the file has become shorter.
    pub fn reader(&self) -> impl Read + use<> {
        self.whole()
    }

    fn whole(&self) -> Reader {
        Reader { file: Arc::clone(&self.file), at: 0, length: self.length }
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<FileContent> for Content {
    fn from(file: FileContent) -> Self {
        Self::File(file)
    }
}

impl Content {
    pub(super) fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Bytes(bytes) => Sha256::digest(bytes).into(),
            Self::File(file) => file.sha256,
        }
    }

    /// A body that can be sent again from its beginning.
    pub(super) fn body(&self) -> ByteStream {
        match self {
            Self::Bytes(bytes) => bytes.clone().into(),
            Self::File(file) => {
                let file = file.clone();
                ByteStream::new(SdkBody::retryable(move || SdkBody::from_body_1_x(file.whole())))
            }
        }
    }
}

/// One way through the file, with a place of its own.
struct Reader {
    file: Arc<Mutex<File>>,
    at: u64,
    length: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length - self.at;
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let (buffer, _) = buffer.split_at_mut(most);
        if buffer.is_empty() {
            return Ok(0);
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        if read == 0 {
            let told = format!("the file ends {left} bytes too early");
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, told));
        }
        self.at += read as u64;
        Ok(read)
    }
}

/// It reads what was just written, which the system still has in memory: no thread of its own is
/// worth it.
impl Body for Reader {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let most = (self.length - self.at).min(CHUNK_BYTES);
        if most == 0 {
            return Poll::Ready(None);
        }
        let mut chunk = vec![0; usize::try_from(most).unwrap_or_default()];
        Poll::Ready(Some(self.read(&mut chunk).map(|read| {
            chunk.truncate(read);
            Frame::data(chunk.into())
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.at == self.length
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length - self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8], length: u64) -> FileContent {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        FileContent::new(file, length, Sha256::digest(bytes).into())
    }

    #[test]
    fn two_readers_of_one_file_do_not_disturb_each_other() {
        let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_be_bytes).collect();
        let file = file(&bytes, bytes.len() as u64);
        let (mut first, mut second) = (file.reader(), file.reader());
        let (mut one, mut other) = (vec![0; 100_000], Vec::new());
        first.read_exact(&mut one).unwrap();
        second.read_to_end(&mut other).unwrap();
        first.read_to_end(&mut one).unwrap();
        assert!(one == bytes && other == bytes);
    }

    #[test]
    fn a_file_that_has_become_shorter_is_an_error_and_not_a_shorter_object() {
        let error = file(b"abc", 5).reader().read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
