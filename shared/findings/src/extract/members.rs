//! The members of one object as they stand there, repeated keys included.

use std::borrow::Cow;

use super::{
    ExtractError, refused,
    scan::{Broken, Scan},
};

/// Keys and the untouched JSON of their values, in document order.
///
/// # Errors
/// When the text is no JSON object or nested too deeply.
pub(crate) fn members(json: &str) -> Result<Vec<(Cow<'_, str>, &str)>, ExtractError> {
    read(Scan::new(json)).map_err(|broken| refused(broken, json))
}

fn read(mut scan: Scan<'_>) -> Result<Vec<(Cow<'_, str>, &str)>, Broken> {
    let mut members = Vec::new();
    if scan.peek()? != b'{' {
        return Err(Broken::Syntax);
    }
    let mut goes_on = scan.enter(b'}', 0)?;
    while goes_on {
        let key = scan.key()?.text();
        scan.peek()?;
        let start = scan.position();
        scan.skip(1)?;
        members.push((key, scan.since(start)));
        goes_on = scan.goes_on(b'}')?;
    }
    if scan.is_at_end() { Ok(members) } else { Err(Broken::Syntax) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_what_is_written_between_the_white_space() {
        let json = " { \"a\" : [1, {\"b\": null}] , \"\\u0061\":\"x\\\"\",\n\"\\ud83d\":1.50 } ";
        let found = members(json).unwrap();
        let found: Vec<_> = found.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        assert_eq!(found, [("a", r#"[1, {"b": null}]"#), ("a", r#""x\"""#), ("\u{fffd}", "1.50")]);
        assert!(members("{}").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for json in ["", "[]", "1", "{", "{}x", r#"{"a"}"#, r#"{"a":1,}"#, r#"{"a":01}"#, "{'a':1}"]
        {
            assert!(matches!(members(json), Err(ExtractError::Syntax(_))), "{json}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert!(matches!(members(&deep), Err(ExtractError::TooDeep)));
    }
}
