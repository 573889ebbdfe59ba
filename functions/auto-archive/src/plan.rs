//! What will be archived, as a value that can be printed, compared and tested without AWS.

use std::fmt;

use findings::{Action, Finding, Guard, RuleSet, Timestamp};
use platform::guardduty::CHUNK;
use serde::{Serialize, Serializer};

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
}

/// A finding to archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// The finding's id.
    pub finding_id: String,
    /// Which version of it was decided on.
    pub version_key: String,
    /// The rule that says so.
    pub rule: String,
    /// What is logged of it.
    #[serde(rename = "type")]
    pub finding_type: Option<String>,
    /// Its account.
    pub account_id: Option<String>,
    /// Its Region.
    pub region: Option<String>,
}

/// A finding that stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The finding's id.
    pub finding_id: String,
    /// Why it stays.
    pub because: SkippedBecause,
}

/// Why a finding stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkippedBecause {
    /// A rule, or the absence of one, says something else.
    Decided(Action),
    /// A rule would archive it and a guard forbids it.
    Guarded(Guard),
    /// It is held until then.
    Held(Timestamp),
    /// It is archived already.
    Archived,
}

/// More than one run may archive. A rule that is too broad looks like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{ripe} findings are ripe and one run may archive {cap}, so none is: look at the rules, and raise max_archive_per_run if they are right"
)]
pub struct OverTheCap {
    /// How many would be archived.
    pub ripe: usize,
    /// `max_archive_per_run` of the rule set.
    pub cap: usize,
}

impl ArchivePlan {
    /// Decides on each finding. Each must be the copy that GuardDuty has now.
    pub fn new<'f>(
        rules: &RuleSet,
        findings: impl IntoIterator<Item = &'f Finding>,
        as_of: Timestamp,
    ) -> Self {
        let (mut ripe, mut skipped) = (Vec::new(), Vec::new());
        for finding in findings {
            match judged(rules, finding, as_of) {
                Ok(candidate) => ripe.push(candidate),
                Err(because) => {
                    skipped.push(Skipped { finding_id: finding.id().to_owned(), because })
                }
            }
        }
        let cap = rules.defaults().max_archive_per_run;
        let over_the_cap = (ripe.len() > cap).then_some(OverTheCap { ripe: ripe.len(), cap });
        let chunks = match over_the_cap {
            Some(_) => Vec::new(),
            None => ripe.chunks(CHUNK).map(<[Candidate]>::to_vec).collect(),
        };
        Self { as_of, rule_set: rules.hash().to_owned(), chunks, skipped, over_the_cap }
    }

    /// All findings to archive.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.chunks.iter().flatten()
    }
}

/// The finding as a candidate, or why it is none. The same judgement before the archiving and after
/// it.
pub(crate) fn judged(
    rules: &RuleSet,
    finding: &Finding,
    as_of: Timestamp,
) -> Result<Candidate, SkippedBecause> {
    let decision = rules.decide(finding, as_of);
    match (decision.rule, decision.guard, decision.hold_until) {
        (Some(rule), ..) if decision.is_ripe(as_of) => {
            if finding.archived() == Some(true) {
                return Err(SkippedBecause::Archived);
            }
            Ok(Candidate {
                finding_id: finding.id().to_owned(),
                version_key: finding.version_key().to_string(),
                rule: rule.name.clone(),
                finding_type: finding.finding_type().map(|kind| kind.as_str().to_owned()),
                account_id: finding.account_id().map(str::to_owned),
                region: finding.region().map(str::to_owned),
            })
        }
        (_, Some(guard), _) => Err(SkippedBecause::Guarded(guard)),
        (_, _, Some(until)) => Err(SkippedBecause::Held(until)),
        _ => Err(SkippedBecause::Decided(decision.action)),
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
        for Candidate { finding_id, rule, .. } in self.candidates() {
            writeln!(f, "  archive {finding_id} (rule {rule})")?;
        }
        for Skipped { finding_id, because } in &self.skipped {
            writeln!(f, "  keep    {finding_id} ({because})")?;
        }
        Ok(())
    }
}

impl fmt::Display for SkippedBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decided(action) => write!(f, "decided: {action}"),
            Self::Guarded(guard) => write!(f, "guard: {guard}"),
            Self::Held(until) => write!(f, "held until {}", until.to_rfc3339()),
            Self::Archived => f.write_str("archived already"),
        }
    }
}

impl Serialize for SkippedBecause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
