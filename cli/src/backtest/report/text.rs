//! Text and figures as the report shows them.

use serde_json::Value;

use crate::{
    figures::{counted, percent},
    printable::printable,
};

/// Characters that are shown of one string.
const SHOWN: usize = 1_000;

/// Characters that are shown of a rule's YAML, which the page's reader wrote.
const SHOWN_OF_A_RULE: usize = 40_000;

/// The same value with every string, keys included, fit to be shown: capped, without control
/// characters and marks that turn the reading direction. Line breaks stay.
pub(super) fn fit(value: &Value) -> Value {
    fit_below(value, SHOWN)
}

fn fit_below(value: &Value, shown: usize) -> Value {
    match value {
        Value::String(own) => Value::String(fit_string(own, shown)),
        Value::Array(own) => own.iter().map(|one| fit_below(one, shown)).collect(),
        Value::Object(own) => {
            let fitting = own.iter().map(|(key, one)| {
                let shown = if key == "text" { SHOWN_OF_A_RULE } else { SHOWN };
                (fit_string(key, SHOWN), fit_below(one, shown))
            });
            Value::Object(fitting.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

fn fit_string(text: &str, shown: usize) -> String {
    let kept: String = text.chars().take(shown).collect();
    let lines: Vec<_> = kept.lines().map(|line| line.replace('\t', "    ")).collect();
    let mut fitting = lines.iter().map(|line| printable(line)).collect::<Vec<_>>().join("\n");
    let left_out = text.chars().skip(shown).count();
    if left_out > 0 {
        fitting.push_str(&format!("… ({} left out)", counted(left_out as u64, "character")));
    }
    fitting
}

/// How much of a whole a part is, as per cent.
pub(super) fn share_of(part: u64, whole: u64) -> String {
    percent(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

/// `2026-01-01 10:00 UTC`; what is no time is shown as it is.
pub(super) fn moment(time: Option<String>) -> Option<String> {
    let time = time?;
    let Some((date, clock)) = time.strip_suffix('Z').and_then(|own| own.split_once('T')) else {
        return Some(time);
    };
    let minutes: String = clock.chars().take(5).collect();
    Some(format!("{date} {minutes} UTC"))
}

/// `2026-01-01`; what is no time is shown as it is.
pub(super) fn day(time: Option<String>) -> Option<String> {
    let time = time?;
    Some(time.split_once('T').map(|(date, _)| date.to_owned()).unwrap_or(time))
}

/// A severity: `3.9`
pub(super) fn tenths(number: Option<f64>) -> Option<String> {
    Some(format!("{:.1}", number?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_capped_and_cannot_turn_the_page_around() {
        let fitting = fit(&serde_json::json!({
            "a\u{202e}b": ["x\u{0}\u{2066}y", "é".repeat(SHOWN + 1_200)],
            "text": "- name: a\n\tb\u{1b}\r\n",
        }));
        assert_eq!(fitting["a\u{fffd}b"][0], "x\u{fffd}\u{fffd}y");
        let long = fitting["a\u{fffd}b"][1].as_str().unwrap();
        assert!(long.ends_with("é… (1,200 characters left out)"), "{long}");
        assert_eq!(fitting["text"], "- name: a\n    b\u{fffd}");
    }

    #[test]
    fn a_rule_may_be_longer_than_what_a_finding_says() {
        let long = "a".repeat(SHOWN * 2);
        let fitting = fit(&serde_json::json!({ "text": long, "reason": long }));
        assert_eq!(fitting["text"], long.as_str());
        assert_ne!(fitting["reason"], long.as_str());
    }

    #[test]
    fn a_share_is_never_rounded_to_nothing_or_everything() {
        assert_eq!(share_of(0, 0), "0%");
        assert_eq!(share_of(1, 176_980), "under 0.1%");
        assert_eq!(share_of(176_979, 176_980), "over 99.9%");
        assert_eq!(share_of(176_980, 176_980), "100%");
        assert_eq!(share_of(1, 8), "12.5%");
    }

    #[test]
    fn times_are_shown_by_the_minute() {
        let shown = moment(Some("2026-01-01T10:00:59.123Z".to_owned()));
        assert_eq!(shown.as_deref(), Some("2026-01-01 10:00 UTC"));
        assert_eq!(moment(Some("yesterday".to_owned())).as_deref(), Some("yesterday"));
        assert_eq!(day(Some("2026-01-01T10:00:59Z".to_owned())).as_deref(), Some("2026-01-01"));
        assert_eq!(tenths(Some(8.0)).as_deref(), Some("8.0"));
    }
}
