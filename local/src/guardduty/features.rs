//! What a detector watches: features, and the older data sources that are the same under other names.

use std::collections::BTreeMap;

use findings::Timestamp;
use serde_json::{Value, json};

use super::{call::Call, error::ApiError, state::epoch_seconds};

/// Always on: a detector cannot be without them.
const FOUNDATIONAL: [&str; 3] = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
const OPTIONAL: [&str; 9] = [
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "EKS_RUNTIME_MONITORING",
    "RUNTIME_MONITORING",
    "AI_PROTECTION",
    "AI_ANALYST",
];
const ON_FROM_THE_START: usize = 5;
/// The agents that runtime monitoring can install by itself; off until somebody says so.
const AGENTS: [(&str, &[&str]); 2] = [
    ("EKS_RUNTIME_MONITORING", &["EKS_ADDON_MANAGEMENT"]),
    (
        "RUNTIME_MONITORING",
        &["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"],
    ),
];
/// In the order in which GuardDuty lists them.
pub(crate) const ADDITIONAL: [&str; 4] = [
    "EKS_ADDON_MANAGEMENT",
    "ECS_FARGATE_AGENT_MANAGEMENT",
    "EC2_AGENT_MANAGEMENT",
    "RDS_DATA_RISK",
];

#[derive(Debug, Clone)]
struct Feature {
    enabled: bool,
    updated_at: Timestamp,
    additional: BTreeMap<&'static str, (bool, Timestamp)>,
}

#[derive(Debug, Clone)]
pub(crate) struct Features(BTreeMap<&'static str, Feature>);

impl Features {
    pub(crate) fn of_a_new_detector(now: Timestamp) -> Self {
        let feature = |name: &str, enabled| {
            let agents = AGENTS.iter().filter(|(feature, _)| *feature == name);
            let agents = agents.flat_map(|(_, parts)| parts.iter().copied());
            let additional = agents.map(|part| (part, (false, now))).collect();
            Feature { enabled, updated_at: now, additional }
        };
        let optional = OPTIONAL
            .iter()
            .enumerate()
            .map(|(place, name)| (*name, feature(name, place < ON_FROM_THE_START)));
        Self(FOUNDATIONAL.iter().map(|name| (*name, feature(name, true))).chain(optional).collect())
    }

    /// Switches on what the organization's accounts get by themselves.
    pub(crate) fn switch_on(&mut self, name: &str, parts: &[&'static str], now: Timestamp) {
        let Some(feature) = self.0.get_mut(name) else { return };
        (feature.enabled, feature.updated_at) = (true, now);
        feature.additional.extend(parts.iter().map(|part| (*part, (true, now))));
    }

    /// Whether a feature is on, and with it this part.
    pub(crate) fn has(&self, name: &str, part: &str) -> bool {
        self.0.get(name).is_some_and(|feature| {
            feature.enabled && feature.additional.get(part).is_some_and(|(enabled, _)| *enabled)
        })
    }

    /// Applies the `features` and `dataSources` of a call.
    pub(crate) fn apply(&mut self, call: &Call) -> Result<(), ApiError> {
        if let Some(sources) = call.member("dataSources") {
            self.apply_data_sources(sources, call.now);
        }
        let Some(changes) = call.member("features") else { return Ok(()) };
        let changes = changes.as_array().ok_or_else(|| ApiError::invalid("features", "a list"))?;
        for change in changes {
            self.change(change, call.now)?;
        }
        if self.enabled("EKS_RUNTIME_MONITORING") && self.enabled("RUNTIME_MONITORING") {
            let message = "The request is rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING cannot both be enabled.";
            return Err(ApiError::bad_request(message));
        }
        Ok(())
    }

    fn change(&mut self, change: &Value, now: Timestamp) -> Result<(), ApiError> {
        let name = known(&OPTIONAL, change, "features.name")?;
        let Some(feature) = self.0.get_mut(name) else { return Ok(()) };
        if let Some(enabled) = status(change)? {
            (feature.enabled, feature.updated_at) = (enabled, now);
        }
        for extra in
            change.get("additionalConfiguration").and_then(Value::as_array).into_iter().flatten()
        {
            let extra_name = known(&ADDITIONAL, extra, "features.additionalConfiguration.name")?;
            if let Some(enabled) = status(extra)? {
                feature.additional.insert(extra_name, (enabled, now));
            }
        }
        Ok(())
    }

    fn apply_data_sources(&mut self, sources: &Value, now: Timestamp) {
        let asked = [
            ("S3_DATA_EVENTS", "/s3Logs/enable"),
            ("EKS_AUDIT_LOGS", "/kubernetes/auditLogs/enable"),
            ("EBS_MALWARE_PROTECTION", "/malwareProtection/scanEc2InstanceWithFindings/ebsVolumes"),
        ];
        for (name, path) in asked {
            if let (Some(enabled), Some(feature)) =
                (sources.pointer(path).and_then(Value::as_bool), self.0.get_mut(name))
            {
                (feature.enabled, feature.updated_at) = (enabled, now);
            }
        }
    }

    /// Names of the features that are on.
    pub(crate) fn enabled_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().filter(|(_, feature)| feature.enabled).map(|(name, _)| *name)
    }

    pub(crate) fn enabled(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|feature| feature.enabled)
    }

    pub(crate) fn listed(&self) -> Value {
        let listed = self.0.iter().map(|(name, feature)| {
            let additional = ADDITIONAL.iter().filter_map(|name| feature.additional.get_key_value(name));
            let additional: Vec<_> = additional
                .map(|(name, (enabled, at))| json!({ "name": name, "status": word(*enabled), "updatedAt": epoch_seconds(*at) }))
                .collect();
            json!({
                "name": name,
                "status": word(feature.enabled),
                "updatedAt": epoch_seconds(feature.updated_at),
                "additionalConfiguration": additional,
            })
        });
        listed.collect()
    }

    pub(crate) fn data_sources(&self) -> Value {
        let status = |name| json!({ "status": word(self.enabled(name)) });
        json!({
            "cloudTrail": status("CLOUD_TRAIL"),
            "dnsLogs": status("DNS_LOGS"),
            "flowLogs": status("FLOW_LOGS"),
            "s3Logs": status("S3_DATA_EVENTS"),
            "kubernetes": { "auditLogs": status("EKS_AUDIT_LOGS") },
            "malwareProtection": { "scanEc2InstanceWithFindings": { "ebsVolumes": status("EBS_MALWARE_PROTECTION") } },
        })
    }
}

/// The entry's `name`, when it is one of the known ones.
pub(crate) fn known(
    names: &[&'static str],
    entry: &Value,
    parameter: &str,
) -> Result<&'static str, ApiError> {
    let asked = entry.get("name").and_then(Value::as_str);
    let found = names.iter().find(|name| Some(**name) == asked);
    found
        .copied()
        .ok_or_else(|| ApiError::invalid(parameter, &format!("one of {}", names.join(", "))))
}

fn status(entry: &Value) -> Result<Option<bool>, ApiError> {
    match entry.get("status").and_then(Value::as_str) {
        None => Ok(None),
        Some("ENABLED") => Ok(Some(true)),
        Some("DISABLED") => Ok(Some(false)),
        Some(_) => Err(ApiError::invalid("features.status", "ENABLED or DISABLED")),
    }
}

fn word(enabled: bool) -> &'static str {
    if enabled { "ENABLED" } else { "DISABLED" }
}
