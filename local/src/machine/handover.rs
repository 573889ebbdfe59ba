//! What GuardDuty handed over, noted where it leaves GuardDuty: the truth that a run is held against.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use findings::{ExportLimits, ExportReader, Finding, Line, Record, decode};
use serde_json::Value;

/// As many events as are kept whole.
const KEPT_EVENTS: usize = 100;

/// Every version that left GuardDuty.
#[derive(Debug, Default)]
pub struct Handover {
    versions: Mutex<BTreeMap<String, HandedOver>>,
    first_events: Mutex<Vec<Value>>,
}

/// One version and the ways it took.
#[derive(Clone, Debug)]
pub struct HandedOver {
    /// The finding as it left.
    pub finding: Finding,
    /// Events that carried it.
    pub events: u64,
    /// Export objects that hold it.
    pub exports: u64,
}

impl Handover {
    /// All versions, by their key.
    pub fn versions(&self) -> BTreeMap<String, HandedOver> {
        self.lock().clone()
    }

    /// The first `wanted` events as they were sent.
    pub fn some_events(&self, wanted: usize) -> Vec<Value> {
        let events = self.first_events.lock().unwrap_or_else(PoisonError::into_inner);
        events.iter().take(wanted).cloned().collect()
    }

    pub(super) fn note_event(&self, envelope: &Value) {
        let mut events = self.first_events.lock().unwrap_or_else(PoisonError::into_inner);
        if events.len() < KEPT_EVENTS {
            events.push(envelope.clone());
        }
        drop(events);
        for record in decode(envelope.to_string().as_bytes()) {
            if let Record::Finding(finding) = record {
                self.entry(*finding, |version| version.events += 1);
            }
        }
    }

    pub(super) fn note_export(&self, object: &[u8]) -> io::Result<()> {
        let mut reader = ExportReader::new(object, ExportLimits::default());
        while let Some(line) =
            reader.next_line().map_err(|error| io::Error::other(error.to_string()))?
        {
            if let Line::Findings { findings, .. } = line {
                for finding in findings {
                    self.entry(finding, |version| version.exports += 1);
                }
            }
        }
        Ok(())
    }

    fn entry(&self, finding: Finding, note: impl FnOnce(&mut HandedOver)) {
        let key = finding.version_key().to_string();
        let mut versions = self.lock();
        note(versions.entry(key).or_insert(HandedOver { finding, events: 0, exports: 0 }));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, HandedOver>> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
