//! Which function carries out which operation.

use serde_json::Value;

use super::{
    call::Call, coverage, destinations, detectors, error::ApiError, faults::Faults, filters,
    finding_actions, lookup, members, organization, state::State, statistics, tags, usage,
};

/// Carries out a call, unless its `clientToken` says that it is a repetition: then it answers again.
pub(crate) fn answer(state: &mut State, call: &Call, faults: &Faults) -> Result<Value, ApiError> {
    let token = call.text("clientToken")?.map(|token| (call.operation, token.to_owned()));
    if let Some(answer) = token.as_ref().and_then(|token| state.answered.get(token)) {
        return Ok(answer.clone());
    }
    let answer = carry_out(state, call, faults)?;
    if call.operation.starts_with("Delete") {
        // What a token made may be gone now.
        state.answered.clear();
    }
    state.answered.extend(token.map(|token| (token, answer.clone())));
    Ok(answer)
}

fn carry_out(state: &mut State, call: &Call, faults: &Faults) -> Result<Value, ApiError> {
    members::refuse_members(state, call)?;
    match call.operation {
        "CreateDetector" => detectors::create(state, call),
        "GetDetector" => detectors::get(state, call),
        "UpdateDetector" => detectors::update(state, call),
        "DeleteDetector" => detectors::delete(state, call),
        "ListDetectors" => detectors::list(state, call),

        "CreateFilter" => filters::create(state, call),
        "GetFilter" => filters::get(state, call),
        "UpdateFilter" => filters::update(state, call),
        "DeleteFilter" => filters::delete(state, call),
        "ListFilters" => filters::list(state, call),

        "ListFindings" => lookup::list(state, call, faults),
        "GetFindings" => lookup::get(state, call),
        "GetFindingsStatistics" => statistics::get(state, call),
        "ArchiveFindings" => finding_actions::archive(state, call, faults),
        "UnarchiveFindings" => finding_actions::unarchive(state, call),
        "CreateSampleFindings" => finding_actions::create_samples(state, call),
        "UpdateFindingsFeedback" => finding_actions::feedback(state, call),

        "CreatePublishingDestination" => destinations::create(state, call),
        "ListPublishingDestinations" => destinations::list(state, call),
        "DescribePublishingDestination" => destinations::describe(state, call),
        "UpdatePublishingDestination" => destinations::update(state, call),
        "DeletePublishingDestination" => destinations::delete(state, call),

        "GetCoverageStatistics" => coverage::statistics(state, call),
        "ListCoverage" => coverage::list(state, call),

        "GetUsageStatistics" => usage::statistics(state, call),
        "GetRemainingFreeTrialDays" => usage::free_trial(state, call),

        "ListOrganizationAdminAccounts" => organization::list_administrators(state, call),
        "EnableOrganizationAdminAccount" => organization::enable_administrator(state, call),
        "DisableOrganizationAdminAccount" => organization::disable_administrator(state, call),
        "DescribeOrganizationConfiguration" => organization::describe(state, call),
        "UpdateOrganizationConfiguration" => organization::update(state, call),

        "CreateMembers" => members::create(state, call),
        "GetMembers" => members::get(state, call),
        "InviteMembers" => members::invite(state, call),
        "DeleteMembers" => members::delete(state, call),
        "DisassociateMembers" => members::disassociate(state, call),
        "DisassociateFromAdministratorAccount" => members::resign(state, call),
        "GetAdministratorAccount" => members::administrator(state, call),
        "ListMembers" => members::list(state, call),

        "TagResource" => tags::add(state, call),
        "UntagResource" => tags::remove(state, call),
        "ListTagsForResource" => tags::list(state, call),

        other => Err(ApiError::not_emulated(other)),
    }
}
