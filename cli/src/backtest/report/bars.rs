//! Horizontal bars: how long each part is.

use serde::Serialize;
use serde_json::Value;

/// The three decisions, in the order they are stacked.
pub(super) const ACTIONS: [&str; 3] = ["archive", "notify", "noop"];

/// The severity bands, the one that matters most first.
const BANDS: [&str; 5] = ["critical", "high", "medium", "low", "unknown"];

/// How long the longest bar is: the width of the drawing.
const LONGEST: f64 = 100.0;

/// How long the shortest part is: one Critical finding among thousands has to be seen.
const SHORTEST: f64 = 0.5;

/// One coloured part of a bar.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Span {
    /// The decision or the severity band that it stands for.
    class: &'static str,
    x: f64,
    width: f64,
}

/// One bar with the numbers it is drawn from.
#[derive(Debug, Serialize)]
pub(super) struct Bar {
    /// `None` for all the others.
    name: Option<String>,
    archive: u64,
    notify: u64,
    noop: u64,
    spans: Vec<Span>,
}

/// One bar for each severity band of the totals.
pub(super) fn bands(totals: &Value) -> Vec<Bar> {
    let counts = |band| ACTIONS.map(|action| at(&totals[action], band));
    scaled(BANDS.map(|band| (Some(band.to_owned()), counts(band))).into())
}

/// One bar for each type or account.
pub(super) fn ranked(entries: &Value) -> Vec<Bar> {
    let entries = entries.as_array().into_iter().flatten();
    let named = entries.map(|entry| {
        let name = entry["name"].as_str().map(str::to_owned);
        (name, ACTIONS.map(|action| number(&entry[action])))
    });
    scaled(named.collect())
}

/// One bar for each rule: the findings that it decided, by severity band.
pub(super) fn rules(rules: &Value) -> Vec<Vec<Span>> {
    let rules = rules.as_array().into_iter().flatten();
    let counts = |rule: &Value| BANDS.map(|band| at(&rule["decided"], band));
    let counted: Vec<[u64; 5]> = rules.map(counts).collect();
    let most = counted.iter().map(total).max().unwrap_or_default();
    counted
        .iter()
        .map(|counts| spans(BANDS.into_iter().zip(counts.iter().copied()), most))
        .collect()
}

fn scaled(named: Vec<(Option<String>, [u64; 3])>) -> Vec<Bar> {
    let most = named.iter().map(|(_, counts)| total(counts)).max().unwrap_or_default();
    let bar = |(name, counts)| {
        let [archive, notify, noop] = counts;
        let spans = spans(ACTIONS.into_iter().zip(counts), most);
        Bar { name, archive, notify, noop, spans }
    };
    named.into_iter().map(bar).collect()
}

/// The parts that are not empty, end to end; `most` fills the whole width.
fn spans(parts: impl Iterator<Item = (&'static str, u64)>, most: u64) -> Vec<Span> {
    let scale = if most == 0 { 0.0 } else { LONGEST / most as f64 };
    let mut x = 0.0;
    let mut spans = Vec::new();
    for (class, count) in parts.filter(|(_, count)| *count > 0) {
        let width = (count as f64 * scale).max(SHORTEST);
        spans.push(Span { class, x: rounded(x), width: rounded(width) });
        x += width;
    }
    spans
}

fn total<const N: usize>(counts: &[u64; N]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

fn at(tally: &Value, band: &str) -> u64 {
    tally.get(band).map(number).unwrap_or_default()
}

/// A count; 0 where there is none.
pub(super) fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

/// To a hundredth, so that the page stays small.
pub(super) fn rounded(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_fills_the_width_and_the_others_keep_the_scale() {
        let bars = ranked(&serde_json::json!([
            { "name": "a", "archive": 10, "notify": 30, "noop": 0 },
            { "name": null, "archive": 0, "notify": 0, "noop": 10 },
        ]));
        assert_eq!(
            bars[0].spans,
            [
                Span { class: "archive", x: 0.0, width: 25.0 },
                Span { class: "notify", x: 25.0, width: 75.0 },
            ]
        );
        assert_eq!(bars[1].name, None);
        assert_eq!(bars[1].spans, [Span { class: "noop", x: 0.0, width: 25.0 }]);
    }

    #[test]
    fn one_finding_among_thousands_is_seen() {
        let bars = rules(&serde_json::json!([{ "decided": { "low": 100_000, "critical": 1 } }]));
        assert_eq!(bars[0][0], Span { class: "critical", x: 0.0, width: SHORTEST });
        assert_eq!(bars[0][1].x, SHORTEST);
    }

    #[test]
    fn nothing_at_all_is_drawn_as_nothing() {
        let bars = bands(&serde_json::json!({}));
        assert_eq!(bars.len(), BANDS.len());
        assert!(bars.iter().all(|bar| bar.spans.is_empty()));
        assert!(ranked(&Value::Null).is_empty());
    }

    #[test]
    fn rules_share_one_scale_and_are_told_apart_by_band() {
        let bars = rules(&serde_json::json!([
            { "decided": { "findings": 4, "low": 3, "high": 1 } },
            { "decided": { "findings": 1, "unknown": 1 } },
            { "decided": { "findings": 0 } },
        ]));
        assert_eq!(
            bars[0],
            [
                Span { class: "high", x: 0.0, width: 25.0 },
                Span { class: "low", x: 25.0, width: 75.0 },
            ]
        );
        assert_eq!(bars[1], [Span { class: "unknown", x: 0.0, width: 25.0 }]);
        assert!(bars[2].is_empty());
    }
}
