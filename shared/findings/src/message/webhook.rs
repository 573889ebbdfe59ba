//! A POST to an endpoint of your own: the body, and the text that a signature is made over.

use crate::Timestamp;

/// No endpoint says what it takes; this is what most servers and gateways do.
pub const BODY_BYTES: usize = 1 << 20;

/// The version of the way in which [`string_to_sign`] is built.
pub const SIGNATURE_VERSION: &str = "v1";

/// The text to sign with HMAC-SHA256 and a shared secret: version, moment and body, so that
/// neither can be changed, and an old request can't be sent again. The moment is that of the
/// attempt, in whole seconds since 1970; it is sent along.
pub fn string_to_sign(at: Timestamp, body: &str) -> String {
    format!("{SIGNATURE_VERSION}:{}:{body}", at.epoch_millis().div_euclid(1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_the_version_the_second_and_the_body() {
        let at = Timestamp::parse("2026-10-01T08:00:00.999Z").unwrap();
        assert_eq!(string_to_sign(at, r#"{"a":":"}"#), r#"v1:1790841600:{"a":":"}"#);
    }
}
