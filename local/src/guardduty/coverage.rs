//! What runtime monitoring covers: one resource of each kind, healthy where GuardDuty looks after its agent.

use serde_json::{Value, json};

use super::{
    call::Call,
    error::ApiError,
    identity::hex_id,
    pages::page,
    state::{State, epoch_seconds},
};

/// Kind, part of the feature that installs the agent, and the resource's name.
const KINDS: [(&str, &str, &str); 3] = [
    ("EKS", "EKS_ADDON_MANAGEMENT", "example-eks-cluster"),
    ("ECS", "ECS_FARGATE_AGENT_MANAGEMENT", "example-ecs-cluster"),
    ("EC2", "EC2_AGENT_MANAGEMENT", "i-0123456789abcdef0"),
];
const KEYS: [&str; 11] = [
    "ACCOUNT_ID",
    "RESOURCE_TYPE",
    "COVERAGE_STATUS",
    "ADDON_VERSION",
    "CLUSTER_NAME",
    "ECS_CLUSTER_NAME",
    "MANAGEMENT_TYPE",
    "EKS_CLUSTER_NAME",
    "AGENT_VERSION",
    "INSTANCE_ID",
    "CLUSTER_ARN",
];

pub(crate) fn list(state: &State, call: &Call) -> Result<Value, ApiError> {
    Ok(page(chosen(state, call)?, call)?.answer("resources"))
}

pub(crate) fn statistics(state: &State, call: &Call) -> Result<Value, ApiError> {
    let resources = chosen(state, call)?;
    let by = |path: &str, names: &[&'static str]| {
        let count = |name: &&'static str| {
            let own =
                |resource: &&Value| resource.pointer(path).and_then(Value::as_str) == Some(*name);
            let count = resources.iter().filter(own).count();
            (count > 0).then(|| ((*name).to_owned(), json!(count)))
        };
        Value::Object(names.iter().filter_map(count).collect())
    };
    let mut statistics = json!({});
    for kind in call.required_texts("statisticsType", 2)? {
        let (member, counts) = match kind.as_str() {
            "COUNT_BY_RESOURCE_TYPE" => {
                ("countByResourceType", by("/resourceDetails/resourceType", &["EKS", "ECS", "EC2"]))
            }
            "COUNT_BY_COVERAGE_STATUS" => {
                ("countByCoverageStatus", by("/coverageStatus", &["HEALTHY", "UNHEALTHY"]))
            }
            _ => {
                return Err(ApiError::invalid(
                    "statisticsType",
                    "COUNT_BY_RESOURCE_TYPE or COUNT_BY_COVERAGE_STATUS",
                ));
            }
        };
        super::body::insert(&mut statistics, member, counts);
    }
    Ok(json!({ "coverageStatistics": statistics }))
}

/// The resources for which every criterion holds.
fn chosen(state: &State, call: &Call) -> Result<Vec<Value>, ApiError> {
    let detector = state.detector(call)?;
    let criteria = call.member("filterCriteria").and_then(|own| own.get("filterCriterion"));
    let criteria: Vec<&Value> = criteria.and_then(Value::as_array).into_iter().flatten().collect();
    for criterion in &criteria {
        let key = criterion.get("criterionKey").and_then(Value::as_str).unwrap_or_default();
        if !KEYS.contains(&key) {
            return Err(ApiError::invalid("filterCriteria.criterionKey", &KEYS.join(", ")));
        }
    }
    if !detector.features.enabled("RUNTIME_MONITORING") {
        return Ok(Vec::new());
    }
    let resources = KINDS.iter().map(|kind| resource(state, &detector.id, kind));
    let resources = resources
        .filter(|own| criteria.iter().all(|criterion| holds(own, criterion)))
        .map(|(resource, _)| resource);
    Ok(resources.collect())
}

type Resource = (Value, [(&'static str, String); 4]);

fn resource(
    state: &State,
    detector: &str,
    (kind, part, name): &(&'static str, &str, &str),
) -> Resource {
    let own = state.detector.as_ref();
    let is_managed = own.is_some_and(|own| own.features.has("RUNTIME_MONITORING", part));
    let management = if is_managed { "AUTO_MANAGED" } else { "MANUAL" };
    let details = match *kind {
        "EKS" => json!({ "resourceType": kind, "eksClusterDetails": {
            "clusterName": name, "coveredNodes": if is_managed { 3 } else { 0 }, "compatibleNodes": 3, "managementType": management,
        }}),
        "ECS" => json!({ "resourceType": kind, "ecsClusterDetails": {
            "clusterName": name, "fargateDetails": { "managementType": management },
        }}),
        _ => json!({ "resourceType": kind, "ec2InstanceDetails": {
            "instanceId": name, "instanceType": "t3.small", "managementType": management,
        }}),
    };
    let status = if is_managed { "HEALTHY" } else { "UNHEALTHY" };
    let account = &state.home.account_id;
    let mut resource = json!({
        "resourceId": hex_id(&[account, &state.home.region, "coverage", name]),
        "detectorId": detector,
        "accountId": account,
        "resourceDetails": details,
        "coverageStatus": status,
    });
    if !is_managed {
        super::body::insert(&mut resource, "issue", json!("Agent not installed"));
    }
    if let Some(own) = own {
        super::body::insert(&mut resource, "updatedAt", json!(epoch_seconds(own.updated_at)));
    }
    let facts = [
        ("ACCOUNT_ID", account.clone()),
        ("RESOURCE_TYPE", (*kind).to_owned()),
        ("COVERAGE_STATUS", status.to_owned()),
        ("MANAGEMENT_TYPE", management.to_owned()),
    ];
    (resource, facts)
}

/// What a resource does not have is equal to nothing.
fn holds((_, facts): &Resource, criterion: &Value) -> bool {
    let key = criterion.get("criterionKey").and_then(Value::as_str);
    let own = facts.iter().find(|(name, _)| Some(*name) == key).map(|(_, value)| value.as_str());
    let named = |condition: &str| -> Option<bool> {
        let values = criterion.pointer(&format!("/filterCondition/{condition}"))?.as_array()?;
        Some(values.iter().any(|value| value.as_str().is_some() && value.as_str() == own))
    };
    named("equals").unwrap_or(true) && !named("notEquals").unwrap_or(false)
}
