//! A detection comes in: a new finding, or one more occurrence of a known one.

use findings::{Timestamp, Unreadable};
use serde_json::{Value, json};

use super::{
    body::insert,
    event,
    finding_store::{ExportDue, Held},
    identity::hex_id,
    state::{Detector, Home, State},
    truth::{Event, Version},
};

/// Why a detection did not become a finding.
#[derive(Debug, thiserror::Error)]
pub enum NotObserved {
    #[error("the account has no detector: call CreateDetector first")]
    NoDetector,
    #[error("the detector is suspended: enable it with UpdateDetector")]
    Suspended,
    #[error("a detection must be a JSON object with a `type`")]
    NoType,
    #[error("the detection cannot be read as a finding")]
    Unreadable(#[source] Unreadable),
}

/// Takes in a detection and gives the id of its finding.
///
/// GuardDuty decides identity and times: `createdAt`, `updatedAt`, `count` and `archived` of the
/// detection are replaced. Of an occurrence, the details replace those of the one before.
pub(crate) fn occur(
    state: &mut State,
    detection: Value,
    now: Timestamp,
) -> Result<String, NotObserved> {
    let finding_type =
        detection.get("type").and_then(Value::as_str).ok_or(NotObserved::NoType)?.to_owned();
    let serial = state.serial();
    let State { home, detector, versions, .. } = state;
    let detector = detector.as_mut().ok_or(NotObserved::NoDetector)?;
    if !detector.enabled {
        return Err(NotObserved::Suspended);
    }
    let id = match detection.get("id").and_then(Value::as_str) {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => hex_id(&[&home.account_id, &home.region, &finding_type, &serial]),
    };
    let body = complete(detection, &id, home, detector, now);
    let known = detector.findings.get(&id);
    let is_new = known.is_none();
    let arrival = known.map_or(detector.findings.len(), |held| held.arrival);
    let mut waiting = known.and_then(|held| held.export);
    let mut event_since = known.and_then(|held| held.event_since);

    let mut held = Held::new(body, arrival, now).map_err(NotObserved::Unreadable)?;
    let suppressed = detector.suppresses(held.finding());
    let mut event = None;
    if suppressed {
        held.set_archived(true);
        (waiting, event_since) = (None, None);
    } else if is_new {
        waiting = Some(ExportDue { since: now, first: true });
        event = Some(Event { at: now, archived: false });
    } else {
        waiting = waiting.or(Some(ExportDue { since: now, first: false }));
        event_since = event_since.or(Some(now));
    }
    (held.export, held.event_since, held.version) = (waiting, event_since, versions.len());
    let envelope = event.is_some().then(|| event::envelope(home, held.body(), now, &serial));
    versions.push(Version {
        account_id: held.finding().account_id().unwrap_or_default().to_owned(),
        id: id.clone(),
        finding_type,
        updated_at: held.finding().updated_at_text().unwrap_or_default().to_owned(),
        count: held.finding().count().unwrap_or_default(),
        suppressed,
        event,
        exports: Vec::new(),
    });
    detector.findings.put(id.clone(), held);
    state.outbox.extend(envelope);
    Ok(id)
}

/// Fills in what GuardDuty itself adds to a detection.
fn complete(mut body: Value, id: &str, home: &Home, detector: &Detector, now: Timestamp) -> Value {
    let known = detector.findings.get(id).map(Held::body);
    let kept = |path: &str| known.and_then(|body| body.pointer(path)).cloned();
    let count =
        kept("/service/count").and_then(|count| count.as_u64()).unwrap_or(0).saturating_add(1);
    let now = json!(now.to_rfc3339());
    let arn = home.arn(&format!("detector/{}/finding/{id}", detector.id));

    for (key, default) in [
        ("schemaVersion", json!("2.0")),
        ("accountId", json!(home.account_id)),
        ("region", json!(home.region)),
        ("partition", json!(home.partition())),
        ("arn", json!(arn)),
        ("severity", json!(5)),
        ("resource", json!({ "resourceType": "Instance" })),
    ] {
        if body.get(key).is_none_or(Value::is_null) {
            insert(&mut body, key, default);
        }
    }
    insert(&mut body, "id", json!(id));
    insert(&mut body, "createdAt", kept("/createdAt").unwrap_or_else(|| now.clone()));
    insert(&mut body, "updatedAt", now.clone());

    let mut service = body
        .get("service")
        .filter(|service| service.is_object())
        .cloned()
        .unwrap_or_else(|| json!({}));
    if service.get("serviceName").is_none() {
        insert(&mut service, "serviceName", json!("guardduty"));
    }
    let first_seen =
        kept("/service/eventFirstSeen").or_else(|| service.get("eventFirstSeen").cloned());
    insert(&mut service, "detectorId", json!(detector.id));
    insert(&mut service, "archived", json!(false));
    insert(&mut service, "count", json!(count));
    insert(&mut service, "eventFirstSeen", first_seen.unwrap_or_else(|| now.clone()));
    insert(&mut service, "eventLastSeen", now);
    insert(&mut body, "service", service);
    body
}
