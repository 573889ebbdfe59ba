//! Member accounts of an administrator.

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    body::insert,
    call::Call,
    error::ApiError,
    identity::hex_id,
    organization,
    pages::page,
    state::{Home, State},
};

/// Accounts in one call (API reference, `AccountIds`).
const MOST_ACCOUNTS: usize = 50;

#[derive(Debug, Clone)]
pub(crate) struct Member {
    email: String,
    /// Since when it takes part.
    pub(crate) invited_at: Option<Timestamp>,
    updated_at: Timestamp,
    /// An account of the organization, which nobody has to invite.
    is_own: bool,
}

impl Member {
    /// Whether it takes part, and how that is called.
    fn relationship(&self, id: &str, state: &State) -> (bool, &'static str) {
        let home = &state.home;
        let administrator = state.wide.administrator_of(&home.region, id);
        match (self.invited_at, administrator.as_deref() == Some(&home.account_id)) {
            (Some(_), true) if self.is_own => (true, "Enabled"),
            (Some(_), true) => (true, "Invited"),
            (Some(_), false) if self.is_own => (false, "Removed"),
            (Some(_), false) => (false, "Resigned"),
            (None, _) => (false, "Created"),
        }
    }

    fn written(&self, id: &str, state: &State) -> Value {
        let home: &Home = &state.home;
        let mut written = json!({
            "accountId": id,
            "detectorId": hex_id(&[id, &home.region, "detector"]),
            "masterId": home.account_id,
            "administratorId": home.account_id,
            "email": self.email,
            "relationshipStatus": self.relationship(id, state).1,
            "updatedAt": self.updated_at.to_rfc3339(),
        });
        if let Some(invited_at) = self.invited_at {
            insert(&mut written, "invitedAt", json!(invited_at.to_rfc3339()));
        }
        written
    }
}

pub(crate) fn create(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let own = state.home.account_id.clone();
    let is_organization = organization::is_administrator(state);
    let detector = state.detector_mut(call)?;
    let mut enrolled = Vec::new();
    let accounts = call
        .required("accountDetails")?
        .as_array()
        .filter(|accounts| (1..=MOST_ACCOUNTS).contains(&accounts.len()));
    let accounts = accounts
        .ok_or_else(|| ApiError::invalid("accountDetails", "a list of 1 to 50 accounts"))?;
    let mut unprocessed = Vec::new();
    for account in accounts {
        let text = |name: &str| account.get(name).and_then(Value::as_str);
        let (Some(id), Some(email)) = (text("accountId"), text("email")) else {
            return Err(ApiError::invalid(
                "accountDetails",
                "a list of accounts with accountId and email",
            ));
        };
        if id == own || detector.members.contains_key(id) {
            unprocessed.push(json!({ "accountId": id, "result": "The account is the administrator or already a member." }));
            continue;
        }
        if is_organization {
            enrolled.push((id.to_owned(), email.to_owned()));
            continue;
        }
        let member = Member {
            email: email.to_owned(),
            invited_at: None,
            updated_at: call.now,
            is_own: false,
        };
        detector.members.insert(id.to_owned(), member);
    }
    for (id, email) in enrolled {
        state.wide.add_account(&id);
        enroll(state, &id, &email, call.now);
    }
    Ok(json!({ "unprocessedAccounts": unprocessed }))
}

/// An account of the organization becomes a member, and gets GuardDuty when it has none.
pub(crate) fn enroll(state: &mut State, id: &str, email: &str, now: Timestamp) {
    let features = state.organization.features_of_a_member(now);
    let (region, own) = (state.home.region.clone(), state.home.account_id.clone());
    let Some(detector) = &mut state.detector else { return };
    if id == own || detector.members.contains_key(id) {
        return;
    }
    let member =
        Member { email: email.to_owned(), invited_at: Some(now), updated_at: now, is_own: true };
    detector.members.insert(id.to_owned(), member);
    state.wide.join(&region, id, Some(&own));
    state.wide.enroll(&region, id, features);
}

/// The members that take part, and since when.
pub(crate) fn associated(state: &State) -> Vec<(String, Timestamp)> {
    let members = state.detector.iter().flat_map(|detector| &detector.members);
    let associated = members.filter(|(id, member)| member.relationship(id, state).0);
    associated.filter_map(|(id, member)| Some((id.clone(), member.invited_at?))).collect()
}

pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    // By default only accounts that took part are listed; ours are associated once they are invited.
    let all = call.query("onlyAssociated").is_some_and(|text| text.eq_ignore_ascii_case("false"));
    let detector = state.detector(call)?;
    let listed =
        detector.members.iter().filter(|(id, member)| all || member.relationship(id, state).0);
    let listed = listed.map(|(id, member)| member.written(id, state)).collect();
    Ok(page(listed, call)?.answer("members"))
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let (mut members, mut unprocessed) = (Vec::new(), Vec::new());
    for id in call.required_texts("accountIds", MOST_ACCOUNTS)? {
        match detector.members.get(&id) {
            Some(member) => members.push(member.written(&id, state)),
            None => unprocessed.push(no_member(&id)),
        }
    }
    Ok(json!({ "members": members, "unprocessedAccounts": unprocessed }))
}

pub(crate) fn invite(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector_mut(call)?;
    let (mut unprocessed, mut joined) = (Vec::new(), Vec::new());
    for id in call.required_texts("accountIds", MOST_ACCOUNTS)? {
        match detector.members.get_mut(&id) {
            Some(member) => {
                (member.invited_at, member.updated_at) = (Some(call.now), call.now);
                joined.push(id);
            }
            None => unprocessed.push(no_member(&id)),
        }
    }
    for id in joined {
        state.wide.join(&state.home.region, &id, Some(&state.home.account_id));
    }
    Ok(json!({ "unprocessedAccounts": unprocessed }))
}

pub(crate) fn delete(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    none_may_leave(state)?;
    let ids = call.required_texts("accountIds", MOST_ACCOUNTS)?;
    let detector = state.detector_mut(call)?;
    let unprocessed: Vec<_> = ids
        .iter()
        .filter(|id| detector.members.remove(*id).is_none())
        .map(|id| no_member(id))
        .collect();
    leave(state, &ids);
    Ok(json!({ "unprocessedAccounts": unprocessed }))
}

/// The accounts stay in the list, as ones that take part no more.
pub(crate) fn disassociate(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    none_may_leave(state)?;
    let ids = call.required_texts("accountIds", MOST_ACCOUNTS)?;
    let detector = state.detector_mut(call)?;
    let mut unprocessed = Vec::new();
    for id in &ids {
        match detector.members.get_mut(id) {
            Some(member) => (member.invited_at, member.updated_at) = (None, call.now),
            None => unprocessed.push(no_member(id)),
        }
    }
    leave(state, &ids);
    Ok(json!({ "unprocessedAccounts": unprocessed }))
}

fn none_may_leave(state: &State) -> Result<(), ApiError> {
    if organization::is_administrator(state) && state.organization.wants_all() {
        let message = "The request is rejected because autoEnableOrganizationMembers is ALL: set it to NEW or NONE first.";
        return Err(ApiError::bad_request(message));
    }
    Ok(())
}

/// A member that was invited may go by itself; one of the organization may not.
pub(crate) fn resign(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    state.detector(call)?;
    let home = &state.home;
    match state.wide.administrator_of(&home.region, &home.account_id) {
        None => Err(ApiError::bad_request(
            "The request is rejected because the current account has no administrator account.",
        )),
        Some(own) if state.wide.administrator(&home.region).as_deref() == Some(&own) => {
            Err(ApiError::bad_request(format!(
                "The request is rejected because the current account is a member through its organization: only the administrator account {own} may do this."
            )))
        }
        Some(_) => {
            state.wide.join(&home.region, &home.account_id, None);
            Ok(json!({}))
        }
    }
}

fn leave(state: &State, ids: &[String]) {
    for id in ids {
        state.wide.join(&state.home.region, id, None);
    }
}

pub(crate) fn administrator(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.detector(call)?;
    let home = &state.home;
    let Some(id) = state.wide.administrator_of(&home.region, &home.account_id) else {
        return Ok(json!({ "administrator": {} }));
    };
    Ok(json!({ "administrator": { "accountId": id, "relationshipStatus": "Enabled" } }))
}

/// What a member's administrator decides for it.
pub(crate) fn refuse_members(state: &State, call: &Call) -> Result<(), ApiError> {
    const RESERVED: [&str; 8] = [
        "ArchiveFindings",
        "UnarchiveFindings",
        "UpdateDetector",
        "DeleteDetector",
        "CreateFilter",
        "UpdateFilter",
        "CreatePublishingDestination",
        "UpdatePublishingDestination",
    ];
    let home = &state.home;
    match state.wide.administrator_of(&home.region, &home.account_id) {
        Some(administrator) if RESERVED.contains(&call.operation) => {
            Err(ApiError::bad_request(format!(
                "The request is rejected because the current account is a member: only its administrator account {administrator} may do this."
            )))
        }
        _ => Ok(()),
    }
}

fn no_member(id: &str) -> Value {
    json!({ "accountId": id, "result": "The account is not a member of the current account." })
}
