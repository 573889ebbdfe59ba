//! Export objects of this machine decompressed in one go, which costs less than a stream.

use std::{fs::File, io::Read, path::Path};

use libdeflater::Decompressor;

/// Larger objects are read as streams, so that memory does not depend on their size.
const MAX_COMPRESSED: u64 = 4 << 20;
const MAX_TEXT: usize = 24 << 20;
const MEMBER: [u8; 3] = [0x1f, 0x8b, 8];

/// Decompresses one object after the other into the same memory.
#[derive(Default)]
pub(crate) struct Inflater {
    decompressor: Decompressor,
    compressed: Vec<u8>,
    text: Vec<u8>,
}

impl Inflater {
    /// The text of a small gzip file of one intact member. `None` for any other file, which the
    /// reader of streams then reads or refuses.
    pub(crate) fn text(&mut self, path: &Path) -> Option<&[u8]> {
        let file = File::open(path).ok()?;
        let size = file.metadata().ok()?.len();
        if size > MAX_COMPRESSED {
            return None;
        }
        self.compressed.clear();
        file.take(size + 1).read_to_end(&mut self.compressed).ok()?;
        let rest = self.compressed.strip_prefix(&MEMBER)?;
        // The member's length stands at its end. Without the beginning of another one anywhere
        // there is no second member whose length it could be.
        let length = usize::try_from(u32::from_le_bytes(*rest.last_chunk()?)).ok()?;
        if length > MAX_TEXT || memchr::memmem::find(rest, &MEMBER).is_some() {
            return None;
        }
        if self.text.len() < length {
            self.text.resize(length, 0);
        }
        let text = self.text.get_mut(..length)?;
        let written = self.decompressor.gzip_decompress(&self.compressed, text).ok()?;
        (written == length).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn inflated(inflater: &mut Inflater, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        inflater.text(file.path()).map(<[u8]>::to_vec)
    }

    #[test]
    fn one_intact_member_is_its_text_whatever_was_read_before() {
        let mut inflater = Inflater::default();
        for text in ["a longer text", "short", "", "the longest text of all"] {
            let found = inflated(&mut inflater, &gzip(text.as_bytes()));
            assert_eq!(found.as_deref(), Some(text.as_bytes()));
        }
    }

    #[test]
    fn everything_else_is_left_to_the_reader_of_streams() {
        let mut inflater = Inflater::default();
        let (one, same) = (gzip(b"12345"), gzip(b"54321"));
        let mut flipped = one.clone();
        flipped[12] ^= 1;
        let mut wrong_sum = one.clone();
        let sum = wrong_sum.len() - 8;
        wrong_sum[sum] ^= 1;
        for bytes in [
            [&*one, &*same].concat(),
            [&*one, &[0; 8]].concat(),
            [&*one, b"garbage"].concat(),
            one[..one.len() - 3].to_vec(),
            flipped,
            wrong_sum,
            b"{}".to_vec(),
            Vec::new(),
        ] {
            assert_eq!(inflated(&mut inflater, &bytes), None, "{bytes:?}");
        }
        assert_eq!(inflater.text(Path::new("missing")), None);
    }

    #[test]
    fn what_is_large_is_left_to_the_reader_of_streams() {
        let mut inflater = Inflater::default();
        assert_eq!(inflated(&mut inflater, &gzip(&vec![b'a'; MAX_TEXT + 1])), None);
        assert!(inflated(&mut inflater, &gzip(&vec![b'a'; MAX_TEXT])).is_some());
    }
}
