//! A moment in UTC, read from every form that GuardDuty and its exports write.

use std::{fmt, time::Duration};

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Serialize, Serializer};

/// A moment in UTC with microsecond resolution.
///
/// GuardDuty writes a finding's own four times as ISO 8601 text and every other time as
/// epoch seconds; filter criteria hold epoch milliseconds (API reference, `CreateFilter`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(DateTime::UNIX_EPOCH);

    /// Reads ISO 8601 text: with or without a fraction, with `T` or a space, with `Z`, an
    /// offset or no zone at all (then UTC).
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(moment) = as_guardduty_writes(text.as_bytes()) {
            return Some(Self(moment));
        }
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return Some(Self(moment.to_utc()));
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|moment| Self(moment.and_utc()))
    }

    /// Reads an ISO 8601 calendar date as its first moment in UTC.
    pub fn parse_date(text: &str) -> Option<Self> {
        let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(Self(date.and_hms_opt(0, 0, 0)?.and_utc()))
    }

    /// Reads a number as epoch seconds, or as epoch milliseconds when it is too large for seconds.
    ///
    /// 10^11 seconds is the year 5138, and 10^11 milliseconds is 1973: real findings lie between.
    pub(crate) fn from_epoch_number(number: f64) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let millis = if number.abs() >= 1e11 { number } else { number * 1e3 };
        // `as` saturates, and chrono refuses what lies outside its calendar.
        #[expect(clippy::cast_possible_truncation, reason = "a fraction of a microsecond is noise")]
        DateTime::from_timestamp_micros((millis * 1e3) as i64).map(Self)
    }

    /// The moment this many milliseconds after 1970-01-01T00:00:00Z; the nearest end of the
    /// calendar when it lies outside.
    pub fn from_epoch_millis(millis: i64) -> Self {
        Self(DateTime::from_timestamp_millis(millis).unwrap_or(if millis < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        }))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub fn epoch_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn epoch_micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// `2026-03-31T10:00:00.000Z`, the form that GuardDuty itself writes.
    pub fn to_rfc3339(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Millis, true)
    }

    /// The UTC calendar date, `2026-03-31`.
    pub fn date(self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }

    /// The time from `earlier` to this moment; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// This moment moved back by `duration`, or the start of the calendar.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        TimeDelta::from_std(duration)
            .ok()
            .and_then(|delta| self.0.checked_sub_signed(delta))
            .map_or(Self(DateTime::<Utc>::MIN_UTC), Self)
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;

    /// Saturates at the end of the calendar, so that an absurd hold never ends early.
    fn add(self, duration: Duration) -> Self {
        TimeDelta::from_std(duration)
            .ok()
            .and_then(|delta| self.0.checked_add_signed(delta))
            .map_or(Self(DateTime::<Utc>::MAX_UTC), Self)
    }
}

/// `2026-03-31T10:00:00Z`, with or without three decimals: what nearly all findings hold.
fn as_guardduty_writes(text: &[u8]) -> Option<DateTime<Utc>> {
    let number = |from: usize, to: usize| {
        text.get(from..to)?.iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    };
    let stands = |at: usize, byte: u8| text.get(at) == Some(&byte);
    let millis = match text.len() {
        20 if stands(19, b'Z') => 0,
        24 if stands(19, b'.') && stands(23, b'Z') => number(20, 23)?,
        _ => return None,
    };
    let is_written_so = stands(4, b'-')
        && stands(7, b'-')
        && stands(10, b'T')
        && stands(13, b':')
        && stands(16, b':');
    let year = i32::try_from(number(0, 4)?).ok().filter(|_| is_written_so)?;
    // 60 is a leap second, which chrono folds in its own way.
    let second = number(17, 19).filter(|second| *second < 60)?;
    let date = chrono::NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    let time = date.and_hms_milli_opt(number(11, 13)?, number(14, 16)?, second, millis)?;
    Some(time.and_utc())
}

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> Option<i64> {
        Timestamp::parse(text).map(Timestamp::epoch_millis)
    }

    #[test]
    fn every_written_form_names_the_same_moment() {
        for text in [
            "2025-02-25T20:40:06.000Z",
            "2025-02-25T20:40:06Z",
            "2025-02-25 20:40:06.000000000",
            "2025-02-25T20:40:06",
            "2025-02-26 02:10:06.000000+05:30",
            "2025-02-26T02:10:06+05:30",
        ] {
            assert_eq!(millis(text), Some(1_740_516_006_000), "{text}");
        }
    }

    #[test]
    fn the_usual_form_is_read_as_the_general_reader_reads_it() {
        for text in [
            "2026-03-31T10:00:00Z",
            "2026-03-31T10:00:00.250Z",
            "2026-02-30T10:00:00Z",
            "2026-03-31T24:00:00Z",
            "2026-03-31T10:60:00Z",
            "2026-03-31T23:59:60Z",
            "2026-03-31T10:00:00.25xZ",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-03-31X10:00:00Z",
            "+026-03-31T10:00:00Z",
        ] {
            let usual = as_guardduty_writes(text.as_bytes());
            let general = DateTime::parse_from_rfc3339(text).ok().map(|own| own.to_utc());
            assert!(usual.is_none() || usual == general, "{text}");
        }
        assert!(as_guardduty_writes(b"2026-03-31T10:00:00.250Z").is_some());
    }

    #[test]
    fn text_that_is_no_time_is_none() {
        for text in ["", "yesterday", "2025-13-01T00:00:00Z", "1e300", "9999999999999"] {
            assert_eq!(millis(text), None, "{text}");
        }
    }

    #[test]
    fn epoch_numbers_are_seconds_unless_too_large_for_seconds() {
        for number in [1_513_612_691.551, 1_513_612_691_551.0] {
            let moment = Timestamp::from_epoch_number(number).unwrap();
            assert_eq!(moment.epoch_millis(), 1_513_612_691_551);
        }
        assert_eq!(Timestamp::from_epoch_number(f64::NAN), None);
        assert_eq!(Timestamp::from_epoch_number(1e300), None);
    }

    #[test]
    fn adding_saturates_instead_of_wrapping() {
        let start = Timestamp::from_epoch_millis(0);
        assert!(start + Duration::MAX > start);
        assert!(start.minus(Duration::MAX) < start);
        assert!(Timestamp::from_epoch_millis(i64::MAX) > start);
    }
}
