//! The moment that a command decides as of: the wall clock, or what the person wrote.

use findings::Timestamp;
pub(crate) use local::clock::wall as now;

/// Reads a date or a time.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse_date(text))
        .ok_or_else(|| "write it as 2026-03-31 or 2026-03-31T10:00:00Z".to_owned())
}

/// Reads a date, a time, or an age before now: a number of days, hours or minutes.
pub(crate) fn parse_or_ago(text: &str) -> Result<Timestamp, String> {
    let ago = || {
        let unit = text.chars().next_back()?;
        let minutes = match unit {
            'd' => 24 * 60,
            'h' => 60,
            'm' => 1,
            _ => return None,
        };
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        let millis = i64::from(number) * minutes * 60_000;
        Some(Timestamp::from_epoch_millis(now().epoch_millis() - millis))
    };
    ago().map_or_else(|| parse(text), Ok).map_err(|error| format!("{error}, or an age as 90d"))
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
        assert!(parse_or_ago("soon").unwrap_err().contains("90d"));
    }
}
