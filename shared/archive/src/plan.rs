//! What will be archived, as a value that can be printed, compared and tested without AWS.

use std::{collections::BTreeSet, fmt};

use findings::{Defaults, Finding, RuleSet, Timestamp};
use platform::guardduty::CHUNK;
use serde::Serialize;

use crate::{
    day::OverTheDay,
    judge::{Candidate, Skipped, SkippedBecause, has_expired, judged},
};

/// Below so many findings a share says nothing: two of three are no sign of a rule that is too
/// broad.
const SHARE_COUNTS_FROM: usize = 100;

/// What a run will archive, and what it will not and why.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchivePlan {
    /// The moment as of which holds are over.
    pub as_of: Timestamp,
    /// SHA-256 of the rule set that decided.
    pub rule_set: String,
    /// Findings to archive, in chunks of at most 50, as many as one call takes. Empty when the run
    /// would archive too many.
    pub chunks: Vec<Vec<Candidate>>,
    /// Findings that were looked at and stay.
    pub skipped: Vec<Skipped>,
    /// Set when more findings are ripe than one run may archive: then none is.
    pub over_the_cap: Option<OverTheCap>,
    /// The rules that would archive more than they may on one day: nothing of theirs is archived.
    pub over_the_day: Vec<OverTheDay>,
}

/// More than one run may archive. A rule that is too broad looks like this.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error, Serialize)]
#[serde(tag = "cap", rename_all = "snake_case")]
pub enum OverTheCap {
    /// More in number.
    #[error(
        "{ripe} findings are ripe and one run may archive {cap}, so none is: look at the rules, and raise max_archive_per_run under their defaults if they are right"
    )]
    Run {
        /// How many would be archived.
        ripe: usize,
        /// `max_archive_per_run` of the rule set.
        #[serde(rename = "most")]
        cap: usize,
    },
    /// More of what there is.
    #[error(
        "{ripe} of {seen} findings are ripe and a sweep may archive a share of {share}, so none is: look at the rules, and raise max_archive_share under their defaults if they are right"
    )]
    Share {
        /// How many would be archived.
        ripe: usize,
        /// How many were looked at.
        seen: usize,
        /// `max_archive_share` of the rule set.
        share: f64,
    },
}

/// What is left to archive of what was looked at, before any cap.
#[derive(Debug, Default)]
pub(crate) struct Judgements {
    pub(crate) ripe: Vec<Candidate>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Judgements {
    /// Decides on each finding. Each must be the copy that GuardDuty has now.
    pub(crate) fn of<'f>(
        rules: &RuleSet,
        findings: impl IntoIterator<Item = &'f Finding>,
        as_of: Timestamp,
    ) -> Self {
        let mut all = Self::default();
        for finding in findings {
            match judged(rules, finding, as_of) {
                Ok(candidate) => all.ripe.push(candidate),
                Err(because) => all.skip(finding.id(), because),
            }
        }
        all
    }

    /// Leaves what is no version that somebody has agreed to.
    pub(crate) fn keep(&mut self, agreed: &BTreeSet<String>) {
        let (ripe, updated): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ripe)
            .into_iter()
            .partition(|candidate| agreed.contains(&candidate.version_key));
        self.ripe = ripe;
        updated.iter().for_each(|own| self.skip(&own.finding_id, SkippedBecause::Updated));
    }

    /// Leaves what a rule would archive that has expired by now.
    pub(crate) fn without_expired(&mut self, rules: &RuleSet, now: Timestamp) {
        let (expired, ripe): (Vec<_>, Vec<_>) = std::mem::take(&mut self.ripe)
            .into_iter()
            .partition(|candidate| has_expired(rules, candidate, now));
        self.ripe = ripe;
        for Candidate { finding_id, rule, .. } in expired {
            self.skip(&finding_id, SkippedBecause::Expired { rule });
        }
    }

    pub(crate) fn skip(&mut self, finding_id: &str, because: SkippedBecause) {
        self.skipped.push(Skipped { finding_id: finding_id.to_owned(), because });
    }
}

impl ArchivePlan {
    /// Decides on each finding, and knows nothing of what happened before. Each must be the copy
    /// that GuardDuty has now. `is_sweep`: they are all that are not archived.
    pub fn new<'f>(
        rules: &RuleSet,
        findings: impl IntoIterator<Item = &'f Finding>,
        as_of: Timestamp,
        is_sweep: bool,
    ) -> Self {
        Self::of(rules, Judgements::of(rules, findings, as_of), as_of, is_sweep)
    }

    pub(crate) fn of(
        rules: &RuleSet,
        Judgements { ripe, skipped }: Judgements,
        as_of: Timestamp,
        is_sweep: bool,
    ) -> Self {
        let seen = is_sweep.then_some(ripe.len() + skipped.len());
        let over_the_cap = OverTheCap::by(ripe.len(), seen, rules.defaults());
        let chunks = match over_the_cap {
            Some(_) => Vec::new(),
            None => ripe.chunks(CHUNK).map(<[Candidate]>::to_vec).collect(),
        };
        let rule_set = rules.hash().to_owned();
        Self { as_of, rule_set, chunks, skipped, over_the_cap, over_the_day: Vec::new() }
    }

    /// All findings to archive.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.chunks.iter().flatten()
    }

    /// Leaves out what a rule would archive, since it is over its day.
    pub(crate) fn without(&mut self, over: OverTheDay) {
        let (kept, left): (Vec<_>, Vec<_>) = std::mem::take(&mut self.chunks)
            .into_iter()
            .flatten()
            .partition(|candidate| candidate.rule != over.rule);
        self.chunks = kept.chunks(CHUNK).map(<[Candidate]>::to_vec).collect();
        self.skipped.extend(left.into_iter().map(|candidate| Skipped {
            finding_id: candidate.finding_id,
            because: SkippedBecause::OverTheDay { rule: candidate.rule },
        }));
        self.over_the_day.push(over);
    }
}

impl OverTheCap {
    #[expect(clippy::cast_precision_loss, reason = "no list of findings comes near 2^53")]
    fn by(ripe: usize, seen: Option<usize>, defaults: &Defaults) -> Option<Self> {
        let (cap, share) = (defaults.max_archive_per_run, defaults.max_archive_share);
        if ripe > cap {
            return Some(Self::Run { ripe, cap });
        }
        let seen = seen.filter(|seen| *seen >= SHARE_COUNTS_FROM)?;
        (ripe as f64 > share * seen as f64).then_some(Self::Share { ripe, seen, share })
    }
}

impl fmt::Display for ArchivePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.candidates().count();
        writeln!(
            f,
            "archive {count} findings as of {} by rule set {}",
            self.as_of.to_rfc3339(),
            self.rule_set
        )?;
        if let Some(over) = self.over_the_cap {
            writeln!(f, "  {over}")?;
        }
        for over in &self.over_the_day {
            writeln!(f, "  {over}")?;
        }
        for Candidate { finding_id, rule, .. } in self.candidates() {
            writeln!(f, "  archive {finding_id} (rule {rule})")?;
        }
        for Skipped { finding_id, because } in &self.skipped {
            writeln!(f, "  keep    {finding_id} ({because})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
