//! An OCSF object while it is put together.

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};

use crate::Timestamp;

/// An OCSF object. What is missing has no attribute: never `null`, an empty text or a list of nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes(Map<String, Json>);

/// One value of an OCSF enumeration: its number and its caption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) id: i64,
    pub(super) caption: Cow<'static, str>,
}

impl Choice {
    /// What OCSF has in all its enumerations for a value that is not known.
    pub(super) const UNKNOWN: Self = Self::new(0, "Unknown");

    pub(super) const fn new(id: i64, caption: &'static str) -> Self {
        Self { id, caption: Cow::Borrowed(caption) }
    }

    /// What OCSF has no number for keeps the source's own name.
    pub(super) fn other(name: String) -> Self {
        Self { id: 99, caption: Cow::Owned(name) }
    }
}

impl Attributes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with<T: Into<Json>>(mut self, name: &str, value: Option<T>) -> Self {
        match value.map(Into::into) {
            None | Some(Json::Null) => {}
            Some(Json::String(text)) if text.is_empty() => {}
            Some(Json::Array(elements)) if elements.is_empty() => {}
            Some(Json::Object(members)) if members.is_empty() => {}
            Some(value) => {
                self.0.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// An enumeration's number, and its caption under the name of its sibling.
    pub(super) fn choice(self, number: &str, sibling: &str, choice: Option<Choice>) -> Self {
        let Some(Choice { id, caption }) = choice else { return self };
        self.with(number, Some(id)).with(sibling, Some(caption.into_owned()))
    }

    /// A time in epoch milliseconds, and beside it as text, which the profile `datetime` adds.
    pub(super) fn time(self, name: &str, moment: Option<Timestamp>) -> Self {
        // The text has no form for years of more than four digits.
        let text = moment.map(Timestamp::to_rfc3339).filter(|text| text.len() == 24);
        self.with(name, moment.map(Timestamp::epoch_millis)).with(&format!("{name}_dt"), text)
    }

    /// Adds a member to the object `data`, which holds what has no attribute of its own.
    pub(super) fn data(mut self, name: &str, rest: Option<Json>) -> Self {
        if let Some(rest) = rest
            && let Json::Object(data) = self.0.entry("data").or_insert_with(|| json!({}))
        {
            data.insert(name.to_owned(), rest);
        }
        self
    }

    /// All attributes of the other as well; where both have an object, the members of both.
    pub(super) fn and(mut self, other: Self) -> Self {
        for (name, value) in other.0 {
            match (self.0.get_mut(&name), value) {
                (Some(Json::Object(own)), Json::Object(theirs)) => own.extend(theirs),
                (_, value) => {
                    self.0.insert(name, value);
                }
            }
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object, unless it has none of its attributes.
    pub(super) fn object(self) -> Option<Json> {
        (!self.is_empty()).then_some(Json::Object(self.0))
    }
}

impl From<Attributes> for Json {
    fn from(attributes: Attributes) -> Self {
        Self::Object(attributes.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_has_no_attribute() {
        let object = Attributes::new()
            .with("none", None::<&str>)
            .with("empty", Some(""))
            .with("list", Some(json!([])))
            .with("object", Some(json!({})))
            .choice("type_id", "type", None)
            .time("time", None)
            .data("rest", None);
        assert_eq!(object.object(), None);
    }

    #[test]
    fn zero_and_false_are_values() {
        let object = Attributes::new().with("zero", Some(0)).with("flag", Some(false));
        assert_eq!(object.object(), Some(json!({"zero": 0, "flag": false})));
    }

    #[test]
    fn a_time_stands_there_twice_unless_its_year_has_five_digits() {
        let near = Attributes::new().time("time", Timestamp::parse("2026-03-31T10:00:00Z"));
        let expected =
            json!({"time": 1_774_951_200_000_i64, "time_dt": "2026-03-31T10:00:00.000Z"});
        assert_eq!(near.object(), Some(expected));
        let far = Timestamp::from_epoch_millis(300_000_000_000_000);
        let expected = json!({"time": 300_000_000_000_000_i64});
        assert_eq!(Attributes::new().time("time", Some(far)).object(), Some(expected));
    }
}
