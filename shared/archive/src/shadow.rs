//! The shadow: what another rule set would decide otherwise, written down and never done.

use std::{collections::HashSet, fmt};

use findings::{Action, Decision, Finding, FindingType, RuleSet, Severity, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::{
    entry::Entry,
    error::ArchiveError,
    ledger::{AT_ONCE, Ledger},
};

mod digest;

pub use digest::{Example, ShadowDigest, ShadowRule};

/// Where the differences lie in the lake bucket.
pub(crate) const PREFIX: &str = "shadow/v1/";

/// How many differences one run writes; the next one goes on. Whoever tries a rule that changes
/// everything does not need a line for each finding within the hour.
const NEW_PER_RUN: usize = 2_000;

/// A candidate beside the rules that decide.
#[derive(Debug, Clone, Copy)]
pub struct Shadow<'a> {
    /// Where it is written down.
    pub ledger: Ledger<'a>,
    /// What decides.
    pub live: &'a RuleSet,
    /// What might decide one day.
    pub candidate: &'a RuleSet,
}

/// What a run has found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Shadowed {
    /// Findings on which the two differ.
    pub differ: usize,
    /// Of those, written now.
    pub written: usize,
    /// Of those, left for the next run.
    pub left: usize,
}

/// What would change. When more than one thing does, the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The candidate archives what is not archived today.
    NewlyArchived,
    /// The candidate does not archive what is archived today.
    NoLongerArchived,
    /// Neither archives it, and one tells somebody and the other does not.
    OtherAction,
    /// Both archive it, by rules of other names.
    OtherRule,
    /// Both archive it by a rule of the same name, at another time.
    OtherHold,
}

/// One difference, as it is written: one object, one line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShadowLine {
    /// `guardsift.shadow/v1`.
    pub schema: String,
    /// `shadow`.
    pub event: String,
    /// When it was written, in RFC 3339.
    pub at: String,
    /// The finding's id.
    pub finding_id: String,
    /// The version that was decided on.
    pub version_key: String,
    /// Its account.
    pub account: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub finding_type: Option<String>,
    /// Its severity then.
    pub severity: Option<f64>,
    /// What would change.
    pub change: Change,
    /// SHA-256 of the rules that decide.
    pub live_rule_set: String,
    /// Their action, after the guards.
    pub live_action: String,
    /// The rule of theirs that matches.
    pub live_rule: Option<String>,
    /// The guard that overruled it.
    pub live_guard: Option<String>,
    /// Until when they hold it.
    pub live_hold_until: Option<String>,
    /// The same of the candidate.
    pub candidate_rule_set: String,
    /// Its action, after the guards.
    pub candidate_action: String,
    /// Its rule that matches.
    pub candidate_rule: Option<String>,
    /// The guard that overruled it.
    pub candidate_guard: Option<String>,
    /// Until when it holds it.
    pub candidate_hold_until: Option<String>,
}

impl Change {
    /// What changes from one decision to the other, if anything that is done.
    fn between(live: &Decision<'_>, candidate: &Decision<'_>) -> Option<Self> {
        match (live.action == Action::Archive, candidate.action == Action::Archive) {
            (false, true) => Some(Self::NewlyArchived),
            (true, false) => Some(Self::NoLongerArchived),
            (false, false) => (live.action != candidate.action).then_some(Self::OtherAction),
            (true, true) if live.rule_name() != candidate.rule_name() => Some(Self::OtherRule),
            (true, true) => (live.hold_until != candidate.hold_until).then_some(Self::OtherHold),
        }
    }

    /// Its name in a line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NewlyArchived => "newly_archived",
            Self::NoLongerArchived => "no_longer_archived",
            Self::OtherAction => "other_action",
            Self::OtherRule => "other_rule",
            Self::OtherHold => "other_hold",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Shadow<'_> {
    /// Decides by both and writes down where they differ, once for each version and pair of rule
    /// sets. `known` remembers what is written, so that a sweep need not ask for all of it again.
    ///
    /// # Errors
    /// When S3 does not take or give it.
    pub async fn record(
        &self,
        findings: impl IntoIterator<Item = &Finding>,
        as_of: Timestamp,
        now: Timestamp,
        known: &mut HashSet<String>,
    ) -> Result<Shadowed, ArchiveError> {
        let mut shadowed = Shadowed::default();
        if self.live.hash() == self.candidate.hash() {
            return Ok(shadowed);
        }
        let mut unknown = Vec::new();
        for finding in findings {
            let Some((key, line)) = self.difference(finding, as_of, now) else { continue };
            shadowed.differ += 1;
            if !known.contains(&key) {
                unknown.push((key, line));
            }
        }
        let asked = unknown.into_iter().map(|(key, line)| async move {
            Ok::<_, ArchiveError>((self.ledger.has(&key).await?, key, line))
        });
        let asked: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        let (there, mut new): (Vec<_>, Vec<_>) = asked.into_iter().partition(|(has, ..)| *has);
        known.extend(there.into_iter().map(|(_, key, _)| key));
        shadowed.left = new.len().saturating_sub(NEW_PER_RUN);
        new.truncate(NEW_PER_RUN);
        shadowed.written = new.len();
        let written = new.iter().map(|(_, key, line)| self.ledger.put(key, line));
        stream::iter(written).buffered(AT_ONCE).try_collect::<Vec<_>>().await?;
        known.extend(new.into_iter().map(|(_, key, _)| key));
        Ok(shadowed)
    }

    fn difference(
        &self,
        finding: &Finding,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Option<(String, ShadowLine)> {
        let live = self.live.decide(finding, as_of);
        let candidate = self.candidate.decide(finding, as_of);
        let change = Change::between(&live, &candidate)?;
        let version_key = finding.version_key().to_string();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let line = ShadowLine {
            schema: "guardsift.shadow/v1".to_owned(),
            event: "shadow".to_owned(),
            at: now.to_rfc3339(),
            finding_id: finding.id().to_owned(),
            version_key: version_key.clone(),
            account: owned(finding.account_id()),
            region: owned(finding.region()),
            finding_type: owned(finding.finding_type().map(FindingType::as_str)),
            severity: finding.severity().map(Severity::value),
            change,
            live_rule_set: self.live.hash().to_owned(),
            live_action: live.action.to_string(),
            live_rule: owned(live.rule_name()),
            live_guard: live.guard.map(|guard| guard.to_string()),
            live_hold_until: live.hold_until.map(Timestamp::to_rfc3339),
            candidate_rule_set: self.candidate.hash().to_owned(),
            candidate_action: candidate.action.to_string(),
            candidate_rule: owned(candidate.rule_name()),
            candidate_guard: candidate.guard.map(|guard| guard.to_string()),
            candidate_hold_until: candidate.hold_until.map(Timestamp::to_rfc3339),
        };
        let (live, candidate) = (short(self.live.hash()), short(self.candidate.hash()));
        let place = Entry::place(finding);
        Some((format!("{PREFIX}{place}/{version_key}.{live}-{candidate}.json"), line))
    }
}

/// Enough of a hash to tell rule sets apart.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

#[cfg(test)]
mod tests;
