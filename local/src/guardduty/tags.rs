//! Tags of detectors, filters and publishing destinations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{call::Call, error::ApiError, state::State};

/// Limits of the API reference, `TagResource`.
const MOST_TAGS: usize = 200;
const KEY_LENGTH: usize = 128;
const VALUE_LENGTH: usize = 256;

type Tags = BTreeMap<String, String>;

pub(crate) fn read(call: &Call) -> Result<Tags, ApiError> {
    let Some(tags) = call.member("tags") else { return Ok(Tags::new()) };
    let tag = |(key, value): (&String, &Value)| {
        let value = value.as_str()?;
        let fits = (1..=KEY_LENGTH).contains(&key.chars().count())
            && value.chars().count() <= VALUE_LENGTH;
        fits.then(|| (key.clone(), value.to_owned()))
    };
    let tags: Option<Tags> = tags.as_object().and_then(|tags| tags.iter().map(tag).collect());
    tags.filter(|tags| tags.len() <= MOST_TAGS).ok_or_else(|| {
        ApiError::invalid(
            "tags",
            "at most 200 tags, keys of 1 to 128 characters, values of up to 256",
        )
    })
}

/// The tags of one resource, named as in its ARN (`detector/<id>/filter/<name>`).
pub(crate) fn of(state: &State, resource: &str) -> Value {
    json!(state.tags.get(&state.home.arn(resource)).cloned().unwrap_or_default())
}

pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    let tags = state.tags.get(call.parameter(0)).ok_or_else(|| ApiError::not_found("resource"))?;
    Ok(json!({ "tags": tags }))
}

pub(crate) fn add(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    call.required("tags")?;
    let new = read(call)?;
    let tags = resource(state, call)?;
    tags.extend(new);
    Ok(json!({}))
}

pub(crate) fn remove(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let tags = resource(state, call)?;
    for key in call.queries("tagKeys") {
        tags.remove(key);
    }
    Ok(json!({}))
}

fn resource<'s>(state: &'s mut State, call: &Call) -> Result<&'s mut Tags, ApiError> {
    state.tags.get_mut(call.parameter(0)).ok_or_else(|| ApiError::not_found("resource"))
}
