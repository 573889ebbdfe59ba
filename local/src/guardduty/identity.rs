//! Identifiers made of what they stand for, so that the same run gives the same ones.

use sha2::{Digest, Sha256};

/// 32 lower-case hex digits, as detectors and findings have them.
pub(crate) fn hex_id(parts: &[&str]) -> String {
    hex::encode(half_digest(parts))
}

/// A UUID as GuardDuty names export objects by: version 3, so names say nothing about time.
pub(crate) fn uuid(parts: &[&str]) -> String {
    uuid::Builder::from_md5_bytes(half_digest(parts)).into_uuid().to_string()
}

fn half_digest(parts: &[&str]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut half = [0; 16];
    half.iter_mut().zip(hash.finalize()).for_each(|(target, byte)| *target = byte);
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_32_hex_digits_that_its_parts_decide() {
        let id = hex_id(&["ab", "c"]);
        assert_eq!(id.len(), 32);
        assert_eq!(id, hex_id(&["ab", "c"]));
        assert_ne!(id, hex_id(&["a", "bc"]));
    }

    #[test]
    fn a_uuid_is_of_version_3() {
        assert_eq!(uuid(&["x"]).as_bytes()[14], b'3');
    }
}
