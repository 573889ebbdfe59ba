//! The three checksums that the AWS SDK computes, in the place of the crate of this name.
//!
//! That crate carries the tables of every CRC there is, chosen from at run time: 0.6 MB of each deployment package that
//! no compressor makes smaller and no call of ours reads. `Cargo.toml` of the workspace puts this one in its place, with
//! the part of its interface that `aws-smithy-checksums` and `s3s` use. Should they come to use more, they do not
//! compile; should they leave the crate, Cargo says that the patch is not used. `tests/integration/checksums.rs` holds it
//! against the catalogue.

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Table};

/// Sixteen bytes a step: some gigabytes per second, for a table of 16 and 32 KB.
type Wide = Table<16>;

static ISCSI: Crc<u32, Wide> = Crc::<u32, Wide>::new(&CRC_32_ISCSI);
static NVME: Crc<u64, Wide> = Crc::<u64, Wide>::new(&CRC_64_NVME);

/// The checksums of S3, named as in the catalogue of CRCs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrcAlgorithm {
    /// What S3 calls CRC32.
    Crc32IsoHdlc,
    /// What S3 calls CRC32C.
    Crc32Iscsi,
    /// What S3 calls CRC64NVME.
    Crc64Nvme,
}

/// A checksum of what has come so far.
#[derive(Clone)]
pub struct Digest(State);

#[derive(Clone)]
enum State {
    Hdlc(crc32fast::Hasher),
    Iscsi(crc::Digest<'static, u32, Wide>),
    Nvme(crc::Digest<'static, u64, Wide>),
}

impl Digest {
    /// Nothing has come.
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Hdlc(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Iscsi(ISCSI.digest()),
            CrcAlgorithm::Crc64Nvme => State::Nvme(NVME.digest()),
        })
    }

    /// More comes.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Hdlc(hasher) => hasher.update(bytes),
            State::Iscsi(digest) => digest.update(bytes),
            State::Nvme(digest) => digest.update(bytes),
        }
    }

    /// The checksum, in the lower half where it has 32 bits. More may come after it.
    pub fn finalize(&self) -> u64 {
        match self.0.clone() {
            State::Hdlc(hasher) => hasher.finalize().into(),
            State::Iscsi(digest) => digest.finalize().into(),
            State::Nvme(digest) => digest.finalize(),
        }
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Digest({:016x})", self.finalize())
    }
}

/// The checksum of these bytes.
pub fn checksum(algorithm: CrcAlgorithm, bytes: &[u8]) -> u64 {
    let mut digest = Digest::new(algorithm);
    digest.update(bytes);
    digest.finalize()
}
