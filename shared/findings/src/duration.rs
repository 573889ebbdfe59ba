//! Durations as rule files write them.

use std::time::Duration;

use crate::{
    document::{Content, Node},
    problem::{Code, Problems},
};

const UNITS: [(char, u64); 4] = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];

/// Reads `24h`, `30m`, `90s`, `7d` or `0`.
pub(crate) fn duration(node: &Node, problems: &mut Problems) -> Option<Duration> {
    let read = match &node.content {
        Content::Number(0.0) => Some(Duration::ZERO),
        Content::Text(text) => parse(text),
        _ => None,
    };
    if read.is_none() {
        problems
            .at(node, Code::BadValue, format!("`{}` is no duration", node.summary()))
            .help("write a whole number and a unit: 90s, 30m, 24h, 7d; or 0");
    }
    read
}

fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let digits = text.strip_suffix(unit)?;
    // `parse` would take a sign, too.
    if digits.starts_with('+') {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_with_a_unit_are_durations_and_nothing_else_is() {
        for (text, seconds) in
            [("0", 0), ("90s", 90), ("30m", 1800), ("24h", 86_400), ("7d", 604_800)]
        {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "h", "24", "-1h", "+1h", "1.5h", "1 h", "24H", "99999999999999999999h"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
