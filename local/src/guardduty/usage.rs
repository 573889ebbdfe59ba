//! What the detector costs, and how long it is still free.

use serde_json::{Value, json};

use super::{
    call::Call,
    error::ApiError,
    members,
    state::{Detector, State},
};

const DAY: u64 = 24 * 60 * 60;
const TRIAL_DAYS: u64 = 30;
/// A younger detector has no usage yet.
const FIRST_DAYS: u64 = 7;

const DATA_SOURCES: [(&str, &str); 6] = [
    ("CLOUD_TRAIL", "CLOUD_TRAIL"),
    ("DNS_LOGS", "DNS_LOGS"),
    ("FLOW_LOGS", "FLOW_LOGS"),
    ("S3_DATA_EVENTS", "S3_LOGS"),
    ("EKS_AUDIT_LOGS", "KUBERNETES_AUDIT_LOGS"),
    ("EBS_MALWARE_PROTECTION", "EC2_MALWARE_SCAN"),
];
/// Features without a price of their own.
const UNPRICED: [&str; 2] = ["AI_ANALYST", "RUNTIME_MONITORING"];

pub(crate) fn statistics(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let criteria = call.required("usageCriteria")?;
    call.max_results(50, 50)?;
    if !matches!(call.text("unit")?, None | Some("USD")) {
        return Err(ApiError::invalid("unit", "USD"));
    }
    let wanted = |list: &str, name: &str| {
        let asked = criteria.get(list).and_then(Value::as_array).filter(|asked| !asked.is_empty());
        asked.is_none_or(|asked| asked.iter().any(|item| item.as_str() == Some(name)))
    };
    let accounts: Vec<(String, u64)> = ages(state, detector, call)
        .into_iter()
        .filter(|(id, days)| *days >= FIRST_DAYS && wanted("accountIds", id))
        .collect();
    let features: Vec<&str> = detector
        .features
        .enabled_names()
        .filter(|name| !UNPRICED.contains(name) && wanted("features", name))
        .collect();
    let of_account = |days: u64| features.iter().map(|name| cents(name, days)).sum::<u64>();
    let of_feature = |name: &str| accounts.iter().map(|(_, days)| cents(name, *days)).sum::<u64>();
    let sum: u64 = accounts.iter().map(|(_, days)| of_account(*days)).sum();
    let any = sum > 0;
    let features = || features.iter().filter(|_| any);
    let statistics = match call.required_text("usageStatisticsType")? {
        "SUM_BY_ACCOUNT" => {
            let one = |(id, days): &(String, u64)| json!({ "accountId": id, "total": total(of_account(*days)) });
            json!({ "sumByAccount": accounts.iter().filter(|_| any).map(one).collect::<Vec<_>>() })
        }
        "SUM_BY_DATA_SOURCE" => {
            let named = |(feature, source): &(&str, &str)| {
                features()
                    .find(|name| *name == feature)
                    .filter(|_| wanted("dataSources", source))?;
                Some(json!({ "dataSource": source, "total": total(of_feature(feature)) }))
            };
            json!({ "sumByDataSource": DATA_SOURCES.iter().filter_map(named).collect::<Vec<_>>() })
        }
        "SUM_BY_RESOURCE" => json!({ "sumByResource": resources(state, sum, any) }),
        "TOP_RESOURCES" => json!({ "topResources": resources(state, sum, any) }),
        "SUM_BY_FEATURES" => {
            let one = |name: &&str| json!({ "feature": name, "total": total(of_feature(name)) });
            json!({ "sumByFeature": features().map(one).collect::<Vec<_>>() })
        }
        "TOP_ACCOUNTS_BY_FEATURE" => {
            let one = |name: &&str| {
                let account = |(id, days): &(String, u64)| json!({ "accountId": id, "total": total(cents(name, *days)) });
                json!({ "feature": name, "accounts": accounts.iter().map(account).collect::<Vec<_>>() })
            };
            json!({ "topAccountsByFeature": features().map(one).collect::<Vec<_>>() })
        }
        _ => return Err(ApiError::invalid("usageStatisticsType", "a type of usage statistics")),
    };
    Ok(json!({ "usageStatistics": statistics }))
}

/// The account and the members that take part, with the days that were counted of each.
fn ages(state: &State, detector: &Detector, call: &Call) -> Vec<(String, u64)> {
    let own = (state.home.account_id.clone(), detector.created_at);
    let all = std::iter::once(own).chain(members::associated(state));
    all.map(|(id, since)| (id, (call.now.since(since).as_secs() / DAY).min(30))).collect()
}

fn resources(state: &State, sum: u64, any: bool) -> Vec<Value> {
    let arn = format!("arn:{}:s3:::amzn-s3-demo-bucket", state.home.partition());
    any.then(|| json!({ "resource": arn, "total": total(sum / 4) })).into_iter().collect()
}

pub(crate) fn free_trial(state: &State, call: &Call) -> Result<Value, ApiError> {
    let detector = state.detector(call)?;
    let (mut accounts, mut unprocessed) = (Vec::new(), Vec::new());
    let ages = ages(state, detector, call);
    for id in call.required_texts("accountIds", 50)? {
        if let Some((_, age)) = ages.iter().find(|(own, _)| *own == id) {
            let left = TRIAL_DAYS.saturating_sub(*age);
            let days = json!({ "freeTrialDaysRemaining": left });
            let features: Vec<_> = detector
                .features
                .enabled_names()
                .filter(|name| !UNPRICED.contains(name))
                .map(|name| json!({ "name": name, "freeTrialDaysRemaining": left }))
                .collect();
            accounts.push(json!({ "accountId": id, "features": features, "dataSources": {
                "cloudTrail": days,
                "dnsLogs": days,
                "flowLogs": days,
                "s3Logs": days,
                "kubernetes": { "auditLogs": days },
                "malwareProtection": { "scanEc2InstanceWithFindings": days },
            }}));
        } else {
            unprocessed.push(json!({ "accountId": id, "result": "The account is not a member of the current account." }));
        }
    }
    Ok(json!({ "accounts": accounts, "unprocessedAccounts": unprocessed }))
}

/// A made-up price that grows with the days and differs by feature.
fn cents(feature: &str, days: u64) -> u64 {
    let weight: u64 = feature.bytes().map(u64::from).sum::<u64>() % 37 + 3;
    weight.saturating_mul(days)
}

/// Amounts are decimal text on the wire.
fn total(cents: u64) -> Value {
    json!({ "amount": format!("{}.{:02}", cents / 100, cents % 100), "unit": "USD" })
}
