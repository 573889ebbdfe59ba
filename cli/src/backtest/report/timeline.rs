//! The decisions over time, as stacked bars.

use findings::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::bars::{ACTIONS, number, rounded};
use crate::figures::grouped;

/// More bars than this can't be told apart.
const BARS: i64 = 120;

/// Days per bar that a reader can name, up to a year of weeks.
const PERIODS: [i64; 7] = [1, 7, 14, 28, 91, 182, 364];

const DAY_MILLIS: i64 = 86_400_000;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 272.0;
/// Where the bars are: the rest is for the labels.
const LEFT: f64 = 72.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 244.0;

/// A drawing of `width` by `height`.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    /// Days that one bar stands for.
    period: i64,
    bars: Vec<Column>,
    counts: Vec<Tick>,
    dates: Vec<Tick>,
    /// Findings of days that are no date.
    undated: u64,
}

/// One bar.
#[derive(Debug, Serialize)]
struct Column {
    first: String,
    last: String,
    archive: u64,
    notify: u64,
    noop: u64,
    x: f64,
    width: f64,
    parts: Vec<Part>,
}

/// One coloured part of a bar.
#[derive(Debug, Serialize)]
struct Part {
    class: &'static str,
    y: f64,
    height: f64,
}

/// A label at an axis, and where on it.
#[derive(Debug, Serialize)]
struct Tick {
    at: f64,
    label: String,
}

/// Draws `days` as at most 120 bars of the same number of days each; days without a finding are
/// there, too. `None` when no day is a date.
pub(super) fn of(days: &Value) -> Option<Timeline> {
    let mut dated = Vec::new();
    let mut undated = 0_u64;
    for own in days.as_array().into_iter().flatten() {
        let counts = ACTIONS.map(|action| number(&own[action]));
        match own["date"].as_str().and_then(day_number) {
            Some(day) => dated.push((day, counts)),
            None => undated = undated.saturating_add(sum(&counts)),
        }
    }
    let first = dated.iter().map(|(day, _)| *day).min()?;
    let last = dated.iter().map(|(day, _)| *day).max()?;
    let days = last - first + 1;
    let wide_enough = |period: &i64| days <= period * BARS;
    let period = PERIODS.into_iter().find(wide_enough).unwrap_or(days / BARS + 1);

    let starts = (first..=last).step_by(usize::try_from(period).ok()?);
    let mut periods: Vec<(i64, [u64; 3])> = starts.map(|start| (start, [0; 3])).collect();
    for (day, counts) in dated {
        let at = usize::try_from((day - first) / period).ok()?;
        if let Some((_, sums)) = periods.get_mut(at) {
            sums.iter_mut().zip(counts).for_each(|(sum, own)| *sum = sum.saturating_add(own));
        }
    }
    let most = periods.iter().map(|(_, counts)| sum(counts)).max().unwrap_or_default();
    let step = step(most);
    let steps = most.div_ceil(step).max(1);
    let per_finding = (BOTTOM - TOP) / (steps.saturating_mul(step)) as f64;
    let wide = (WIDTH - LEFT) / periods.len() as f64;

    let column = |(at, (start, counts)): (usize, &(i64, [u64; 3]))| {
        let [archive, notify, noop] = *counts;
        Column {
            first: date(*start),
            last: date((start + period - 1).min(last)),
            archive,
            notify,
            noop,
            x: rounded(LEFT + at as f64 * wide + wide * 0.1),
            width: rounded((wide * 0.8).min(48.0)),
            parts: parts(counts, per_finding),
        }
    };
    let tick = |at: u64| Tick {
        at: rounded(BOTTOM - at.saturating_mul(step) as f64 * per_finding),
        label: grouped(at.saturating_mul(step)),
    };
    let every = periods.len().div_ceil(7);
    let dates = periods.iter().enumerate().step_by(every);
    Some(Timeline {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        bottom: BOTTOM,
        period,
        bars: periods.iter().enumerate().map(column).collect(),
        counts: (0..=steps).map(tick).collect(),
        dates: dates
            .map(|(at, (start, _))| Tick {
                at: rounded(LEFT + at as f64 * wide),
                label: date(*start),
            })
            .collect(),
        undated,
    })
}

