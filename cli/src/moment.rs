//! The moment that a command decides as of: the wall clock, or what the person wrote.

use std::time::Duration;

use findings::Timestamp;
pub(crate) use platform::now;

/// Reads a date or a time.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse_date(text))
        .ok_or_else(|| "write it as 2026-03-31 or 2026-03-31T10:00:00Z".to_owned())
}

/// Reads a date, a time, or an age before now: a number of days, hours or minutes.
pub(crate) fn parse_or_ago(text: &str) -> Result<Timestamp, String> {
    age(text)
        .map_or_else(|_| parse(text), |age| Ok(now().minus(age)))
        .map_err(|error| format!("{error}, or an age as 90d"))
}

/// Reads a number of days, hours or minutes.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let age = || {
        let minutes = match text.chars().next_back()? {
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        let number: u32 = text.get(..text.len() - 1)?.parse().ok()?;
        Some(Duration::from_secs(u64::from(number) * minutes * 60))
    };
    age().ok_or_else(|| "write it as 2d, 12h or 20m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_counted_back_from_now() {
        let before = now().epoch_millis();
        let day = parse_or_ago("1d").unwrap().epoch_millis() + 24 * 3_600_000;
        assert!((before..=now().epoch_millis()).contains(&day));
        assert_eq!(parse_or_ago("2026-03-31"), parse("2026-03-31"));
        assert_eq!(age("20m"), Ok(Duration::from_secs(1200)));
        assert!(age("20").is_err() && age("-1d").is_err() && age("д").is_err());
        assert!(parse_or_ago("soon").unwrap_err().contains("90d"));
    }
}
