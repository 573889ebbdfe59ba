//! `GetFindingsStatistics`: findings counted by severity, type, account, day or resource.

use std::collections::BTreeMap;

use findings::Timestamp;
use serde_json::{Value, json};

use super::{
    call::Call,
    error::ApiError,
    finding_store::Held,
    lookup::matching,
    resource_id::resource_id,
    state::{State, epoch_seconds},
};

struct Group {
    shown: Value,
    total: usize,
    latest: Timestamp,
}

pub(crate) fn get(state: &State, call: &Call) -> Result<Value, ApiError> {
    let found = matching(state.detector(call)?, call)?;
    let types = call.texts("findingStatisticTypes", 10)?;
    let statistics = match (types, call.text("groupBy")?) {
        (Some(types), None) if types.iter().all(|kind| kind == "COUNT_BY_SEVERITY") => {
            json!({ "countBySeverity": count_by_severity(&found) })
        }
        (Some(_), None) => {
            return Err(ApiError::invalid("findingStatisticTypes", "[COUNT_BY_SEVERITY]"));
        }
        (None, Some(kind)) => grouped(&found, kind, call)?,
        _ => {
            return Err(ApiError::invalid(
                "findingStatisticTypes or groupBy",
                "given, and not both",
            ));
        }
    };
    Ok(json!({ "findingStatistics": statistics }))
}

/// Keys are the numbers with one decimal: `"8.0"`.
fn count_by_severity(found: &[&Held]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for held in found {
        if let Some(severity) = severity(held) {
            *counts.entry(format!("{severity:?}")).or_default() += 1;
        }
    }
    counts
}

fn grouped(found: &[&Held], kind: &str, call: &Call) -> Result<Value, ApiError> {
    let most = call.max_results(25, 100)?;
    let ascending = match call.text("orderBy")? {
        Some("ASC") => true,
        None | Some("DESC") => false,
        Some(_) => return Err(ApiError::invalid("orderBy", "ASC or DESC")),
    };
    let member = match kind {
        "ACCOUNT" => "groupedByAccount",
        "DATE" => "groupedByDate",
        "FINDING_TYPE" => "groupedByFindingType",
        "RESOURCE" => "groupedByResource",
        "SEVERITY" => "groupedBySeverity",
        _ => {
            return Err(ApiError::invalid(
                "groupBy",
                "ACCOUNT, DATE, FINDING_TYPE, RESOURCE or SEVERITY",
            ));
        }
    };
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for held in found {
        let Some(shown) = shown(held, kind) else { continue };
        let group = groups.entry(shown.to_string()).or_insert(Group {
            shown,
            total: 0,
            latest: held.updated_at,
        });
        group.total += 1;
        group.latest = group.latest.max(held.updated_at);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| group.total);
    if !ascending {
        groups.reverse();
    }
    let listed = groups.into_iter().take(most).map(|group| {
        let mut listed = group.shown;
        super::body::insert(&mut listed, "totalFindings", json!(group.total));
        super::body::insert(&mut listed, "lastGeneratedAt", json!(epoch_seconds(group.latest)));
        listed
    });
    Ok(json!({ member: listed.collect::<Vec<_>>() }))
}

/// What a group is named by; findings with the same belong together.
fn shown(held: &Held, kind: &str) -> Option<Value> {
    let finding = held.finding();
    Some(match kind {
        "ACCOUNT" => json!({ "accountId": finding.account_id()? }),
        "DATE" => {
            let day = Timestamp::parse_date(&held.updated_at.date())?;
            json!({ "date": epoch_seconds(day), "severity": severity(held)? })
        }
        "FINDING_TYPE" => json!({ "findingType": finding.finding_type()?.as_str() }),
        "RESOURCE" => json!({
            "accountId": finding.account_id()?,
            "resourceId": resource_id(held.body())?,
            "resourceType": finding.resource_type()?,
        }),
        _ => json!({ "severity": severity(held)? }),
    })
}

fn severity(held: &Held) -> Option<f64> {
    held.finding().severity().map(|severity| severity.value())
}
