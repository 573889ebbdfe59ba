//! The way back: exactly what a rule archived is taken out of the archive, and nothing that a
//! person archived.

use std::{collections::HashMap, fmt, time::Duration};

use findings::{Finding, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use platform::guardduty::{CHUNK, GuardDuty};
use serde::{Serialize, Serializer};

use crate::{
    apply::ids,
    entry::Entry,
    error::ArchiveError,
    ledger::{AT_ONCE, Fate, Ledger},
    line::{Event, Line},
    look,
};

/// How long before its archiving a version may have been counted for its rule: an event waits no longer
/// on a queue.
const WAITS: Duration = Duration::from_secs(14 * 24 * 3600);

/// What an undo will take back, and what it leaves and why.
#[derive(Debug)]
pub struct UndoPlan {
    /// What is archived and was archived by the rule, with the copy that GuardDuty has. The entries say
    /// when it was seen to be archived.
    pub undo: Vec<(Entry, Finding)>,
    /// What is open already, and of which an earlier attempt has not said so.
    unfinished: Vec<(Entry, Finding)>,
    /// What stays as it is.
    pub left: Vec<Left>,
}

/// An entry of the rule that stays as it is.
#[derive(Debug, Clone, Serialize)]
pub struct Left {
    /// The finding's id.
    pub finding_id: String,
    /// The version that the rule archived.
    pub version_key: String,
    /// Why it stays.
    pub because: LeftBecause,
}

/// Why an entry stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeftBecause {
    /// It was counted for the rule and never archived, or taken back at once.
    NeverArchived,
    /// It was taken on by the rule and then archived by another one, whose undo takes it back.
    OtherRule,
    /// An earlier undo has taken it back. If it is archived, a person did it.
    Undone,
    /// It is open: a person or GuardDuty has brought it back.
    Open,
    /// GuardDuty has another version of it. If that is archived, it was not by this entry.
    Changed,
    /// GuardDuty does not have it any more: it keeps findings for 90 days.
    Gone,
}

/// What an undo has done.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Findings that are open again and were archived before.
    pub undone: Vec<String>,
    /// Findings that GuardDuty still shows as archived.
    pub unverified: Vec<String>,
}

impl UndoPlan {
    /// Looks at everything that the rule has archived, since a moment or ever.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn new(
        guardduty: &GuardDuty,
        ledger: Ledger<'_>,
        rule: &str,
        since: Option<Timestamp>,
    ) -> Result<Self, ArchiveError> {
        let taken = ledger.taken(rule, since.map(|since| since.minus(WAITS))).await?.into_iter();
        let fates = taken
            .map(|entry| async move { Ok::<_, ArchiveError>((ledger.fate(&entry).await?, entry)) });
        let fates: Vec<(Fate, Entry)> = stream::iter(fates).buffered(AT_ONCE).try_collect().await?;
        let fates = fates.into_iter().map(|(fate, mut entry)| {
            // It may have been taken on long before a later run archived it.
            entry.at = fate.ended_at.clone().unwrap_or(entry.at);
            (fate, entry)
        });
        let is_asked = |entry: &Entry| {
            since.is_none_or(|since| Timestamp::parse(&entry.at).is_none_or(|at| at >= since))
        };
        let mut plan = Self { undo: Vec::new(), unfinished: Vec::new(), left: Vec::new() };
        let mut asked = Vec::new();
        for (fate, entry) in fates.filter(|(_, entry)| is_asked(entry)) {
            match because(&fate, &entry) {
                Some(because) => plan.leave(&entry, because),
                None => asked.push((fate, entry)),
            }
        }
        let wanted: Vec<String> = asked.iter().map(|(_, entry)| entry.finding_id.clone()).collect();
        let copies = look::read(guardduty, &wanted).await?;
        let copies: HashMap<String, Finding> =
            copies.into_iter().map(|copy| (copy.id().to_owned(), copy)).collect();
        for (fate, entry) in asked.into_iter().rev() {
            match copies.get(&entry.finding_id).cloned() {
                None => plan.leave(&entry, LeftBecause::Gone),
                Some(copy) if copy.version_key().as_str() != entry.version_key => {
                    plan.leave(&entry, LeftBecause::Changed);
                }
                Some(copy) if copy.archived() == Some(true) => plan.undo.push((entry, copy)),
                Some(copy) if fate.undoing => plan.unfinished.push((entry, copy)),
                Some(_) => plan.leave(&entry, LeftBecause::Open),
            }
        }
        Ok(plan)
    }

    fn leave(&mut self, entry: &Entry, because: LeftBecause) {
        self.left.push(Left {
            finding_id: entry.finding_id.clone(),
            version_key: entry.version_key.clone(),
            because,
        });
    }

    /// Takes it back, 50 at a time: written before, looked at afterwards. After a crash the next
    /// undo goes on.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn apply(
        &self,
        guardduty: &GuardDuty,
        ledger: Ledger<'_>,
        now: fn() -> Timestamp,
        done: &mut Undone,
    ) -> Result<(), ArchiveError> {
        for (entry, copy) in &self.unfinished {
            conclude(ledger, entry, copy, now()).await?;
            done.undone.push(entry.finding_id.clone());
        }
        for chunk in self.undo.chunks(CHUNK) {
            let written = chunk.iter().map(|(entry, copy)| async move {
                let line =
                    Line::new(Event::Undoing, now(), &entry.version_key, entry.rule.as_str(), copy);
                ledger.write(entry, &line).await
            });
            stream::iter(written).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
            let entries: Vec<Entry> = chunk.iter().map(|(entry, _)| entry.clone()).collect();
            let ids = ids(&entries);
            guardduty.unarchive(&ids).await?;
            let open = look::seen(guardduty, &ids, false).await?;
            for entry in &entries {
                match open.get(&entry.finding_id) {
                    None => done.unverified.push(entry.finding_id.clone()),
                    Some(copy) => {
                        conclude(ledger, entry, copy, now()).await?;
                        done.undone.push(entry.finding_id.clone());
                    }
                }
            }
        }
        Ok(())
    }
}

/// A version whose archiving was never ended gets its end as well, or the next sweep would take it
/// up again.
async fn conclude(
    ledger: Ledger<'_>,
    entry: &Entry,
    copy: &Finding,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let back = Line::new(Event::TakenBack, now, &entry.version_key, entry.rule.as_str(), copy);
    ledger.write(entry, &back).await?;
    let undone = Line::new(Event::Undone, now, &entry.version_key, entry.rule.as_str(), copy);
    ledger.write(entry, &undone).await?;
    Ok(())
}

/// Why an entry stays, as far as the ledger alone tells.
fn because(fate: &Fate, entry: &Entry) -> Option<LeftBecause> {
    let is_of_another = fate.ended_by.as_ref().is_some_and(|rule| *rule != entry.rule);
    if fate.outcome == Some(Event::Archived) && is_of_another {
        Some(LeftBecause::OtherRule)
    } else if fate.undone {
        Some(LeftBecause::Undone)
    } else if !fate.recorded || fate.outcome == Some(Event::TakenBack) && !fate.undoing {
        Some(LeftBecause::NeverArchived)
    } else {
        None
    }
}

impl fmt::Display for LeftBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NeverArchived => "it was not archived, or taken back at once",
            Self::OtherRule => "another rule has archived it, so undo that one to take it back",
            Self::Undone => "an undo has taken it back before",
            Self::Open => "it is open",
            Self::Changed => "it has been updated since",
            Self::Gone => "GuardDuty does not have it any more",
        })
    }
}

impl Serialize for LeftBecause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
