//! Where an object's bytes lie: its key as a path, so that a folder of them can be read by a person.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// File systems take names of up to 255 bytes; a key may have 1,024 without any slash.
const LONGEST_NAME: usize = 200;

/// The file under `root` for an object. Two keys never share a file.
pub(super) fn object(root: &Path, bucket: &str, key: &str) -> PathBuf {
    let mut path = root.join(bucket);
    path.extend(key.split('/').map(name));
    path
}

/// The file under `root` for an object's entry in the index.
pub(super) fn entry(root: &Path, bucket: &str, key: &str) -> PathBuf {
    root.join(".index").join(bucket).join(format!("{}.json", digest(key)))
}

/// A segment as a file name. What is no safe name, or looks like a replaced one, becomes `%` and its hash.
fn name(segment: &str) -> String {
    let unsafe_name = matches!(segment, "" | "." | "..")
        || segment.starts_with('%')
        || segment.contains('\0')
        || segment.len() > LONGEST_NAME;
    if unsafe_name { format!("%{}", digest(segment)) } else { segment.to_owned() }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_cannot_leave_its_bucket() {
        for key in ["../x", "a/../../../x", "/etc/passwd", "..", "a//b", "prefix/"] {
            let path = object(Path::new("/root"), "bucket", key);
            assert!(path.starts_with("/root/bucket"), "{key}: {path:?}");
            assert!(path.components().all(|part| part.as_os_str() != ".."), "{key}: {path:?}");
        }
    }

    #[test]
    fn keys_that_a_file_system_would_confuse_have_different_files() {
        let root = Path::new("/root");
        let long = "k".repeat(1024);
        let keys = ["a", "a/", "/a", "a/.", "./a", "%2e", long.as_str()];
        let files: std::collections::BTreeSet<_> =
            keys.iter().map(|key| object(root, "bucket", key)).collect();
        assert_eq!(files.len(), keys.len());
    }
}
