//! What one rule has archived on one day, counted before the archiving: the cap of a day holds for
//! all runs together, and a rule that meets it stops.

use std::collections::{BTreeMap, HashSet};

use findings::{Rule, Timestamp};
use platform::store::{Put, Replace};
use serde::{Deserialize, Serialize};
use tracing::error;

use crate::{archive::Planned, entry::Entry, error::ArchiveError, ledger::Ledger};

/// How often a day is tried to be written while others write it.
const TRIES: u32 = 8;

/// A rule that would archive more than it may on one day. It archives nothing more that day, unless
/// its cap is raised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error(
    "rule {rule} would archive {ripe} findings after {archived} on {date} and may archive {cap} on one day, so it archives nothing more that day: look at the rule, and raise its max_archive_per_day if it is right"
)]
pub struct OverTheDay {
    /// The rule.
    pub rule: String,
    /// The day, in UTC.
    pub date: String,
    /// How many it has archived that day.
    pub archived: usize,
    /// How many it would archive now.
    pub ripe: usize,
    /// `max_archive_per_day` of the rule.
    pub cap: usize,
}

/// What a rule has archived on one day.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Day {
    /// The cap that stopped the rule.
    #[serde(default)]
    tripped_at: Option<usize>,
    pub(crate) entries: Vec<Entry>,
}

impl Day {
    /// Adds what the rule archives now; those that it has are of an earlier attempt. More than the
    /// cap stops the rule.
    fn take(
        &mut self,
        rule: &str,
        date: &str,
        cap: usize,
        new: &[Entry],
    ) -> Result<(), OverTheDay> {
        let known: HashSet<&str> =
            self.entries.iter().map(|entry| entry.version_key.as_str()).collect();
        let new: Vec<Entry> = new
            .iter()
            .filter(|entry| !known.contains(entry.version_key.as_str()))
            .cloned()
            .collect();
        let is_stopped = self.tripped_at.is_some_and(|tripped_at| cap <= tripped_at);
        if is_stopped || self.entries.len() + new.len() > cap {
            self.tripped_at = Some(cap);
            return Err(OverTheDay {
                rule: rule.to_owned(),
                date: date.to_owned(),
                archived: self.entries.len(),
                ripe: new.len(),
                cap,
            });
        }
        self.tripped_at = None;
        self.entries.extend(new);
        Ok(())
    }
}

impl Planned {
    /// Holds the plan against the day of each of its rules and leaves out those that are over it.
    /// `claims`: what is left is counted for the day, and a rule that is over it is stopped.
    pub(crate) async fn keep_to_the_day(
        &mut self,
        ledger: Ledger<'_>,
        rules: &[Rule],
        now: Timestamp,
        claims: bool,
    ) -> Result<(), ArchiveError> {
        let mut by_rule: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for candidate in self.plan.candidates() {
            if let Some(copy) = self.copies.get(&candidate.finding_id) {
                let entry = Entry::of(copy, &candidate.rule, now);
                by_rule.entry(candidate.rule.clone()).or_default().push(entry);
            }
        }
        for (name, entries) in by_rule {
            let cap = rules.iter().find(|rule| rule.name == name);
            let cap = cap.map_or(0, |rule| rule.max_archive_per_day);
            if let Err(over) = ledger.take(&name, now, cap, &entries, claims).await? {
                error!(rule = over.rule, archived = over.archived, ripe = over.ripe, cap, "{over}");
                self.plan.without(over);
            }
        }
        Ok(())
    }
}

impl Ledger<'_> {
    async fn take(
        &self,
        rule: &str,
        now: Timestamp,
        cap: usize,
        new: &[Entry],
        claims: bool,
    ) -> Result<Result<(), OverTheDay>, ArchiveError> {
        let date = now.date();
        let key = day_key(rule, &date);
        for _ in 0..TRIES {
            let found = self.versioned::<Day>(&key).await?;
            let (before, etag) = found.map_or((None, None), |(day, etag)| (Some(day), etag));
            let mut day = before.clone().unwrap_or_default();
            let verdict = day.take(rule, &date, cap, new);
            if !claims || before.as_ref() == Some(&day) {
                return Ok(verdict);
            }
            let object = self.object(&key, &day);
            let is_written = match etag {
                Some(etag) => {
                    matches!(self.store.put_if(&object, &etag).await?, Replace::Replaced { .. })
                }
                None => matches!(self.store.put_new(&object).await?, Put::Created { .. }),
            };
            if is_written {
                return Ok(verdict);
            }
        }
        Err(ArchiveError::Contended { bucket: self.bucket.to_owned(), key })
    }

    /// Everything that a rule has taken on since this day, in the order of time.
    pub(crate) async fn taken(
        &self,
        rule: &str,
        since: Option<Timestamp>,
    ) -> Result<Vec<Entry>, ArchiveError> {
        let from = since.map(|since| day_key(rule, &since.date()));
        let mut entries = Vec::new();
        for object in self.store.list(self.bucket, &format!("{}/", rule_prefix(rule))).await? {
            if from.as_ref().is_some_and(|from| object.key < *from) {
                continue;
            }
            if let Some(day) = self.get::<Day>(&object.key).await? {
                entries.extend(day.entries);
            }
        }
        entries.retain(|entry| {
            since.is_none_or(|since| Timestamp::parse(&entry.at).is_none_or(|at| at >= since))
        });
        // One that was taken on, not archived, and taken on again on another day stands in both.
        let mut latest: BTreeMap<String, Entry> = BTreeMap::new();
        for entry in entries {
            latest.insert(entry.version_key.clone(), entry);
        }
        let mut entries: Vec<Entry> = latest.into_values().collect();
        entries.sort_by(|a, b| a.at.cmp(&b.at));
        Ok(entries)
    }
}

/// A rule's name is 1 to 64 letters, digits, `.`, `_` and `-`.
fn rule_prefix(rule: &str) -> String {
    format!("state/archive/rule={rule}")
}

fn day_key(rule: &str, date: &str) -> String {
    format!("{}/date={date}.json", rule_prefix(rule))
}

#[cfg(test)]
mod tests {
    use findings::Finding;

    use super::*;

    fn entries(ids: std::ops::Range<usize>) -> Vec<Entry> {
        ids.map(|id| {
            let finding = Finding::parse(&format!(r#"{{"id":"f{id}"}}"#)).unwrap();
            Entry::of(&finding, "probes", Timestamp::EPOCH)
        })
        .collect()
    }

    #[test]
    fn a_rule_stops_at_its_cap_and_stays_stopped_until_the_cap_is_raised() {
        let mut day = Day::default();
        assert!(day.take("probes", "2026-10-01", 3, &entries(0..3)).is_ok());
        assert!(day.take("probes", "2026-10-01", 3, &entries(0..3)).is_ok(), "seen again");
        let over = day.take("probes", "2026-10-01", 3, &entries(3..5)).unwrap_err();
        assert_eq!((over.archived, over.ripe, over.cap), (3, 2, 3));
        let text = over.to_string();
        assert!(text.contains("would archive 2 findings after 3 on 2026-10-01"), "{text}");
        assert!(text.contains("max_archive_per_day"), "{text}");
        assert!(day.take("probes", "2026-10-01", 3, &[]).is_err(), "stopped");
        assert!(day.take("probes", "2026-10-01", 5, &entries(3..5)).is_ok(), "raised");
        assert_eq!(day.entries.len(), 5);
    }
}
