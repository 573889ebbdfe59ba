//! The moment that a command decides as of: the wall clock, or what the person wrote.

use findings::Timestamp;
pub(crate) use local::clock::wall as now;

/// Reads a date or a time.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse_date(text))
        .ok_or_else(|| "write it as 2026-03-31 or 2026-03-31T10:00:00Z".to_owned())
}
