//! The acts, in the order that loses nothing: record, archive, look again, take back what no longer
//! matches, conclude.

use std::collections::HashMap;

use findings::{Finding, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use platform::{guardduty::CHUNK, store::Put};
use tracing::{info, warn};

use crate::{
    archive::{Archive, Planned},
    done::Done,
    entry::Entry,
    error::ArchiveError,
    judge::{Candidate, may_be_archived, still_matches},
    ledger::AT_ONCE,
    line::{Event, Line},
    look,
};

impl Archive<'_> {
    /// Acts on the plan, chunk by chunk; between two of them somebody may stop it. `run` names the
    /// event that asked for it and says how many chunks earlier attempts at it have noted.
    ///
    /// # Errors
    /// When the plan is above a cap, a call fails, or GuardDuty does not show what it was told: the
    /// latter after all chunks.
    pub async fn apply(
        &self,
        planned: &Planned,
        run: Option<(&str, usize)>,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        if let Some(over) = planned.plan.over_the_cap {
            return Err(over.into());
        }
        for (number, chunk) in planned.plan.chunks.iter().enumerate() {
            if let Some(reason) = self.stopped().await {
                warn!(reason, "somebody has stopped the archiving");
                done.stopped = Some(reason);
                break;
            }
            let run = run.map(|(run, noted)| (run, noted + number));
            self.chunk(planned, chunk, run, done).await?;
        }
        verified(done)
    }

    async fn chunk(
        &self,
        planned: &Planned,
        chunk: &[Candidate],
        run: Option<(&str, usize)>,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let (now, as_of) = ((self.now)(), planned.plan.as_of);
        let copies = chunk.iter().filter_map(|candidate| {
            let copy = planned.copies.get(&candidate.finding_id)?;
            Some((Entry::of(copy, &candidate.rule, now), copy))
        });
        let copies: Vec<(Entry, &Finding)> = copies.collect();
        let records = copies
            .iter()
            .map(|(entry, copy)| self.ledger.record(entry, copy, self.rules, as_of, now));
        stream::iter(records).buffered(AT_ONCE).try_collect::<()>().await?;
        let entries: Vec<Entry> = copies.into_iter().map(|(entry, _)| entry).collect();
        if let Some((run, number)) = run {
            self.ledger.note(run, number, &entries).await?;
        }
        self.guardduty.archive(&ids(&entries)).await?;
        self.conclude(&entries, as_of, done).await
    }

    /// Ends those of the entries that are archived and have no outcome.
    pub(crate) async fn finish(
        &self,
        entries: Vec<Entry>,
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let asked = entries.into_iter().map(|entry| async move {
            Ok::<_, ArchiveError>((self.ledger.is_open(&entry).await?, entry))
        });
        let asked: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let mut open: Vec<Entry> =
            asked.into_iter().filter_map(|(is_open, entry)| is_open.then_some(entry)).collect();
        let archived = self.archived(&open).await?;
        // One that is not archived was recorded and no more; the plan takes it up like any other.
        open.retain(|entry| archived.contains_key(&entry.finding_id));
        done.repaired += count(open.len());
        for chunk in open.chunks(CHUNK) {
            self.conclude(chunk, as_of, done).await?;
        }
        verified(done)
    }

    /// Takes back what earlier attempts may have archived once more after another run had ended it: what is archived,
    /// and was taken back or is archived by no rule as it has become. What a person has undone, or what was archived
    /// in a later version since, stays as it is.
    pub(crate) async fn doubt(
        &self,
        ended: &[(Entry, Event)],
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let entries: Vec<Entry> = ended.iter().map(|(entry, _)| entry.clone()).collect();
        let mut archived = self.archived(&entries).await?;
        let (mut again, mut updated) = (Vec::new(), Vec::new());
        for (entry, end) in ended {
            let Some(copy) = archived.get(&entry.finding_id) else { continue };
            let is_own = copy.version_key().as_str() == entry.version_key;
            let is_well = is_own || may_be_archived(self.rules, copy, (self.now)());
            if *end != Event::TakenBack && is_well || !self.is_doubtful(entry).await? {
                continue;
            }
            if is_own {
                again.push(entry);
            } else {
                updated.push((entry.clone(), copy.clone()));
            }
            // Once is enough, also of one that was noted in two versions.
            archived.remove(&entry.finding_id);
        }
        for chunk in again.chunks(CHUNK) {
            self.take_back_changed(chunk, done).await?;
        }
        for chunk in updated.chunks(CHUNK) {
            let back = self.open_again(chunk, done).await?;
            done.taken_back += count(back.len());
            self.write_escalated(&back, as_of).await?;
        }
        verified(done)
    }

    /// Whether a finding that is archived after this entry was ended may be so by an earlier attempt at it: nobody has
    /// undone it, and no later version was archived since, and seen so.
    async fn is_doubtful(&self, entry: &Entry) -> Result<bool, ArchiveError> {
        let fate = self.ledger.fate(entry).await?;
        if fate.undoing || fate.undone {
            return Ok(false);
        }
        let last = self.ledger.of_finding(&entry.finding_id).await?.into_iter().next();
        match last.filter(|last| last.version_key != entry.version_key) {
            // One without an outcome may be about to be taken back.
            Some(last) => Ok(self.ledger.outcome(&last).await? != Some(Event::Archived)),
            None => Ok(true),
        }
    }

    /// Those of the entries' findings that GuardDuty shows as archived, by id.
    async fn archived(&self, entries: &[Entry]) -> Result<HashMap<String, Finding>, ArchiveError> {
        let copies = look::read(self.guardduty, &ids(entries)).await?.into_iter();
        let archived = copies.filter(|copy| copy.archived() == Some(true));
        Ok(archived.map(|copy| (copy.id().to_owned(), copy)).collect())
    }

    /// Looks at what was archived, takes back what no longer matches, and ends each entry.
    async fn conclude(
        &self,
        entries: &[Entry],
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let seen = look::seen(self.guardduty, &ids(entries), true).await?;
        let (mut kept, mut changed) = (Vec::new(), Vec::new());
        for entry in entries {
            match seen.get(&entry.finding_id) {
                None => done.unverified.push(entry.finding_id.clone()),
                Some(now) if still_matches(self.rules, now, as_of) => kept.push((entry, now)),
                Some(_) => changed.push(entry),
            }
        }
        let overruled = self.outcomes(Event::Archived, &kept).await?;
        done.archived += count(kept.len() - overruled.len());
        changed.extend(overruled);
        self.take_back_changed(&changed, done).await
    }

    async fn take_back_changed(
        &self,
        changed: &[&Entry],
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        if changed.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = changed.iter().map(|entry| entry.finding_id.clone()).collect();
        self.guardduty.unarchive(&ids).await?;
        let open = look::seen(self.guardduty, &ids, false).await?;
        let mut back = Vec::new();
        for entry in changed {
            match open.get(&entry.finding_id) {
                None => done.unverified.push(entry.finding_id.clone()),
                Some(now) => back.push((*entry, now)),
            }
        }
        done.taken_back += count(back.len());
        self.outcomes(Event::TakenBack, &back).await?;
        Ok(())
    }

    /// Writes the outcomes; gives those entries that another run has meanwhile taken back, where they were to
    /// be archived.
    async fn outcomes<'e>(
        &self,
        event: Event,
        outcomes: &[(&'e Entry, &Finding)],
    ) -> Result<Vec<&'e Entry>, ArchiveError> {
        let written = outcomes.iter().map(|(entry, finding)| async move {
            let now = (self.now)();
            let mut line = Line::new(event, now, &entry.version_key, entry.rule.as_str(), finding);
            line.rule_set = Some(self.rules.hash());
            let put = self.ledger.write(entry, &line).await?;
            let (id, version_key, rule) = (&entry.finding_id, &entry.version_key, &entry.rule);
            if event == Event::Archived {
                if put == Put::AlreadyThere
                    && self.ledger.outcome(entry).await? == Some(Event::TakenBack)
                {
                    return Ok(Some(*entry));
                }
                info!(finding.id = id, version_key, rule, "archived");
            } else {
                warn!(
                    finding.id = id,
                    version_key, rule, "changed while it was archived, and was taken back"
                );
            }
            Ok::<_, ArchiveError>(None)
        });
        // All are tried before one that failed is told: what is open again is not looked at a second time.
        let written: Vec<_> = stream::iter(written).buffered(AT_ONCE).collect().await;
        let overruled: Vec<_> = written.into_iter().collect::<Result<_, _>>()?;
        Ok(overruled.into_iter().flatten().collect())
    }
}

/// An error when GuardDuty does not show what it was told.
pub(crate) fn verified(done: &Done) -> Result<(), ArchiveError> {
    match done.unverified.first() {
        None => Ok(()),
        Some(first) => {
            Err(ArchiveError::Unverified { count: done.unverified.len(), first: first.clone() })
        }
    }
}

pub(crate) fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.finding_id.clone()).collect()
}

pub(crate) fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
