//! The organization: its GuardDuty administrator, and what new accounts get.

use std::collections::BTreeMap;

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    call::Call,
    error::ApiError,
    features::{ADDITIONAL, Features, known},
    members,
    pages::page,
    state::State,
};

const FEATURES: [&str; 8] = [
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "EKS_RUNTIME_MONITORING",
    "RUNTIME_MONITORING",
    "AI_PROTECTION",
];

#[derive(Debug, Default)]
pub(crate) struct Organization {
    auto_enable: AutoEnable,
    features: BTreeMap<&'static str, (AutoEnable, BTreeMap<&'static str, AutoEnable>)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum AutoEnable {
    #[default]
    None,
    New,
    All,
}

impl AutoEnable {
    fn read(text: &str, parameter: &str) -> Result<Self, ApiError> {
        match text {
            "NONE" => Ok(Self::None),
            "NEW" => Ok(Self::New),
            "ALL" => Ok(Self::All),
            _ => Err(ApiError::invalid(parameter, "NEW, ALL or NONE")),
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::New => "NEW",
            Self::All => "ALL",
        }
    }
}

impl Organization {
    /// Whether every account has to be a member, so that none may leave.
    pub(crate) fn wants_all(&self) -> bool {
        self.auto_enable == AutoEnable::All
    }

    /// What an account has that becomes a member now.
    pub(crate) fn features_of_a_member(&self, now: Timestamp) -> Features {
        let mut features = Features::of_a_new_detector(now);
        for (name, (auto_enable, parts)) in &self.features {
            if *auto_enable != AutoEnable::None {
                let parts: Vec<_> = parts
                    .iter()
                    .filter(|(_, auto)| **auto != AutoEnable::None)
                    .map(|(part, _)| *part)
                    .collect();
                features.switch_on(name, &parts, now);
            }
        }
        features
    }
}

/// Whether this account is the one that administers the organization here.
pub(crate) fn is_administrator(state: &State) -> bool {
    state.wide.administrator(&state.home.region).as_deref() == Some(&state.home.account_id)
}

/// An account has joined the organization: where new ones get GuardDuty by themselves, it becomes a member.
pub(crate) fn joined(state: &mut State, account: &str, now: Timestamp) {
    if is_administrator(state) && state.organization.auto_enable != AutoEnable::None {
        members::enroll(state, account, "", now);
    }
}

pub(crate) fn list_administrators(state: &State, call: &Call) -> Result<Value, ApiError> {
    let one = |id: &String| json!({ "adminAccountId": id, "adminStatus": "ENABLED" });
    let listed = state.wide.administrator(&state.home.region).iter().map(one).collect();
    Ok(page(listed, call)?.answer("adminAccounts"))
}

pub(crate) fn enable_administrator(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.required_text("adminAccountId")?;
    management_only(state)?;
    if state.wide.administrator(&state.home.region).is_some_and(|administrator| administrator != id)
    {
        let message = "The request is rejected because another account is already the GuardDuty administrator of the organization.";
        return Err(ApiError::bad_request(message));
    }
    state.wide.set_administrator(&state.home.region, id);
    Ok(json!({}))
}

pub(crate) fn disable_administrator(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    let id = call.required_text("adminAccountId")?;
    management_only(state)?;
    if state.wide.administrator(&state.home.region).as_deref() != Some(id) {
        let message = "The request is rejected because the account is not the GuardDuty administrator of the organization.";
        return Err(ApiError::bad_request(message));
    }
    state.wide.remove_administrator(&state.home.region);
    Ok(json!({}))
}

fn management_only(state: &State) -> Result<(), ApiError> {
    if state.wide.is_managed_by(&state.home.account_id) {
        return Ok(());
    }
    let message = "The request failed because the current account is not the management account of the organization.";
    Err(ApiError::bad_request(message))
}

/// Without an administrator the management account may look; with one, only that account.
fn administrator_only(state: &State) -> Result<(), ApiError> {
    let administrator = state.wide.administrator(&state.home.region);
    if administrator.is_none_or(|administrator| administrator == state.home.account_id) {
        return Ok(());
    }
    let message = "The request failed because the current account is not the delegated administrator of the organization.";
    Err(ApiError::bad_request(message))
}

pub(crate) fn describe(state: &State, call: &Call) -> Result<Value, ApiError> {
    state.detector(call)?;
    administrator_only(state)?;
    call.max_results(50, 50)?;
    let organization = &state.organization;
    let of = |name: &str| organization.features.get(name).cloned().unwrap_or_default();
    let features: Vec<_> = FEATURES
        .iter()
        .map(|name| {
            let (auto_enable, additional) = of(name);
            let extra = |(name, auto): (&&str, &AutoEnable)| json!({ "name": name, "autoEnable": auto.as_str() });
            let additional: Vec<_> = ADDITIONAL.iter().filter_map(|name| additional.get_key_value(name)).map(extra).collect();
            json!({ "name": name, "autoEnable": auto_enable.as_str(), "additionalConfiguration": additional })
        })
        .collect();
    let automatic = |name: &str| json!({ "autoEnable": of(name).0 != AutoEnable::None });
    Ok(json!({
        "autoEnable": organization.auto_enable != AutoEnable::None,
        "autoEnableOrganizationMembers": organization.auto_enable.as_str(),
        "memberAccountLimitReached": false,
        "features": features,
        "dataSources": {
            "s3Logs": automatic("S3_DATA_EVENTS"),
            "kubernetes": { "auditLogs": automatic("EKS_AUDIT_LOGS") },
            "malwareProtection": { "scanEc2InstanceWithFindings": { "ebsVolumes": automatic("EBS_MALWARE_PROTECTION") } },
        },
    }))
}

pub(crate) fn update(state: &mut State, call: &Call) -> Result<Value, ApiError> {
    state.detector(call)?;
    administrator_only(state)?;
    let name = "autoEnableOrganizationMembers";
    let auto_enable = match (call.flag("autoEnable")?, call.text(name)?) {
        (Some(true), None) => AutoEnable::New,
        (Some(false), None) => AutoEnable::None,
        (None, Some(text)) => AutoEnable::read(text, name)?,
        _ => {
            return Err(ApiError::invalid(
                "autoEnable or autoEnableOrganizationMembers",
                "given, and not both",
            ));
        }
    };
    let mut features = state.organization.features.clone();
    for change in call.member("features").and_then(Value::as_array).into_iter().flatten() {
        let feature = features.entry(known(&FEATURES, change, "features.name")?).or_default();
        if let Some(text) = change.get("autoEnable").and_then(Value::as_str) {
            feature.0 = AutoEnable::read(text, "features.autoEnable")?;
        }
        for extra in
            change.get("additionalConfiguration").and_then(Value::as_array).into_iter().flatten()
        {
            let extra_name = known(&ADDITIONAL, extra, "features.additionalConfiguration.name")?;
            let auto = extra.get("autoEnable").and_then(Value::as_str).unwrap_or("NONE");
            feature.1.insert(
                extra_name,
                AutoEnable::read(auto, "features.additionalConfiguration.autoEnable")?,
            );
        }
    }
    state.organization.features = features;
    state.organization.auto_enable = auto_enable;
    if auto_enable == AutoEnable::All && is_administrator(state) {
        for account in state.wide.accounts() {
            members::enroll(state, &account, "", call.now);
        }
    }
    Ok(json!({}))
}
