//! The members of one JSON object, values untouched, repeated keys included.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::Unreadable;

/// An object's members in document order.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Members<'a> {
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(key, _)| key.as_ref())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.keys().any(|own| own.eq_ignore_ascii_case(key))
    }

    /// The JSON of the member with this key in either casing; an error when there are two.
    pub(super) fn json(&self, key: &'static str) -> Result<Option<&'a str>, Unreadable> {
        let mut values = self.0.iter().filter(|(own, _)| own.eq_ignore_ascii_case(key));
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(Unreadable::Ambiguous { field: key }),
            (found, _) => Ok(found.map(|(_, value)| value.get())),
        }
    }

    /// The member with this key when it is text.
    pub(super) fn text(&self, key: &'static str) -> Result<Option<Cow<'a, str>>, Unreadable> {
        Ok(self.json(key)?.and_then(text))
    }
}

/// A JSON string's text; `None` for any other value.
pub(super) fn text(json: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'_>>(json).ok().map(|text| text.0)
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                #[derive(Deserialize)]
                struct Key<'k>(#[serde(borrow)] Cow<'k, str>);
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<Key<'de>, &RawValue>()? {
                    members.push((key.0, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}
