//! The members of one JSON object, values untouched, repeated keys included.

use std::borrow::Cow;

use serde::Deserialize;

use crate::{ExtractError, Unreadable, extract::Member, header::Header};

/// An object's members in document order.
pub(super) struct Members<'a> {
    members: Vec<Member<'a>>,
    /// The header of the finding that `detail` plainly is.
    pub(super) header_of_detail: Option<Header<'a>>,
}

impl<'a> Members<'a> {
    pub(super) fn read(json: &'a str) -> Result<Self, ExtractError> {
        let (members, header_of_detail) = Header::read_member(json, "detail")?;
        Ok(Self { members, header_of_detail })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(key, _)| key.as_ref())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.keys().any(|own| own.eq_ignore_ascii_case(key))
    }

    /// The JSON of the member with this key in either casing; an error when there are two.
    pub(super) fn json(&self, key: &'static str) -> Result<Option<&'a str>, Unreadable> {
        let mut values = self.members.iter().filter(|(own, _)| own.eq_ignore_ascii_case(key));
        match (values.next(), values.next()) {
            (Some(_), Some(_)) => Err(Unreadable::Ambiguous { field: key }),
            (found, _) => Ok(found.map(|(_, value)| *value)),
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
