//! A finding that comes back: what rules have archived of it before, and why one leaves it open now.

use std::fmt;

use findings::{
    Finding, Rule, Timestamp,
    message::{ArchivedBefore, Shown},
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    entry::Entry,
    error::ArchiveError,
    ledger::{AT_ONCE, Ledger},
    line::Event,
};

/// Why a rule does not archive a finding once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recurrence {
    /// It was archived this often and has come back each time.
    TooOften {
        /// How often.
        times: usize,
    },
    /// It has come back with something that no version showed that was archived.
    WithNews {
        /// What is new, in words.
        what: String,
    },
    /// It has come back, and of a version that was archived the copy is missing or can't be read, so
    /// what is new can't be known.
    Unclear,
}

impl Ledger<'_> {
    /// Why `rule`, which archives the finding as it is, leaves it open: it has come back too often, or
    /// with something new. `None` when neither is so.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub async fn recurrence(
        &self,
        rule: &Rule,
        finding: &Finding,
    ) -> Result<Option<Recurrence>, ArchiveError> {
        if !has_come_back(finding) {
            return Ok(None);
        }
        let earlier = self.earlier(finding).await?;
        self.recurrence_after(&earlier, rule, finding).await
    }

    /// What rules have archived of this finding before this version; `None` when that is nothing, or
    /// when the last of it was taken back. `rule` is the one that archives this version too, if one
    /// does.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub async fn archived_before(
        &self,
        rule: Option<&Rule>,
        finding: &Finding,
    ) -> Result<Option<ArchivedBefore>, ArchiveError> {
        if !has_come_back(finding) {
            return Ok(None);
        }
        let earlier = self.earlier(finding).await?;
        let Some(last) = earlier.first() else { return Ok(None) };
        let recurrence = match rule {
            Some(rule) => self.recurrence_after(&earlier, rule, finding).await?,
            None => None,
        };
        let fate = self.fate(last).await?;
        let is_hidden = fate.outcome == Some(Event::Archived) && !fate.undone;
        if recurrence.is_none() && !is_hidden {
            return Ok(None);
        }
        Ok(Some(ArchivedBefore {
            times: earlier.len(),
            rule: fate.ended_by.unwrap_or_else(|| last.rule.clone()),
            at: Timestamp::parse(&last.at),
            stays: recurrence.map(|why| why.to_string()),
        }))
    }

    async fn recurrence_after(
        &self,
        earlier: &[Entry],
        rule: &Rule,
        finding: &Finding,
    ) -> Result<Option<Recurrence>, ArchiveError> {
        let times = earlier.len();
        if times >= rule.max_recurrences {
            return Ok(Some(Recurrence::TooOften { times }));
        }
        if times == 0 || rule.keep_new.is_empty() {
            return Ok(None);
        }
        let Some(seen) = self.seen_in(earlier).await? else {
            return Ok(Some(Recurrence::Unclear));
        };
        let news = Shown::of(finding).news_since(&seen, &rule.keep_new);
        Ok(news.map(|what| Recurrence::WithNews { what }))
    }

    /// The versions of the finding that were archived, this one aside, the latest first.
    async fn earlier(&self, finding: &Finding) -> Result<Vec<Entry>, ArchiveError> {
        let mut earlier = self.of_finding(finding.id()).await?;
        let own = finding.version_key();
        earlier.retain(|entry| entry.version_key != own.as_str());
        Ok(earlier)
    }

    /// What all of these versions together have shown: one alone has the latest occurrence only. `None`
    /// when one of them can't be read.
    async fn seen_in(&self, earlier: &[Entry]) -> Result<Option<Shown>, ArchiveError> {
        let copies = earlier.iter().map(|own| self.copy(own));
        let copies: Vec<Option<Finding>> =
            stream::iter(copies).buffered(AT_ONCE).try_collect().await?;
        let shown: Option<Vec<Shown>> =
            copies.iter().map(|copy| copy.as_ref().map(Shown::of)).collect();
        Ok(shown.map(|all| all.into_iter().fold(Shown::default(), Shown::and)))
    }
}

/// Of one that is known to have occurred once nothing is looked for.
fn has_come_back(finding: &Finding) -> bool {
    finding.count().is_none_or(|count| count > 1)
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooOften { times: 1 } => f.write_str("it was archived and is back"),
            Self::TooOften { times } => {
                write!(f, "it was archived {times} times and is back each time")
            }
            Self::WithNews { what } => write!(f, "it is back with {what}"),
            Self::Unclear => f.write_str("it is back, and what it showed before can't be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_count_of_one_says_that_nothing_has_come_back() {
        for (service, expected) in [
            (r#"{"count":1}"#, false),
            (r#"{"count":2}"#, true),
            (r#"{"count":"often"}"#, true),
            ("{}", true),
        ] {
            let raw = format!(r#"{{"id":"f1","severity":2,"service":{service}}}"#);
            assert_eq!(has_come_back(&Finding::parse(&raw).unwrap()), expected, "{raw}");
        }
    }
}
