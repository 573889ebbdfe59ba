//! What happened before: versions that were taken back stay, and findings that come back too often
//! are left for a person.

use std::collections::HashMap;

use findings::{
    Finding,
    message::{Change, Remembered},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    archive::Archive,
    entry::Entry,
    error::ArchiveError,
    judge::{Candidate, SkippedBecause},
    ledger::AT_ONCE,
    plan::Judgements,
};

impl Archive<'_> {
    /// Takes out of what is ripe what the ledger speaks against.
    pub(crate) async fn settle(
        &self,
        judgements: &mut Judgements,
        copies: &HashMap<String, Finding>,
    ) -> Result<(), ArchiveError> {
        let ripe = std::mem::take(&mut judgements.ripe);
        let asked = ripe.into_iter().map(|candidate| async move {
            let because = match copies.get(&candidate.finding_id) {
                Some(copy) => self.because_of_earlier(&candidate, copy).await?,
                None => None,
            };
            Ok::<_, ArchiveError>((candidate, because))
        });
        let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
        for (candidate, because) in answers {
            match because {
                Some(because) => judgements.skip(&candidate.finding_id, because),
                None => judgements.ripe.push(candidate),
            }
        }
        Ok(())
    }

    async fn because_of_earlier(
        &self,
        candidate: &Candidate,
        copy: &Finding,
    ) -> Result<Option<SkippedBecause>, ArchiveError> {
        let entry = Entry::of(copy, &candidate.rule, (self.now)());
        if self.ledger.is_concluded(&entry).await? {
            return Ok(Some(SkippedBecause::TakenBack));
        }
        // One that occurred once has never come back.
        if copy.count().is_none_or(|count| count < 2) {
            return Ok(None);
        }
        let rule = self.rules.rules().iter().find(|rule| rule.name == candidate.rule);
        let most = rule.map_or(0, |rule| rule.max_recurrences);
        let times = self.ledger.earlier(&entry).await?;
        if times >= most {
            return Ok(Some(SkippedBecause::Recurring { times, rule: candidate.rule.clone() }));
        }
        let wanted = rule.map_or(&[][..], |rule| &rule.keep_new);
        if times == 0 || wanted.is_empty() {
            return Ok(None);
        }
        let change = self.seen_before(&entry).await?.and_then(|seen| Change::since(&seen, copy));
        let news = change.filter(|change| change.has_new(wanted));
        Ok(news.map(|change| SkippedBecause::News {
            what: change.describe(),
            rule: candidate.rule.clone(),
        }))
    }

    /// What all versions together have shown that were archived before this one: one alone has the
    /// latest occurrence only.
    async fn seen_before(&self, entry: &Entry) -> Result<Option<Remembered>, ArchiveError> {
        let earlier = self.ledger.of_finding(&entry.finding_id).await?;
        let earlier = earlier.iter().filter(|own| own.version_key != entry.version_key);
        let copies = earlier.map(|own| self.ledger.copy(own));
        let copies: Vec<_> = stream::iter(copies).buffered(AT_ONCE).try_collect().await?;
        let facts = copies.iter().flatten().map(Remembered::of);
        Ok(facts.reduce(|latest, older| latest.and(&older)))
    }
}
