//! The members of one object as they stand there, repeated keys included.

use std::borrow::Cow;

use super::{
    ExtractError, Paths, Values, refused,
    scan::{Broken, Scan},
};

/// A key and the untouched JSON of its value.
pub(crate) type Member<'a> = (Cow<'a, str>, &'a str);

/// An object's members in document order.
///
/// # Errors
/// When the text is no JSON object or nested too deeply.
pub(crate) fn members(json: &str) -> Result<Vec<Member<'_>>, ExtractError> {
    read(Scan::new(json), |_, _| false).map_err(|broken| refused(broken, json))
}

/// An object's members, and what is found at `paths` in the last one with this name: in the same
/// walk, so only if it is an object without a member that no path begins with.
///
/// # Errors
/// As with [`members`].
pub(crate) fn members_with<'a>(
    json: &'a str,
    name: &str,
    paths: &Paths,
) -> Result<(Vec<Member<'a>>, Option<Values<'a>>), ExtractError> {
    let mut values = None;
    let members = read(Scan::new(json), |key, scan| {
        if key == name {
            values = paths.extract_plain_on(scan, 1);
        }
        key == name && values.is_some()
    });
    members.map(|members| (members, values)).map_err(|broken| refused(broken, json))
}

/// Reads the members; `take` may step over a value, and says whether it did.
fn read<'a>(
    mut scan: Scan<'a>,
    mut take: impl FnMut(&str, &mut Scan<'a>) -> bool,
) -> Result<Vec<Member<'a>>, Broken> {
    let mut members = Vec::new();
    if scan.peek()? != b'{' {
        return Err(Broken::Syntax);
    }
    let mut goes_on = scan.enter(b'}', 0)?;
    while goes_on {
        let key = scan.key()?.text();
        scan.peek()?;
        let start = scan.position();
        if !take(&key, &mut scan) {
            scan.skip(1)?;
        }
        members.push((key, scan.since(start)));
        goes_on = scan.goes_on(b'}')?;
    }
    if scan.is_at_end() { Ok(members) } else { Err(Broken::Syntax) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Value;

    #[test]
    fn values_are_what_is_written_between_the_white_space() {
        let json = " { \"a\" : [1, {\"b\": null}] , \"\\u0061\":\"x\\\"\",\n\"\\ud83d\":1.50 } ";
        let found = members(json).unwrap();
        let found: Vec<_> = found.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        assert_eq!(found, [("a", r#"[1, {"b": null}]"#), ("a", r#""x\"""#), ("\u{fffd}", "1.50")]);
        assert!(members("{}").unwrap().is_empty());
    }

    #[test]
    fn one_member_is_read_on_the_way_if_it_is_plain() {
        let paths = Paths::new(["id", "severity"]);
        let json = r#"{"a":[1],"detail": {"id":"x","Severity":2} ,"b":{}}"#;
        let (all, values) = members_with(json, "detail", &paths).unwrap();
        let all: Vec<_> = all.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
        assert_eq!(all, [("a", "[1]"), ("detail", r#"{"id":"x","Severity":2}"#), ("b", "{}")]);
        assert_eq!(values.unwrap().at(1), [Value::Number("2")]);
        for detail in ["7", "[{\"id\":1}]", r#"{"id":1,"other":[{"x":2}]}"#, r#"{"SEVERITY":1}"#] {
            let json = format!(r#"{{"detail":{detail},"b":1}}"#);
            let (all, values) = members_with(&json, "detail", &paths).unwrap();
            assert_eq!((all[0].1, all[1].1, values.is_none()), (detail, "1", true), "{detail}");
        }
        for broken in [r#"{"detail":{"id":1}"#, r#"{"detail":{"id":01}}"#, r#"{"detail":{"id":1"#] {
            assert!(members_with(broken, "detail", &paths).is_err(), "{broken}");
        }
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
