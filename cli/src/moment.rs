//! The moment that a command decides as of: the wall clock, or what the person wrote.

use std::time::SystemTime;

use findings::Timestamp;

/// The wall clock.
pub(crate) fn now() -> Timestamp {
    let elapsed = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_epoch_millis(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
}

/// Reads a date or a time.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse_date(text))
        .ok_or_else(|| "write it as 2026-03-31 or 2026-03-31T10:00:00Z".to_owned())
}
