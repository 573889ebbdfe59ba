//! A finding's JSON from which values are taken one by one; what nobody takes remains.

use serde_json::{Map, Value as Json};

use crate::Timestamp;

/// Reads and takes values at dotted paths. Keys match without regard to ASCII case, as everywhere.
///
/// A value of another kind than the one asked for stays where it is, so that it ends up beside
/// everything else that has no place of its own. Empty text says nothing and is not taken.
pub(super) trait Remainder {
    /// The value at a path through objects; `null` counts as nothing.
    fn seen(&self, path: &str) -> Option<&Json>;

    /// The same, to take from.
    fn part(&mut self, path: &str) -> Option<&mut Json>;

    /// All objects at a path, those in lists included.
    fn parts(&mut self, path: &str) -> Vec<&mut Json>;

    /// The text there, which stays; an integer is text where an id belongs.
    fn seen_text(&self, path: &str) -> Option<String> {
        self.seen(path).and_then(text)
    }

    /// Takes the value when `read` can make something of it.
    fn take_as<T>(&mut self, path: &str, read: impl FnOnce(&Json) -> Option<T>) -> Option<T> {
        let found = self.part(path)?;
        let value = read(found)?;
        *found = Json::Null;
        Some(value)
    }

    fn take_text(&mut self, path: &str) -> Option<String> {
        self.take_as(path, text)
    }

    /// An integer, or its digits as text.
    fn take_integer(&mut self, path: &str) -> Option<i64> {
        self.take_as(path, |value| match value {
            Json::String(digits) => digits.parse().ok(),
            other => other.as_i64(),
        })
    }

    /// A boolean, or its name as text.
    fn take_flag(&mut self, path: &str) -> Option<bool> {
        self.take_as(path, |value| match value {
            Json::String(name) => name.to_ascii_lowercase().parse().ok(),
            other => other.as_bool(),
        })
    }

    /// ISO 8601 text, or an epoch number.
    fn take_time(&mut self, path: &str) -> Option<Timestamp> {
        self.take_as(path, |value| match value {
            Json::String(text) => Timestamp::parse(text),
            other => Timestamp::from_epoch_number(other.as_f64()?),
        })
    }

    /// Takes all that still says something, and nothing when nothing does.
    fn rest(&mut self) -> Option<Json>;
}

impl Remainder for Json {
    fn seen(&self, path: &str) -> Option<&Json> {
        let found = path.split('.').try_fold(self, |json, key| {
            let members = json.as_object()?;
            members.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, value)| value)
        })?;
        (!found.is_null()).then_some(found)
    }

    fn part(&mut self, path: &str) -> Option<&mut Json> {
        let found = path.split('.').try_fold(self, |json, key| {
            let members = json.as_object_mut()?;
            members.iter_mut().find(|(own, _)| own.eq_ignore_ascii_case(key)).map(|(_, own)| own)
        })?;
        (!found.is_null()).then_some(found)
    }

    fn parts(&mut self, path: &str) -> Vec<&mut Json> {
        let mut found = objects(self);
        for key in path.split('.') {
            found = found
                .into_iter()
                .filter_map(|json| json.part(key))
                .flat_map(|json| objects(json))
                .collect();
        }
        found
    }

    fn rest(&mut self) -> Option<Json> {
        told(std::mem::take(self))
    }
}

/// The object itself, or those in the list.
fn objects(json: &mut Json) -> Vec<&mut Json> {
    match json {
        Json::Array(elements) => elements.iter_mut().flat_map(objects).collect(),
        Json::Object(_) => vec![json],
        _ => Vec::new(),
    }
}

/// Text that is not empty, or an integer's digits.
pub(super) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// Without `null`, and without the objects and lists that hold nothing else.
fn told(json: Json) -> Option<Json> {
    match json {
        Json::Null => None,
        Json::Array(elements) => {
            let elements: Vec<_> = elements.into_iter().filter_map(told).collect();
            (!elements.is_empty()).then_some(Json::Array(elements))
        }
        Json::Object(members) => {
            let members: Map<_, _> = members
                .into_iter()
                .filter_map(|(key, value)| told(value).map(|value| (key, value)))
                .collect();
            (!members.is_empty()).then_some(Json::Object(members))
        }
        scalar => Some(scalar),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_fits_is_taken_and_what_does_not_fit_remains() {
        let mut json = json!({"A": {"text": "t", "empty": "", "id": 7, "port": "22", "no": [1]}});
        assert_eq!(json.take_text("a.text").as_deref(), Some("t"));
        assert_eq!(json.take_text("a.text"), None);
        assert_eq!(json.take_text("a.empty"), None);
        assert_eq!(json.take_text("a.id").as_deref(), Some("7"));
        assert_eq!(json.take_integer("a.port"), Some(22));
        assert_eq!(json.take_text("a.no"), None);
        assert_eq!(json.rest(), Some(json!({"A": {"empty": "", "no": [1]}})));
        assert_eq!(json.rest(), None);
    }

    #[test]
    fn lists_are_transparent_for_parts_only() {
        let mut json = json!({"a": [{"b": {"c": 1}}, {"b": [{"c": 2}, 3]}, null]});
        let found: Vec<_> =
            json.parts("a.b").into_iter().filter_map(|part| part.take_integer("c")).collect();
        assert_eq!(found, [1, 2]);
        assert_eq!(json.seen("a.b"), None);
        assert_eq!(json.rest(), Some(json!({"a": [{"b": [3]}]})));
    }

    #[test]
    fn null_and_what_holds_only_null_says_nothing() {
        let mut json = json!({"a": null, "b": [], "c": [{"d": {}}], "e": false});
        assert_eq!(json.part("a"), None);
        assert_eq!(json.rest(), Some(json!({"e": false})));
    }
}
