//! The wall clock, read in one place.

use std::time::SystemTime;

use findings::Timestamp;

/// What the wall clock shows, to the millisecond.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_epoch_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
