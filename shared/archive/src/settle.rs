//! What happened before: versions that were taken back stay, and findings that come back too often
//! are left for a person.

use std::collections::HashMap;

use findings::{Action, Finding};
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
        let rule = self.rules.rules().iter().find(|rule| rule.name == candidate.rule);
        // A rule that decided and is not there can't be asked what it allows.
        let Some(rule) = rule else {
            return Ok(Some(SkippedBecause::Decided(Action::Notify)));
        };
        let recurrence = self.ledger.recurrence(rule, copy).await?;
        let rule = candidate.rule.clone();
        Ok(recurrence.map(|why| SkippedBecause::Recurring { why, rule }))
    }
}
