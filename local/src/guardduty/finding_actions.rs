//! Findings archived and brought back by hand, samples, and feedback.

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    body,
    call::Call,
    error::ApiError,
    faults::Faults,
    finding_store::ExportDue,
    finding_types::{self, FindingTypeRow, finding_types},
    identity::hex_id,
    lookup::MOST_IDS,
    occurrence::{self, NotObserved},
    state::State,
};

/// Archives what it finds; an unknown id changes nothing and is no error.
pub(crate) fn archive(state: &mut State, call: &Call, faults: &Faults) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    for id in call.required_texts("findingIds", MOST_IDS)? {
        if let Some(held) = detector.findings.get_mut(&id).filter(|_| !faults.ignores_archive(&id))
        {
            held.set_archived(true);
        }
    }
    Ok(json!({}))
}

/// Makes findings current again; the next interval exports them.
pub(crate) fn unarchive(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    for id in call.required_texts("findingIds", MOST_IDS)? {
        if let Some(held) = detector.findings.get_mut(&id).filter(|held| held.archived()) {
            held.set_archived(false);
            held.export = Some(held.export.unwrap_or(ExportDue { since: call.now, first: false }));
        }
    }
    Ok(json!({}))
}

pub(crate) fn feedback(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let feedback = match call.required_text("feedback")? {
        feedback @ ("USEFUL" | "NOT_USEFUL") => feedback,
        _ => return Err(ApiError::invalid("feedback", "USEFUL or NOT_USEFUL")),
    };
    for id in call.required_texts("findingIds", MOST_IDS)? {
        if let Some(held) = detector.findings.get_mut(&id) {
            held.set_feedback(feedback);
        }
    }
    Ok(json!({}))
}

/// Samples of the types asked for, or of all; a sample of the same type again is one more occurrence.
pub(crate) fn create_samples(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    state.detector(call)?;
    let rows: Vec<FindingTypeRow> = match call.texts("findingTypes", MOST_IDS)? {
        None => finding_types().to_vec(),
        Some(names) => names
            .iter()
            .map(|name| {
                finding_types::find(name)
                    .ok_or_else(|| ApiError::invalid("findingTypes", "a list of finding types"))
            })
            .collect::<Result<_, _>>()?,
    };
    for row in rows {
        sample(state, &row, call.now)
            .map_err(|error| ApiError::bad_request(format!("The request is rejected: {error}.")))?;
    }
    Ok(json!({}))
}

fn sample(state: &mut State, row: &FindingTypeRow, now: Timestamp) -> Result<(), NotObserved> {
    let mut finding = body::sample_finding(row, &state.home.scene());
    let id = hex_id(&[&state.home.account_id, &state.home.region, "sample", row.name]);
    body::insert(&mut finding, "id", json!(id));
    occurrence::occur(state, finding, now).map(drop)
}
