//! What is due now: events of new occurrences, and export objects.

mod object;

use std::time::Duration;

use bytes::Bytes;
use findings::Timestamp;
use serde_json::Value;

use super::{
    destinations::Status,
    event,
    finding_store::ExportDue,
    state::State,
    truth::{Event, Export},
};

/// New findings are exported within about five minutes; objects appear at these marks.
const NEW_FINDINGS: Duration = Duration::from_secs(5 * 60);

/// What the clock asks for, to be carried out outside the state.
#[derive(Debug, Default)]
pub(crate) struct Publication {
    pub(crate) events: Vec<Value>,
    pub(crate) objects: Vec<ExportObject>,
}

#[derive(Debug)]
pub(crate) struct ExportObject {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) bytes: Bytes,
    lines: Vec<Exported>,
}

/// A finding in an object, and what it was waiting for: it waits again when the object cannot be written.
#[derive(Debug)]
struct Exported {
    id: String,
    version: usize,
    due: ExportDue,
}

/// Takes what is due out of the state.
pub(crate) fn due(state: &mut State, now: Timestamp) -> Publication {
    if let Some(detector) = &mut state.detector {
        detector.findings.forget_old(now);
    }
    if state.detector.as_ref().is_none_or(|detector| !detector.enabled) {
        return Publication::default();
    }
    Publication { events: events(state, now), objects: exports(state, now) }
}

/// Events go out for archived findings too: only suppression keeps a finding from the bus.
fn events(state: &mut State, now: Timestamp) -> Vec<Value> {
    let mut serial = state.serial();
    let State { home, detector: Some(detector), versions, .. } = state else { return Vec::new() };
    let interval = detector.frequency.interval();
    let mut events = Vec::new();
    for held in detector.findings.iter_mut() {
        if held.event_since.is_some_and(|since| next_mark(since, interval) <= now) {
            held.event_since = None;
            serial.push('-');
            serial.push_str(held.id());
            events.push(event::envelope(home, held.body(), now, &serial));
            if let Some(version) = versions.get_mut(held.version) {
                version.event = Some(Event { at: now, archived: held.archived() });
            }
        }
    }
    events
}

/// What is archived when its mark comes is not exported, and waits no longer.
fn exports(state: &mut State, now: Timestamp) -> Vec<ExportObject> {
    let home = state.home.clone();
    let Some(detector) = &mut state.detector else { return Vec::new() };
    if let Some(destination) = &mut detector.destination {
        let owner = destination.properties.expected_owner.as_deref();
        if owner.is_some_and(|owner| owner != home.account_id) {
            let failing = matches!(destination.status, Status::UnableToPublish { .. });
            destination.status =
                if failing { destination.status } else { Status::UnableToPublish { since: now } };
            return Vec::new();
        }
        if destination.status == Status::PendingVerification {
            destination.status = Status::Publishing;
        }
    }
    let interval = detector.frequency.interval();
    let mut lines = Vec::new();
    for held in detector.findings.iter_mut() {
        let Some(due) = held.export else { continue };
        if next_mark(due.since, if due.first { NEW_FINDINGS } else { interval }) > now {
            continue;
        }
        held.export = None;
        if !held.archived() && detector.destination.is_some() {
            let exported = Exported { id: held.id().to_owned(), version: held.version, due };
            lines.push((
                held.finding().account_id().unwrap_or(&home.account_id).to_owned(),
                held.body().to_string(),
                exported,
            ));
        }
    }
    match &detector.destination {
        Some(destination) => object::objects(lines, &destination.properties, &home, now),
        None => Vec::new(),
    }
}

/// Notes how the writing of an object ended.
pub(crate) fn settle(state: &mut State, object: ExportObject, written: bool, now: Timestamp) {
    let State { detector: Some(detector), versions, .. } = state else { return };
    let Some(destination) = &mut detector.destination else { return };
    match (written, destination.status) {
        (true, _) => destination.status = Status::Publishing,
        (false, Status::UnableToPublish { .. }) => {}
        (false, _) => destination.status = Status::UnableToPublish { since: now },
    }
    for Exported { id, version, due } in object.lines {
        if let (true, Some(version)) = (written, versions.get_mut(version)) {
            version.exports.push(Export {
                at: now,
                bucket: object.bucket.clone(),
                key: object.key.clone(),
            });
        }
        if let (false, Some(held)) = (written, detector.findings.get_mut(&id)) {
            held.export = Some(due);
        }
    }
}

/// The first mark of the clock after a moment: GuardDuty's intervals stand on whole multiples.
fn next_mark(since: Timestamp, interval: Duration) -> Timestamp {
    let interval = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
    let marks = since.epoch_millis().div_euclid(interval).saturating_add(1);
    Timestamp::from_epoch_millis(marks.saturating_mul(interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_lies_after_its_moment_and_at_most_one_interval_away() {
        for (since, mark) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:05:00.000Z"),
            ("2026-01-01T00:04:59.999Z", "2026-01-01T00:05:00.000Z"),
            ("2026-01-01T00:05:00.001Z", "2026-01-01T00:10:00.000Z"),
        ] {
            let since = Timestamp::parse(since).unwrap();
            assert_eq!(next_mark(since, NEW_FINDINGS).to_rfc3339(), mark);
        }
    }
}
