//! The findings a detector holds, each with what still has to be handed over of it.

use std::collections::BTreeMap;
use std::time::Duration;

use findings::{Finding, Timestamp, Unreadable};
use serde_json::Value;

use super::body::insert;

/// Findings older than this are gone (user guide, quotas: not raisable).
const RETENTION: Duration = Duration::from_secs(90 * 24 * 60 * 60);

#[derive(Debug, Default)]
pub(crate) struct Findings(BTreeMap<String, Held>);

/// One finding and its place in the flow to events and exports.
#[derive(Debug)]
pub(crate) struct Held {
    body: Value,
    finding: Finding,
    /// Which finding of this detector it was, counted from the first.
    pub(crate) arrival: usize,
    /// The occurrence whose event waits for its interval.
    pub(crate) event_since: Option<Timestamp>,
    pub(crate) export: Option<ExportDue>,
    pub(crate) updated_at: Timestamp,
    /// The place of its latest version in the record of versions.
    pub(crate) version: usize,
}

/// An export that waits: a new finding for the next five minutes' mark, anything else for the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExportDue {
    pub(crate) since: Timestamp,
    pub(crate) first: bool,
}

impl Findings {
    pub(crate) fn get(&self, id: &str) -> Option<&Held> {
        self.0.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Held> {
        self.0.get_mut(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn put(&mut self, id: String, held: Held) {
        self.0.insert(id, held);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.0.values()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.0.values_mut()
    }

    pub(crate) fn forget_old(&mut self, now: Timestamp) {
        self.0.retain(|_, held| held.updated_at + RETENTION > now);
    }
}

impl Held {
    pub(crate) fn new(body: Value, arrival: usize, now: Timestamp) -> Result<Self, Unreadable> {
        let finding = Finding::parse(&body.to_string())?;
        let (event_since, export, version) = (None, None, 0);
        Ok(Self { body, finding, arrival, event_since, export, updated_at: now, version })
    }

    /// As events and exports hold it.
    pub(crate) fn body(&self) -> &Value {
        &self.body
    }

    pub(crate) fn finding(&self) -> &Finding {
        &self.finding
    }

    pub(crate) fn id(&self) -> &str {
        self.finding.id()
    }

    pub(crate) fn archived(&self) -> bool {
        self.finding.archived() == Some(true)
    }

    pub(crate) fn set_archived(&mut self, archived: bool) {
        self.set_in_service("archived", Value::Bool(archived));
    }

    pub(crate) fn set_feedback(&mut self, feedback: &str) {
        self.set_in_service("userFeedback", Value::String(feedback.to_owned()));
    }

    fn set_in_service(&mut self, member: &str, value: Value) {
        if let Some(service) = self.body.get_mut("service") {
            insert(service, member, value);
        }
        if let Ok(finding) = Finding::parse(&self.body.to_string()) {
            self.finding = finding;
        }
    }

    /// As `GetFindings` answers: of the free-form information, only what its model knows.
    pub(crate) fn answered(&self) -> Value {
        let mut body = self.body.clone();
        if let Some(Value::Object(info)) = body.pointer_mut("/service/additionalInfo") {
            info.retain(|key, _| key == "value" || key == "type");
        }
        body
    }
}
