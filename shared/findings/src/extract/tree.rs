//! A whole JSON text as a value, for those who read all of a finding.

use serde_json::{Map, Number, Value as Json, map::Entry};

use super::scan::{Broken, Scan};

/// Everything that the scan takes for JSON, which is more than `serde_json` makes values of.
///
/// A number that no double holds becomes the text of its digits, half of a surrogate pair the
/// replacement character, and two values of one key a list of both: all of it valid JSON, which
/// must not hide the rest of a finding. `null` for a text that is no JSON.
pub(crate) fn tree(json: &str) -> Json {
    value(&mut Scan::new(json), 0).unwrap_or_default()
}

fn value(scan: &mut Scan<'_>, depth: usize) -> Result<Json, Broken> {
    match scan.peek()? {
        b'{' => members(scan, depth).map(Json::Object),
        b'[' => elements(scan, depth).map(Json::Array),
        b'"' => Ok(Json::String(scan.string()?.text().into_owned())),
        _ => Ok(scalar(scan.scalar()?)),
    }
}

fn members(scan: &mut Scan<'_>, depth: usize) -> Result<Map<String, Json>, Broken> {
    let mut members = Map::new();
    let mut goes_on = scan.enter(b'}', depth)?;
    while goes_on {
        let key = scan.key()?.text().into_owned();
        let value = value(scan, depth + 1)?;
        match members.entry(key) {
            Entry::Vacant(place) => {
                place.insert(value);
            }
            Entry::Occupied(place) => match place.into_mut() {
                Json::Array(list) => list.push(value),
                first => *first = Json::Array(vec![first.take(), value]),
            },
        }
        goes_on = scan.goes_on(b'}')?;
    }
    Ok(members)
}

fn elements(scan: &mut Scan<'_>, depth: usize) -> Result<Vec<Json>, Broken> {
    let mut elements = Vec::new();
    let mut goes_on = scan.enter(b']', depth)?;
    while goes_on {
        elements.push(value(scan, depth + 1)?);
        goes_on = scan.goes_on(b']')?;
    }
    Ok(elements)
}

fn scalar(written: &str) -> Json {
    match written {
        "null" => Json::Null,
        "true" => Json::Bool(true),
        "false" => Json::Bool(false),
        digits => match serde_json::from_str::<Number>(digits) {
            Ok(number) => Json::Number(number),
            Err(_) => Json::String(digits.to_owned()),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_serde_reads_is_read_the_same() {
        let text = r#"{"a": [1, -2.50, 1e3, true, null, "x\n\ud83d\ude00\\", [], {}], "\u0062": {"c": {}}, "n": 18446744073709551615}"#;
        assert_eq!(tree(text), serde_json::from_str::<Json>(text).unwrap());
        for scalar in ["7", "null", r#""""#] {
            assert_eq!(tree(scalar), serde_json::from_str::<Json>(scalar).unwrap());
        }
    }

    #[test]
    fn what_serde_refuses_hides_nothing_else() {
        assert_eq!(tree(r#"{"a":1e999,"b":2}"#), json!({"a": "1e999", "b": 2}));
        assert_eq!(tree(r#"{"a":1,"a":{"b":2},"a":[]}"#), json!({"a": [1, {"b": 2}, []]}));
        let often = format!("{{{}\"b\":1}}", "\"a\":0,".repeat(100_000));
        assert_eq!(tree(&often)["a"].as_array().map(Vec::len), Some(100_000));
    }

    #[test]
    fn half_of_a_pair_is_replaced_and_whole_pairs_stay() {
        for (written, read) in [
            (r"x\ud83dy", "x\u{fffd}y"),
            (r"\ude00", "\u{fffd}"),
            (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
            (r#"\ud83d\"\\\ud83d"#, "\u{fffd}\"\\\u{fffd}"),
            (r"\u0041B\ud83d\n\u0043é", "AB\u{fffd}\nCé"),
        ] {
            let json = format!(r#"{{"k{written}":"{written}"}}"#);
            assert_eq!(tree(&json), json!({format!("k{read}"): read}), "{written}");
        }
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for broken in ["", "{", "[1", r#"{"a""#, &"[".repeat(200)] {
            assert_eq!(tree(broken), Json::Null, "{broken}");
        }
    }
}
