//! The checksums that stand in for those of the AWS SDK, held against the catalogue.

use crc_fast::{CrcAlgorithm, Digest, checksum};

/// The check values of the catalogue (<https://reveng.sourceforge.io/crc-catalogue/all.htm>).
const CHECKS: [(CrcAlgorithm, u64); 3] = [
    (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
    (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
    (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
];

#[test]
fn the_check_values_of_the_catalogue_come_out() {
    for (algorithm, check) in CHECKS {
        assert_eq!(checksum(algorithm, b"123456789"), check, "{algorithm:?}");
        assert_eq!(checksum(algorithm, b""), 0, "{algorithm:?}");
    }
}

#[test]
fn it_does_not_matter_how_the_bytes_come() {
    let bytes: Vec<u8> = (0..5000_u32)
        .flat_map(|number| (number.wrapping_mul(2_654_435_761)).to_le_bytes())
        .collect();
    for (algorithm, _) in CHECKS {
        let whole = checksum(algorithm, &bytes);
        for size in [1, 7, 16, 33, 4096] {
            let mut digest = Digest::new(algorithm);
            for part in bytes.chunks(size) {
                digest.update(part);
                digest.finalize();
            }
            assert_eq!(digest.finalize(), whole, "{algorithm:?} by {size}");
        }
    }
}
