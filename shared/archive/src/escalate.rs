//! The escalation leg: what a rule archived, and what no rule archives as it is now, is taken back.

use std::time::Duration;

use findings::{Finding, Timestamp};
use futures::{StreamExt, stream};
use platform::guardduty::CHUNK;
use tracing::warn;

use crate::{
    apply::{count, verified},
    archive::Archive,
    done::Done,
    entry::Entry,
    error::ArchiveError,
    judge::{is_beyond_any_rule, may_be_archived},
    ledger::AT_ONCE,
    line::{Event, Line},
    look,
};

/// How far back a sweep looks for archived findings that were updated: events that were missed are
/// then on a dead-letter queue.
const LOOK_BACK: Duration = Duration::from_secs(3 * 24 * 3600);

impl Archive<'_> {
    /// Whether an event's copy of a finding asks for a look: it is archived, and no rule archives it.
    pub fn is_suspect(&self, finding: &Finding, as_of: Timestamp) -> bool {
        finding.archived() == Some(true) && !may_be_archived(self.rules, finding, as_of)
    }

    /// Whether the rule that archived it is there still and does not match it as it is now.
    fn has_left_its_rule(&self, earlier: &Entry, copy: &Finding) -> bool {
        earlier.version_key != copy.version_key().as_str()
            && self.rules.rules().iter().any(|rule| rule.name == earlier.rule)
    }

    /// Takes back those of these findings that are archived, that guardsift archived, and that no
    /// rule archives any more. A sweep looks at those that were updated lately, and takes back what
    /// no rule could archive and what was updated out of the rule that archived it: that a rule was
    /// withdrawn or narrowed is no reason to bring back what it hid.
    /// A sweep takes a version back once: who archives it again has seen it.
    ///
    /// # Errors
    /// When a call fails, or GuardDuty still shows one as archived.
    pub async fn escalate(
        &self,
        suspects: &[String],
        is_sweep: bool,
        as_of: Timestamp,
        done: &mut Done,
    ) -> Result<(), ArchiveError> {
        let mut ids = suspects.to_vec();
        if is_sweep {
            ids.extend(self.guardduty.archived_ids(as_of.minus(LOOK_BACK)).await?);
        }
        ids.sort();
        ids.dedup();
        let mut risen = Vec::new();
        for copy in look::read(self.guardduty, &ids).await? {
            let has_event = suspects.iter().any(|id| id == copy.id());
            if !self.is_suspect(&copy, as_of) {
                continue;
            }
            let Some(earlier) = self.archived_before(&copy, has_event).await? else { continue };
            let is_asked = has_event
                || is_beyond_any_rule(self.rules, &copy)
                || self.has_left_its_rule(&earlier, &copy);
            if is_asked {
                risen.push((earlier, copy));
            }
        }
        for chunk in risen.chunks(CHUNK) {
            let back = self.open_again(chunk, done).await?;
            done.escalated += count(back.len());
            self.write_escalated(&back, as_of).await?;
        }
        verified(done)
    }

    /// The version of this finding that guardsift archived last, unless it was taken back since. Once it was, whoever
    /// archives the finding has seen it; an event of the version that was taken back asks again.
    async fn archived_before(
        &self,
        copy: &Finding,
        has_event: bool,
    ) -> Result<Option<Entry>, ArchiveError> {
        let Some(mut earlier) = self.ledger.of_finding(copy.id()).await?.into_iter().next() else {
            return Ok(None);
        };
        let fate = self.ledger.fate(&earlier).await?;
        let is_ours = fate.recorded && fate.outcome != Some(Event::TakenBack) && !fate.undone;
        earlier.rule = fate.ended_by.unwrap_or(earlier.rule);
        let own = Entry::of(copy, &earlier.rule, (self.now)());
        let is_new = match self.ledger.claim_ended(&earlier).await? {
            Some(escalated) => has_event && escalated.version_key == own.version_key,
            None => has_event || !self.ledger.is_escalated(&own).await?,
        };
        Ok((is_ours && is_new).then_some(earlier))
    }

    /// Takes these findings back, each with the version that was archived of it, and gives those that are open now.
    pub(crate) async fn open_again<'r>(
        &self,
        risen: &'r [(Entry, Finding)],
        done: &mut Done,
    ) -> Result<Vec<&'r (Entry, Finding)>, ArchiveError> {
        for (earlier, copy) in risen {
            let severity = copy.severity().map(findings::Severity::value);
            warn!(
                finding.id = copy.id(),
                finding.severity = severity,
                rule = earlier.rule,
                archived_at = earlier.at,
                "a finding that was archived is no longer harmless, and is taken back"
            );
        }
        let ids: Vec<String> = risen.iter().map(|(_, copy)| copy.id().to_owned()).collect();
        self.guardduty.unarchive(&ids).await?;
        let open = look::seen(self.guardduty, &ids, false).await?;
        let (back, left): (Vec<_>, Vec<_>) =
            risen.iter().partition(|(_, copy)| open.contains_key(copy.id()));
        done.unverified.extend(left.into_iter().map(|(_, copy)| copy.id().to_owned()));
        Ok(back)
    }

    /// Writes it down under the version that each has now. One that fails keeps no other from being
    /// written: they are open, so no later look would find out.
    pub(crate) async fn write_escalated(
        &self,
        back: &[&(Entry, Finding)],
        as_of: Timestamp,
    ) -> Result<(), ArchiveError> {
        let lines = back.iter().map(|(earlier, copy)| self.write_one(earlier, copy, as_of));
        let written: Vec<Result<(), ArchiveError>> =
            stream::iter(lines).buffered(AT_ONCE).collect().await;
        written.into_iter().collect()
    }

    async fn write_one(
        &self,
        earlier: &Entry,
        copy: &Finding,
        as_of: Timestamp,
    ) -> Result<(), ArchiveError> {
        let now = (self.now)();
        let entry = Entry::of(copy, &earlier.rule, now);
        let mut line =
            Line::new(Event::Escalated, now, &entry.version_key, earlier.rule.as_str(), copy);
        line.rule_set = Some(self.rules.hash());
        line.as_of = Some(as_of.to_rfc3339());
        line.archived_version = Some(&earlier.version_key);
        line.decision = Some(self.rules.explain(copy, as_of));
        self.ledger.write(&entry, &line).await?;
        self.ledger.end_claim(earlier, &entry).await?;
        Ok(())
    }
}
