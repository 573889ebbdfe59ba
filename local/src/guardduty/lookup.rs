//! `ListFindings` and `GetFindings`: which findings there are, and what they say.

use serde_json::{Value, json};

use super::{
    call::Call,
    criteria::{Criteria, Use},
    error::ApiError,
    faults::Faults,
    finding_store::Held,
    pages::page,
    sort::Sorting,
    state::{Detector, State},
};

/// Findings in one call (API reference, `FindingIds`).
pub(crate) const MOST_IDS: usize = 50;

/// Ids of the findings that match; without sort criteria in the order of their arrival.
pub(crate) fn list(state: &State, call: &Call, faults: &Faults) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let mut found = matching(detector, call)?;
    if let Some(sorting) = Sorting::read(call)? {
        sorting.sort(&mut found);
    }
    let mut page = page(found.into_iter().map(Held::id).collect(), call)?;
    if page.next_token.is_some() && faults.repeats_page() {
        page.next_token = Some(page.same_token.clone());
    }
    // This operation marks its last page with an empty token, not with none.
    page.next_token = Some(page.next_token.unwrap_or_default());
    Ok(page.answer("findingIds"))
}

/// The findings asked for that exist, in the order asked for; an unknown id is left out.
pub(crate) fn get(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let mut found: Vec<&Held> = Vec::new();
    for id in call.required_texts("findingIds", MOST_IDS)? {
        found.extend(
            detector
                .findings
                .get(&id)
                .filter(|held| !found.iter().any(|other| other.id() == held.id())),
        );
    }
    if let Some(sorting) = Sorting::read(call)? {
        sorting.sort(&mut found);
    }
    Ok(json!({ "findings": found.into_iter().map(Held::answered).collect::<Vec<_>>() }))
}

/// What the `findingCriteria` of a query match, in the order of arrival.
pub(crate) fn matching<'d>(detector: &'d Detector, call: &Call) -> Result<Vec<&'d Held>, ApiError> {
    let nothing = json!({});
    let criteria = Criteria::read(call.member("findingCriteria").unwrap_or(&nothing), Use::Query)?;
    let mut found: Vec<_> =
        detector.findings.iter().filter(|held| criteria.matches(held.finding())).collect();
    found.sort_by_key(|held| held.arrival);
    Ok(found)
}
