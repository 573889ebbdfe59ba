//! Detectors: created, read, changed and deleted.

use std::collections::BTreeMap;

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    call::Call,
    error::ApiError,
    features::Features,
    finding_store::Findings,
    identity::hex_id,
    pages::page,
    state::{Detector, Frequency, State},
    tags,
};

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    if state.detector.is_some() {
        let message =
            "The request is rejected because a detector already exists for the current account.";
        return Err(ApiError::bad_request(message));
    }
    let enabled = call.flag("enable")?.ok_or_else(|| ApiError::missing("enable"))?;
    let frequency = Frequency::read(call)?.unwrap_or(Frequency::SixHours);
    let mut features = Features::of_a_new_detector(call.now);
    features.apply(call)?;
    let tags = tags::read(call)?;
    let id = set_up(state, enabled, frequency, features, call.now);
    state.tags.insert(state.home.arn(&format!("detector/{id}")), tags);
    Ok(json!({ "detectorId": id }))
}

fn set_up(
    state: &mut State,
    enabled: bool,
    frequency: Frequency,
    features: Features,
    now: Timestamp,
) -> String {
    let serial = state.serial();
    let id = hex_id(&[&state.home.account_id, &state.home.region, "detector", &serial]);
    state.detector = Some(Detector {
        id: id.clone(),
        created_at: now,
        updated_at: now,
        enabled,
        frequency,
        features,
        filters: BTreeMap::new(),
        findings: Findings::default(),
        destination: None,
        members: BTreeMap::new(),
    });
    id
}

/// Makes the detector that the organization gives this account by itself.
pub(crate) fn enroll(state: &mut State, now: Timestamp) {
    let Some(features) = state.wide.enrolled(&state.home.region, &state.home.account_id) else {
        return;
    };
    if state.detector.is_none() {
        set_up(state, true, Frequency::SixHours, features, now);
    }
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let home = &state.home;
    let role = "role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty";
    Ok(json!({
        "createdAt": detector.created_at.to_rfc3339(),
        "findingPublishingFrequency": detector.frequency.as_str(),
        "serviceRole": format!("arn:{}:iam::{}:{role}", home.partition(), home.account_id),
        "status": if detector.enabled { "ENABLED" } else { "DISABLED" },
        "updatedAt": detector.updated_at.to_rfc3339(),
        "dataSources": detector.features.data_sources(),
        "features": detector.features.listed(),
        "tags": tags::of(state, &format!("detector/{}", detector.id)),
    }))
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let enabled = call.flag("enable")?;
    let frequency = Frequency::read(call)?;
    let mut features = detector.features.clone();
    features.apply(call)?;
    detector.features = features;
    detector.enabled = enabled.unwrap_or(detector.enabled);
    detector.frequency = frequency.unwrap_or(detector.frequency);
    detector.updated_at = call.now;
    Ok(json!({}))
}

/// Deletes the detector and with it, for good, its findings and its configuration.
pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    if !state.detector(call)?.members.is_empty() {
        let message = "The request is rejected because the detector still has member accounts.";
        return Err(ApiError::bad_request(message));
    }
    if state.wide.administrator(&state.home.region).as_deref() == Some(&state.home.account_id) {
        let message = "The request is rejected because the current account is the delegated administrator of the organization.";
        return Err(ApiError::bad_request(message));
    }
    state.detector = None;
    state.tags.clear();
    Ok(json!({}))
}

pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    let ids: Vec<String> = state.detector.iter().map(|detector| detector.id.clone()).collect();
    Ok(page(ids, call)?.answer("detectorIds"))
}
