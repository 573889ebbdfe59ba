//! The protocol from one end to the other: what the function and the command line both call.

use std::collections::{BTreeSet, HashMap};

use findings::{Action, Finding, Rule, RuleSet, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use platform::guardduty::GuardDuty;

use crate::{
    done::Done,
    entry::Entry,
    error::ArchiveError,
    judge::{has_expired, judged},
    ledger::{AT_ONCE, Ledger},
    line::{Event, Line},
    look,
    plan::{ArchivePlan, Judgements},
    stop::{StopParameter, stopped},
};

/// Everything that it takes to archive.
#[derive(Debug, Clone, Copy)]
pub struct Archive<'a> {
    /// The detector whose findings are archived.
    pub guardduty: &'a GuardDuty,
    /// Where it is written down.
    pub ledger: Ledger<'a>,
    /// What decides.
    pub rules: &'a RuleSet,
    /// The wall clock.
    pub now: fn() -> Timestamp,
    /// What stops it, beside the stop object.
    pub stop_parameter: Option<StopParameter<'a>>,
}

/// What a run is asked to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The ids of single findings.
    pub ids: Vec<String>,
    /// Whether all findings are looked at that are not archived.
    pub is_sweep: bool,
    /// The moment as of which is judged. What a rule says that has expired by now is not done.
    pub as_of: Timestamp,
    /// Whether what is planned will be archived, and so is counted for the day of its rule.
    pub claims: bool,
    /// The versions that somebody has agreed to; others stay. `None` asks nobody.
    pub agreed: Option<BTreeSet<String>>,
}

/// A plan with the copies that it was made of.
#[derive(Debug)]
pub struct Planned {
    /// What will be archived, and what will not and why.
    pub plan: ArchivePlan,
    /// The findings by id, as GuardDuty had them.
    pub copies: HashMap<String, Finding>,
}

impl Archive<'_> {
    /// Reads the findings and decides on what was read. All ids are collected before anything is
    /// done with one of them, since archiving shifts the pages.
    ///
    /// # Errors
    /// When a call fails. A plan above a cap is no error: it is empty and says why.
    pub async fn plan(&self, asked: &Asked) -> Result<Planned, ArchiveError> {
        let mut ids: BTreeSet<String> = asked.ids.iter().cloned().collect();
        if asked.is_sweep {
            ids.extend(self.guardduty.unarchived_ids().await?);
        }
        let ids: Vec<String> = ids.into_iter().collect();
        let copies = look::read(self.guardduty, &ids).await?;
        let mut judgements = Judgements::of(self.rules, &copies, asked.as_of);
        judgements.without_expired(self.rules, (self.now)());
        let copies: HashMap<String, Finding> =
            copies.into_iter().map(|copy| (copy.id().to_owned(), copy)).collect();
        self.settle(&mut judgements, &copies).await?;
        if let Some(agreed) = &asked.agreed {
            judgements.keep(agreed);
        }
        let plan = ArchivePlan::of(self.rules, judgements, asked.as_of, asked.is_sweep);
        let mut planned = Planned { plan, copies };
        let rules = self.rules.rules();
        planned.keep_to_the_day(self.ledger, rules, (self.now)(), asked.claims).await?;
        Ok(planned)
    }

    /// Keeps a copy of what events bring, where it is archived or is about to be: GuardDuty exports no
    /// version that is archived when its turn comes, so this may be the only one.
    ///
    /// # Errors
    /// When the ledger can't be written.
    pub async fn keep<'f>(
        &self,
        findings: impl IntoIterator<Item = &'f Finding>,
        as_of: Timestamp,
    ) -> Result<(), ArchiveError> {
        for finding in findings {
            let now = (self.now)();
            let is_ripe = judged(self.rules, finding, as_of)
                .is_ok_and(|candidate| !has_expired(self.rules, &candidate, now));
            if finding.archived() != Some(true) && !is_ripe {
                continue;
            }
            let rule = self.rules.decide(finding, as_of).rule_name();
            let entry = Entry::of(finding, rule.unwrap_or_default(), now);
            let line = Line::new(Event::Seen, now, &entry.version_key, rule, finding);
            self.ledger.write(&entry, &line).await?;
        }
        Ok(())
    }

    /// Ends what earlier attempts began: whatever of these findings, and of those that the runs of
    /// these names have noted, is archived and has no outcome yet. What another run has ended
    /// meanwhile is looked at once more. Gives how many chunks the first of the runs has noted.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn repair(
        &self,
        findings: &[&Finding],
        runs: &[&str],
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<usize, ArchiveError> {
        let now = (self.now)();
        let own = findings.iter().filter_map(|finding| {
            let candidate = judged(self.rules, finding, as_of).ok()?;
            Some(Entry::of(finding, &candidate.rule, now))
        });
        // The earlier attempt may have been by other rules, under whose name it is undone.
        let own = own.map(|mut entry| async move {
            let Some(rule) = self.ledger.recorded_by(&entry).await? else { return Ok(None) };
            entry.rule = rule;
            Ok::<_, ArchiveError>(Some((true, entry)))
        });
        let own: Vec<_> = stream::iter(own).buffered(AT_ONCE).try_collect().await?;
        let mut noted: Vec<(bool, Entry)> = own.into_iter().flatten().collect();
        let mut chunks_of_first = None;
        for run in runs {
            let chunks = self.ledger.noted(run).await?;
            chunks_of_first.get_or_insert(chunks.len());
            let last = chunks.len().saturating_sub(1);
            let chunks = chunks.into_iter().enumerate();
            noted.extend(chunks.flat_map(|(number, chunk)| {
                chunk.into_iter().map(move |entry| (number == last, entry))
            }));
        }
        let asked = noted.into_iter().map(|(is_last, entry)| async move {
            Ok::<_, ArchiveError>((self.ledger.outcome(&entry).await?, is_last, entry))
        });
        let asked: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let (mut begun, mut ended) = (Vec::new(), Vec::new());
        for (outcome, is_last, entry) in asked {
            match outcome {
                None => begun.push(entry),
                // A run goes on to a chunk when it has looked at the one before.
                Some(end) if is_last || end == Event::TakenBack => ended.push((entry, end)),
                Some(_) => {}
            }
        }
        self.finish(begun, as_of, done).await?;
        self.doubt(&ended, as_of, done).await?;
        Ok(chunks_of_first.unwrap_or_default())
    }

    /// The same for everything that rules have taken on since a moment: after a command that was
    /// cut off, of which no event comes again.
    ///
    /// # Errors
    /// When a call fails.
    pub async fn repair_since(
        &self,
        since: Timestamp,
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let archives = |rule: &&Rule| rule.action == Action::Archive;
        for rule in self.rules.rules().iter().filter(archives) {
            let begun = self.ledger.taken(&rule.name, Some(since)).await?;
            self.finish(begun, as_of, done).await?;
        }
        Ok(())
    }

    /// Why nothing may be archived, if somebody has stopped it.
    pub async fn stopped(&self) -> Option<String> {
        stopped(self.ledger.store, self.ledger.bucket, self.stop_parameter).await
    }
}
