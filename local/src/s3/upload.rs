//! Takes a body in: to a staging file, with every digest checked that the client sent.

use std::path::{Path, PathBuf};

use futures::StreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{Checksum, ChecksumAlgorithm, StreamingBlob};
use s3s::{S3Error, S3Result, TrailingHeaders, s3_error};
use tokio::io::AsyncWriteExt;

/// A body on disk that nobody sees yet. Dropped without a commit, it is gone.
pub(super) struct Upload {
    pub(super) path: PathBuf,
    pub(super) etag: String,
    pub(super) size: u64,
    checksum: Checksum,
}

/// Streams `body` to `path`, hashing it on the way.
pub(super) async fn receive(
    path: PathBuf,
    mut body: StreamingBlob,
    announced: &Announced,
) -> S3Result<Upload> {
    let mut upload = Upload { path, etag: String::new(), size: 0, checksum: Checksum::default() };
    let mut file = tokio::fs::File::create(&upload.path).await.map_err(internal)?;
    let mut md5 = Md5::new();
    let mut hasher = announced.hasher();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let mut incomplete = s3_error!(IncompleteBody);
            incomplete.set_source(error);
            incomplete
        })?;
        md5.update(&chunk);
        hasher.update(&chunk);
        upload.size += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(internal)?;
    }
    file.flush().await.map_err(internal)?;
    upload.etag = hex::encode(md5.finalize());
    upload.checksum = hasher.finalize();
    Ok(upload)
}

impl Upload {
    /// Refuses bytes that are not what the client says it sent, in a header or behind the body.
    pub(super) fn verify(
        &self,
        announced: Announced,
        trailers: Option<&TrailingHeaders>,
    ) -> S3Result<()> {
        let announced = announced.with(trailers);
        let pairs = [
            (&announced.checksum.checksum_crc32, &self.checksum.checksum_crc32),
            (&announced.checksum.checksum_crc32c, &self.checksum.checksum_crc32c),
            (&announced.checksum.checksum_crc64nvme, &self.checksum.checksum_crc64nvme),
            (&announced.checksum.checksum_sha1, &self.checksum.checksum_sha1),
            (&announced.checksum.checksum_sha256, &self.checksum.checksum_sha256),
        ];
        if pairs.iter().any(|(sent, seen)| sent.is_some() && sent != seen) {
            return Err(s3_error!(BadDigest, "a checksum does not match the bytes received"));
        }
        Ok(())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        // A committed upload has been renamed away: then there is nothing to remove.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The digests a client announces with a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Announced {
    pub(super) algorithm: Option<ChecksumAlgorithm>,
    pub(super) trailer_names: Option<String>,
    pub(super) checksum: Checksum,
}

impl Announced {
    fn hasher(&self) -> ChecksumHasher {
        let algorithm =
            self.algorithm.as_ref().map(|algorithm| algorithm.as_str().to_ascii_lowercase());
        let trailers = self.trailer_names.as_deref().unwrap_or_default().to_ascii_lowercase();
        let wanted = |name: &str, header: &Option<String>| {
            header.is_some()
                || algorithm.as_deref() == Some(name)
                || trailers.contains(&format!("x-amz-checksum-{name}"))
        };
        let sums = &self.checksum;
        ChecksumHasher {
            crc32: wanted("crc32", &sums.checksum_crc32).then(Default::default),
            crc32c: wanted("crc32c", &sums.checksum_crc32c).then(Default::default),
            crc64nvme: wanted("crc64nvme", &sums.checksum_crc64nvme).then(Default::default),
            sha1: wanted("sha1", &sums.checksum_sha1).then(Default::default),
            sha256: wanted("sha256", &sums.checksum_sha256).then(Default::default),
        }
    }

    fn with(mut self, trailers: Option<&TrailingHeaders>) -> Self {
        let Some(trailers) = trailers.and_then(TrailingHeaders::take) else { return self };
        let trailer = |name: &str| {
            trailers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let sums = &mut self.checksum;
        for (slot, name) in [
            (&mut sums.checksum_crc32, "x-amz-checksum-crc32"),
            (&mut sums.checksum_crc32c, "x-amz-checksum-crc32c"),
            (&mut sums.checksum_crc64nvme, "x-amz-checksum-crc64nvme"),
            (&mut sums.checksum_sha1, "x-amz-checksum-sha1"),
            (&mut sums.checksum_sha256, "x-amz-checksum-sha256"),
        ] {
            *slot = trailer(name).or_else(|| slot.take());
        }
        self
    }
}

fn internal(error: std::io::Error) -> S3Error {
    s3_error!(error, InternalError)
}
