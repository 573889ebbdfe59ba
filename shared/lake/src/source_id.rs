//! The name of one state of one source, and so of its file in the lake.

use sha2::{Digest, Sha256};

/// Names one state of one object: SHA-256 over bucket, key and `ETag`, each with its length.
///
/// The `ETag` stands for the content whether the bucket has versions or not, and every listing has
/// it.
pub fn source_id(bucket: &str, key: &str, etag: &str) -> String {
    digest(&[bucket, key, etag.trim_matches('"')])
}

/// SHA-256 in hexadecimal over the parts, each with its length.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_that_is_overwritten_is_another_source() {
        let id = source_id("exports", "k", "\"e1\"");
        assert_eq!(id, source_id("exports", "k", "e1"));
        assert_ne!(id, source_id("exports", "k", "e2"));
        assert_ne!(source_id("a", "bc", ""), source_id("ab", "c", ""));
        assert_eq!(id.len(), 64);
    }
}
