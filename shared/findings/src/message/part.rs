//! One object of a finding's JSON, and what stands in it.

use std::borrow::Cow;

use crate::{
    Finding,
    extract::{Paths, Value, Values},
    header::boolean,
};

/// An object somewhere in a finding. Paths are those of the finding's attributes: dotted, in any
/// casing, with arrays on the way transparent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a>(&'a str);

impl<'a> Part<'a> {
    /// The whole finding.
    pub(super) fn of(finding: &'a Finding) -> Self {
        Self(finding.raw())
    }

    /// The objects at a path, in their order.
    pub(super) fn parts(self, path: &str) -> Vec<Self> {
        self.found(path, |value| match value {
            Value::Object(json) => Some(Self(json)),
            _ => None,
        })
    }

    /// The first object at a path.
    pub(super) fn part(self, path: &str) -> Option<Self> {
        self.parts(path).into_iter().next()
    }

    /// The texts and numbers at a path, in their order; nothing that is empty.
    pub(super) fn texts(self, path: &str) -> Vec<String> {
        self.found(path, |value| match value {
            Value::Text(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
            Value::Number(digits) => Some(Cow::Borrowed(*digits)),
            _ => None,
        })
        .into_iter()
        .map(Cow::into_owned)
        .collect()
    }

    /// The first text or number at a path that is not empty.
    pub(super) fn text(self, path: &str) -> Option<String> {
        self.texts(path).into_iter().next()
    }

    /// Whether a path says `true`.
    pub(super) fn is(self, path: &str) -> bool {
        self.found(path, |value| boolean(value)).contains(&true)
    }

    fn found<T>(self, path: &str, pick: impl Fn(&Value<'a>) -> Option<T>) -> Vec<T> {
        let paths = Paths::new([path]);
        // The JSON was checked when the finding was read.
        let values: Values<'a> = paths.extract(self.0).unwrap_or_else(|_| paths.nothing());
        values.at(0).iter().filter_map(pick).collect()
    }
}

/// Each once, in the order of the first.
pub(super) fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once = Vec::with_capacity(all.len());
    for own in all {
        if !once.contains(&own) {
            once.push(own);
        }
    }
    once
}

/// The first few, and how many more there are.
pub(super) fn listed(all: &[String], most: usize) -> Option<String> {
    let shown: Vec<&str> = all.iter().take(most).map(String::as_str).collect();
    let more = all.len().saturating_sub(most);
    match (shown.as_slice(), more) {
        ([], _) => None,
        (shown, 0) => Some(shown.join(", ")),
        (shown, more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_together_what_belongs_together() {
        let raw = r#"{"id":"f","A":[{"B":{"x":1}},{"b":{"x":"","y":"z"}}],"t":"true"}"#;
        let finding = Finding::parse(raw).unwrap();
        let [first, second] = Part::of(&finding).parts("a.b")[..] else { panic!() };
        assert_eq!((first.text("x").as_deref(), first.text("y")), (Some("1"), None));
        assert_eq!((second.text("x"), second.text("y").as_deref()), (None, Some("z")));
        assert!(Part::of(&finding).is("t") && !Part::of(&finding).is("a"));
    }

    #[test]
    fn a_list_shows_the_first_and_counts_the_rest() {
        let all = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&all, 2).as_deref(), Some("a, b and 1 more"));
        assert_eq!(listed(&all, 3).as_deref(), Some("a, b, c"));
        assert_eq!(listed(&[], 3), None);
    }
}
