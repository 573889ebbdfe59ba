//! Saved filters, and with the action `ARCHIVE` the suppression of new findings.

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    call::Call,
    criteria::{Criteria, Use},
    error::ApiError,
    pages::page,
    state::{State, epoch_seconds},
    tags,
};

/// Per account and Region, not raisable (user guide, quotas).
const MOST_FILTERS: usize = 100;

#[derive(Debug, Clone)]
pub(crate) struct SavedFilter {
    pub(crate) archives: bool,
    pub(crate) criteria: Criteria,
    description: Option<String>,
    rank: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u32,
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let name = call.required_text("name")?;
    let allowed = |character: char| character.is_ascii_alphanumeric() || "._-".contains(character);
    if !(3..=64).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(ApiError::invalid(
            "name",
            "3 to 64 letters, digits, dots, underscores or hyphens",
        ));
    }
    if detector.filters.contains_key(name) {
        let message =
            "The request is rejected because a filter with the given name already exists.";
        return Err(ApiError::bad_request(message));
    }
    if detector.filters.len() >= MOST_FILTERS {
        return Err(ApiError::bad_request(
            "The request is rejected because the account already has 100 filters.",
        ));
    }
    let filter = SavedFilter {
        archives: archives(call)?.unwrap_or(false),
        criteria: Criteria::read(call.required("findingCriteria")?, Use::Filter)?,
        description: description(call)?,
        rank: rank(call)?.unwrap_or(1),
        created_at: call.now,
        updated_at: call.now,
        version: 1,
    };
    let tags = tags::read(call)?;
    let resource = format!("detector/{}/filter/{name}", detector.id);
    detector.filters.insert(name.to_owned(), filter);
    let arn = state.home.arn(&resource);
    state.tags.insert(arn, tags);
    Ok(json!({ "name": name }))
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let name = call.parameter(1);
    let filter = detector.filters.get(name).ok_or_else(|| ApiError::not_found("filter"))?;
    let mut answer = json!({
        "name": name,
        "action": if filter.archives { "ARCHIVE" } else { "NOOP" },
        "rank": filter.rank,
        "findingCriteria": filter.criteria.written(),
        "tags": tags::of(state, &format!("detector/{}/filter/{name}", detector.id)),
        "createdAt": epoch_seconds(filter.created_at),
        "updatedAt": epoch_seconds(filter.updated_at),
        "version": filter.version,
    });
    if let Some(description) = &filter.description {
        super::body::insert(&mut answer, "description", json!(description));
    }
    Ok(answer)
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let name = call.parameter(1);
    let filter = detector.filters.get_mut(name).ok_or_else(|| ApiError::not_found("filter"))?;
    let criteria = call
        .member("findingCriteria")
        .map(|criteria| Criteria::read(criteria, Use::Filter))
        .transpose()?;
    let (archives, rank, description) = (archives(call)?, rank(call)?, description(call)?);
    filter.criteria = criteria.unwrap_or_else(|| filter.criteria.clone());
    filter.archives = archives.unwrap_or(filter.archives);
    filter.rank = rank.unwrap_or(filter.rank);
    filter.description = description.or_else(|| filter.description.clone());
    filter.updated_at = call.now;
    filter.version += 1;
    Ok(json!({ "name": name }))
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let name = call.parameter(1);
    detector.filters.remove(name).ok_or_else(|| ApiError::not_found("filter"))?;
    let resource = format!("detector/{}/filter/{name}", detector.id);
    state.tags.remove(&state.home.arn(&resource));
    Ok(json!({}))
}

/// In the order of their rank, then of their name.
pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    let mut ranked: Vec<_> =
        state.detector(call)?.filters.iter().map(|(name, filter)| (filter.rank, name)).collect();
    ranked.sort();
    let names: Vec<_> = ranked.into_iter().map(|(_, name)| name).collect();
    Ok(page(names, call)?.answer("filterNames"))
}

fn archives(call: &Call) -> Result<Option<bool>, ApiError> {
    match call.text("action")? {
        None => Ok(None),
        Some("ARCHIVE") => Ok(Some(true)),
        Some("NOOP") => Ok(Some(false)),
        Some(_) => Err(ApiError::invalid("action", "NOOP or ARCHIVE")),
    }
}

fn rank(call: &Call) -> Result<Option<i64>, ApiError> {
    call.number("rank", 1, 100)
}

fn description(call: &Call) -> Result<Option<String>, ApiError> {
    match call.text("description")? {
        Some(text) if text.chars().count() > 512 => {
            Err(ApiError::invalid("description", "at most 512 characters"))
        }
        text => Ok(text.map(str::to_owned)),
    }
}
