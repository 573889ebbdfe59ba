//! Sort criteria of finding queries.

use std::cmp::Ordering;

use serde_json::Value;

use super::{call::Call, criteria::listable::LISTABLE, error::ApiError, finding_store::Held};

/// Attributes to sort by that are none to list by.
const MORE: [&str; 6] = [
    "createdAt",
    "title",
    "description",
    "service.count",
    "service.eventFirstSeen",
    "service.eventLastSeen",
];

pub(crate) struct Sorting {
    attribute: String,
    descending: bool,
}

impl Sorting {
    pub(crate) fn read(call: &Call) -> Result<Option<Self>, ApiError> {
        let Some(criteria) = call.member("sortCriteria") else { return Ok(None) };
        let text = |name: &str| criteria.get(name).and_then(Value::as_str);
        let descending = match text("orderBy") {
            None | Some("ASC") => false,
            Some("DESC") => true,
            Some(_) => return Err(ApiError::invalid("sortCriteria.orderBy", "ASC or DESC")),
        };
        match text("attributeName") {
            None => Ok(None),
            Some(name) if LISTABLE.contains(&name) || MORE.contains(&name) => {
                Ok(Some(Self { attribute: name.to_owned(), descending }))
            }
            Some(_) => {
                Err(ApiError::invalid("sortCriteria.attributeName", "an attribute of findings"))
            }
        }
    }

    /// Sorts by the attribute, then by id; findings without the attribute come last.
    pub(crate) fn sort(&self, found: &mut [&Held]) {
        found.sort_by(|one, other| {
            let keys =
                (attribute(one.body(), &self.attribute), attribute(other.body(), &self.attribute));
            let order = match keys {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(one), Some(other)) if self.descending => compare(other, one),
                (Some(one), Some(other)) => compare(one, other),
            };
            order.then_with(|| one.id().cmp(other.id()))
        });
    }
}

/// The value at a dotted path; of a list, its first item counts.
pub(crate) fn attribute<'v>(body: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.')
        .try_fold(body, |value, name| first(value)?.get(name))
        .and_then(first)
        .filter(|value| !value.is_null())
}

fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.first(),
        value => Some(value),
    }
}

fn compare(one: &Value, other: &Value) -> Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => text(one).cmp(&text(other)),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