/// The parts that are not empty, from the ground up.
fn parts(counts: &[u64; 3], per_finding: f64) -> Vec<Part> {
    let mut y = BOTTOM;
    let mut parts = Vec::new();
    for (class, count) in ACTIONS.into_iter().zip(counts).filter(|(_, count)| **count > 0) {
        let height = *count as f64 * per_finding;
        y -= height;
        parts.push(Part { class, y: rounded(y), height: rounded(height) });
    }
    parts
}

/// The least of 1, 2, 5, 10, 20, 50, … of which five reach `most`.
fn step(most: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [1, 2, 5].map(|own| power.saturating_mul(own)) {
            if step.saturating_mul(5) >= most {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

fn sum(counts: &[u64; 3]) -> u64 {
    counts.iter().fold(0, |sum, count| sum.saturating_add(*count))
}

/// Days since 1970.
fn day_number(date: &str) -> Option<i64> {
    Some(Timestamp::parse_date(date)?.epoch_millis().div_euclid(DAY_MILLIS))
}

fn date(day: i64) -> String {
    let time = Timestamp::from_epoch_millis(day.saturating_mul(DAY_MILLIS)).to_rfc3339();
    time.split_once('T').map_or_else(|| time.clone(), |(date, _)| date.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn days_without_findings_keep_their_place() {
        let timeline = of(&json!([
            { "date": "2026-01-04", "archive": 0, "notify": 0, "noop": 4 },
            { "date": "2026-01-01", "archive": 1, "notify": 2, "noop": 0 },
        ]))
        .unwrap();
        assert_eq!(timeline.period, 1);
        assert_eq!(timeline.bars.len(), 4);
        assert_eq!(timeline.bars[0].parts.len(), 2);
        assert!(timeline.bars[1].parts.is_empty());
        assert_eq!((timeline.bars[3].first.as_str(), timeline.bars[3].noop), ("2026-01-04", 4));
    }

    #[test]
    fn the_highest_bar_stays_inside_and_stands_on_the_ground() {
        let timeline =
            of(&json!([{ "date": "2026-01-01", "archive": 3, "notify": 3, "noop": 1 }])).unwrap();
        let parts = &timeline.bars[0].parts;
        assert_eq!(parts[0].y + parts[0].height, BOTTOM);
        assert!(parts[2].y >= TOP);
        assert_eq!(timeline.counts.last().unwrap().at, TOP);
    }

    #[test]
    fn years_become_at_most_120_bars_and_no_finding_is_lost() {
        for count in [121_i64, 840, 841, 4_000, 200_000] {
            let days: Vec<_> = (0..count)
                .map(|day| json!({ "date": date(day), "archive": 1, "notify": 2, "noop": 3 }))
                .collect();
            let timeline = of(&Value::Array(days)).unwrap();
            assert!(timeline.bars.len() <= 120, "{count} days: {}", timeline.bars.len());
            let archived: u64 = timeline.bars.iter().map(|bar| bar.archive).sum();
            assert_eq!(archived, count as u64);
            assert_eq!(timeline.bars.last().unwrap().last, date(count - 1));
        }
    }

    #[test]
    fn days_that_are_no_date_are_counted_apart() {
        let timeline = of(&json!([
            { "date": null, "archive": 5, "notify": 0, "noop": 1 },
            { "date": "2026-01-01", "archive": 1, "notify": 0, "noop": 0 },
        ]));
        assert_eq!(timeline.unwrap().undated, 6);
        assert!(of(&json!([])).is_none());
    }

    #[test]
    fn steps_are_round_figures() {
        let steps: Vec<_> = [0, 5, 6, 10, 25, 51, 176_980, u64::MAX].map(step).into();
        assert_eq!(&steps[..7], [1, 1, 2, 2, 5, 20, 50_000]);
        assert!(steps[7] >= u64::MAX / 5);
    }
}
