//! Numbers in event patterns: ranges, and the bands that GuardDuty's integer severities stand for.

use serde_json::{Value, json};

use crate::document::json_number;

/// The ranges of all numbers that begin with one of the integers, neighbours joined.
pub(super) fn bands(parts: &[f64]) -> Vec<Value> {
    joined(parts)
        .into_iter()
        .map(|(low, high)| json!({"numeric": [">=", json_number(low), "<", json_number(high)]}))
        .collect()
}

/// The ranges of all other numbers.
pub(super) fn gaps(parts: &[f64]) -> Vec<Value> {
    let bands = joined(parts);
    let (lows, highs): (Vec<f64>, Vec<f64>) = bands.into_iter().unzip();
    let (Some(first), Some(last)) = (lows.first(), highs.last()) else { return Vec::new() };
    let below = json!({"numeric": ["<", json_number(*first)]});
    let between = highs
        .iter()
        .zip(lows.iter().skip(1))
        .map(|(high, low)| json!({"numeric": [">=", json_number(*high), "<", json_number(*low)]}));
    let above = json!({"numeric": [">=", json_number(*last)]});
    std::iter::once(below).chain(between).chain([above]).collect()
}

fn joined(parts: &[f64]) -> Vec<(f64, f64)> {
    let mut parts = parts.to_vec();
    parts.sort_by(f64::total_cmp);
    parts.dedup();
    let mut bands: Vec<(f64, f64)> = Vec::new();
    for part in parts {
        match bands.last_mut() {
            Some((_, high)) if part <= *high => *high = part + 1.0,
            _ => bands.push((part, part + 1.0)),
        }
    }
    bands
}

/// One range from a lower and an upper bound on the same number, in either order.
pub(super) fn range(one: &Value, other: &Value) -> Option<Value> {
    let (one, other) = (bound(one)?, bound(other)?);
    let (low, high) = if one.0.starts_with('>') { (one, other) } else { (other, one) };
    let is_range =
        low.0.starts_with('>') && high.0.starts_with('<') && low.1.as_f64()? < high.1.as_f64()?;
    is_range.then(|| json!([{"numeric": [low.0, low.1, high.0, high.1]}]))
}

/// The operator and number of a list that is one comparison and nothing else.
fn bound(list: &Value) -> Option<(&str, &Value)> {
    let [only] = list.as_array()?.as_slice() else { return None };
    let [operator, number] = only.as_object()?.get("numeric")?.as_array()?.as_slice() else {
        return None;
    };
    Some((operator.as_str()?, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_integers_make_one_band_and_the_rest_is_what_lies_between() {
        assert_eq!(
            bands(&[8.0, 4.0, 7.0, 8.0]),
            [json!({"numeric": [">=", 4, "<", 5]}), json!({"numeric": [">=", 7, "<", 9]})]
        );
        assert_eq!(
            gaps(&[8.0, 4.0, 7.0]),
            [
                json!({"numeric": ["<", 4]}),
                json!({"numeric": [">=", 5, "<", 7]}),
                json!({"numeric": [">=", 9]})
            ]
        );
    }

    #[test]
    fn a_lower_and_an_upper_bound_make_a_range_and_nothing_else_does() {
        let bound = |operator: &str, number: f64| json!([{"numeric": [operator, number]}]);
        let made = range(&bound("<", 7.5), &bound(">=", 4.0));
        assert_eq!(made, Some(json!([{"numeric": [">=", 4.0, "<", 7.5]}])));
        for (one, other) in [
            (bound("<", 4.0), bound("<", 5.0)),
            (bound("<", 4.0), bound(">", 4.0)),
            (bound(">", 4.0), bound("=", 5.0)),
            (bound(">", 4.0), json!([5])),
            (json!([{"numeric": [">", 1, "<", 2]}]), bound("<", 5.0)),
        ] {
            assert_eq!(range(&one, &other), None, "{one} {other}");
        }
    }
}
