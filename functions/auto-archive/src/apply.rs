//! The acts, in the order that loses nothing: record, archive, look again, take back what no longer
//! matches, conclude.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use findings::{Finding, Record, RuleSet, Timestamp, decode};
use platform::{
    Metrics,
    guardduty::{GuardDuty, GuardDutyError},
    store::StoreError,
};
use tracing::{info, warn};

use crate::{
    ledger::{Entry, Ledger, Outcome},
    plan::{ArchivePlan, SkippedBecause, judged},
};

/// How often, and after which pauses, findings are looked at again. GuardDuty may take a moment to
/// show what it was told.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_secs(2)];

/// An act that failed. What was done before it stands, and doing all of it again changes nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    #[error("the ledger could not be written, so nothing more is archived")]
    Ledger(#[from] StoreError),
    #[error(transparent)]
    GuardDuty(#[from] GuardDutyError),
    #[error(
        "GuardDuty said it archived {count} findings and does not show them as archived; the first is {first}"
    )]
    Unverified { count: usize, first: String },
}

/// Everything that acts needs.
#[derive(Debug)]
pub(crate) struct Applying<'a> {
    pub(crate) guardduty: &'a GuardDuty,
    pub(crate) ledger: Ledger<'a>,
    pub(crate) rules: &'a RuleSet,
    pub(crate) metrics: &'a Metrics,
    pub(crate) now: fn() -> Timestamp,
}

/// What a run has done.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Done {
    pub(crate) archived: u32,
    pub(crate) taken_back: u32,
    pub(crate) already: u32,
}

impl Applying<'_> {
    /// Acts on the plan, chunk by chunk. `findings` are the copies that the plan was made of, by
    /// id. `run` names the schedule's event that asked for it and says how many chunks earlier
    /// attempts at it have noted.
    pub(crate) async fn apply(
        &self,
        plan: &ArchivePlan,
        findings: &HashMap<&str, &Finding>,
        run: Option<(&str, usize)>,
        done: &mut Done,
    ) -> Result<(), ApplyError> {
        for (number, chunk) in plan.chunks.iter().enumerate() {
            let copies = chunk
                .iter()
                .filter_map(|candidate| findings.get(candidate.finding_id.as_str()).copied());
            self.chunk(plan, copies, run.map(|(run, noted)| (run, noted + number)), done).await?;
        }
        Ok(())
    }

    async fn chunk(
        &self,
        plan: &ArchivePlan,
        copies: impl Iterator<Item = &Finding>,
        run: Option<(&str, usize)>,
        done: &mut Done,
    ) -> Result<(), ApplyError> {
        let mut entries = Vec::new();
        for finding in copies {
            let entry = Entry::of(finding);
            if self.ledger.is_concluded(&entry).await? {
                // Archived before in this very version, and open now: a person took it back.
                done.already += 1;
                self.metrics.count("AlreadyConcluded", 1);
                continue;
            }
            self.ledger.record(finding, self.rules, plan.as_of, (self.now)()).await?;
            entries.push(entry);
        }
        if entries.is_empty() {
            return Ok(());
        }
        if let Some((run, number)) = run {
            self.ledger.note(run, number, &entries).await?;
        }
        self.guardduty.archive(&ids(&entries)).await?;
        self.conclude(&entries, plan.as_of, done).await
    }

    /// Ends what an earlier attempt began: whatever of these is archived and has no outcome yet.
    pub(crate) async fn repair(
        &self,
        entries: Vec<Entry>,
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ApplyError> {
        let mut open = Vec::new();
        for entry in entries {
            if self.ledger.is_open(&entry).await? {
                open.push(entry);
            }
        }
        let archived = read(self.guardduty, &ids(&open))
            .await?
            .into_iter()
            .filter(|copy| copy.archived() == Some(true));
        let archived: HashSet<String> = archived.map(|copy| copy.id().to_owned()).collect();
        // One that is not archived was recorded and no more; the plan takes it up like any other.
        open.retain(|entry| archived.contains(&entry.finding_id));
        self.metrics.count("Repaired", open.len() as u64);
        self.conclude(&open, as_of, done).await
    }

    /// Looks at what was archived and ends each entry.
    async fn conclude(
        &self,
        entries: &[Entry],
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ApplyError> {
        let seen = self.seen_archived(&ids(entries)).await?;
        let mut unverified = Vec::new();
        for entry in entries {
            let (id, version_key) = (entry.finding_id.as_str(), entry.version_key.as_str());
            match seen.get(id) {
                None => unverified.push(id),
                Some(now) if self.still_matches(now, as_of) => {
                    self.ledger.conclude(entry, now, Outcome::Archived, (self.now)()).await?;
                    done.archived += 1;
                    self.metrics.count("Archived", 1);
                    info!(finding.id = id, version_key, "archived");
                }
                Some(now) => {
                    self.guardduty.unarchive(&[id.to_owned()]).await?;
                    self.ledger.conclude(entry, now, Outcome::TakenBack, (self.now)()).await?;
                    done.taken_back += 1;
                    self.metrics.count("TakenBack", 1);
                    warn!(
                        finding.id = id,
                        version_key, "changed while it was archived, and was taken back"
                    );
                }
            }
        }
        match unverified.first() {
            None => Ok(()),
            Some(first) => {
                self.metrics.count("Unverified", unverified.len() as u64);
                Err(ApplyError::Unverified { count: unverified.len(), first: (*first).to_owned() })
            }
        }
    }

    /// The findings among these that GuardDuty shows as archived.
    async fn seen_archived(&self, ids: &[String]) -> Result<HashMap<String, Finding>, ApplyError> {
        let mut seen = HashMap::new();
        for pause in LOOKS {
            let missing: Vec<String> =
                ids.iter().filter(|id| !seen.contains_key(*id)).cloned().collect();
            if missing.is_empty() {
                break;
            }
            tokio::time::sleep(pause).await;
            let copies = read(self.guardduty, &missing).await?;
            seen.extend(
                copies
                    .into_iter()
                    .filter(|copy| copy.archived() == Some(true))
                    .map(|copy| (copy.id().to_owned(), copy)),
            );
        }
        Ok(seen)
    }

    /// The judgement that led to the archiving, on the finding as it is now; that it is archived is
    /// no surprise.
    fn still_matches(&self, finding: &Finding, as_of: Timestamp) -> bool {
        matches!(judged(self.rules, finding, as_of), Ok(_) | Err(SkippedBecause::Archived))
    }
}

fn ids(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.finding_id.clone()).collect()
}

/// The findings as GuardDuty has them now. Unknown ids are absent.
pub(crate) async fn read(
    guardduty: &GuardDuty,
    ids: &[String],
) -> Result<Vec<Finding>, GuardDutyError> {
    let answers = guardduty.findings(ids).await?;
    let records = answers.iter().flat_map(|answer| decode(answer));
    Ok(records
        .filter_map(|record| match record {
            Record::Finding(finding) => Some(*finding),
            Record::Event(_) => None,
            Record::Unreadable(reason) => {
                warn!(
                    reason = platform::chain(&reason),
                    "GuardDuty sent a finding that cannot be read; it stays as it is"
                );
                None
            }
        })
        .collect())
}
