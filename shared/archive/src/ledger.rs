//! The ledger of one lake bucket: what was archived, why, and the finding as it was.
//!
//! Each object is one line of JSON, written once and never over. A version with an outcome is never
//! archived again, so what a person takes back stays back.

use bytes::Bytes;
use findings::{Finding, RuleSet, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use platform::store::{Cause, NewObject, Put, Store, StoreError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    entry::{Entry, index_prefix, part},
    error::ArchiveError,
    line::{Event, Line, Logged},
};

/// Calls to S3 that are under way at once.
pub(crate) const AT_ONCE: usize = 16;

/// The largest object that is read again. A finding is cut off at 256 KB on the event bus, and a
/// rule's day holds 20,000 entries of 300 bytes.
const LIMIT: usize = 16 << 20;

/// The ledger of one lake bucket.
#[derive(Debug, Clone, Copy)]
pub struct Ledger<'a> {
    /// S3.
    pub store: &'a Store,
    /// The lake bucket.
    pub bucket: &'a str,
}

/// How far the archiving of one version has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) recorded: bool,
    pub(crate) outcome: Option<Event>,
    /// When the outcome was written, in RFC 3339.
    pub(crate) ended_at: Option<String>,
    /// The rule that the outcome names: another one may have recorded the version before it.
    pub(crate) ended_by: Option<String>,
    pub(crate) undoing: bool,
    pub(crate) undone: bool,
}

/// What a line holds of the finding.
#[derive(Deserialize)]
struct Copy {
    finding: Box<RawValue>,
}

impl Ledger<'_> {
    /// Whether this version was archived before, to the end.
    pub(crate) async fn is_concluded(&self, entry: &Entry) -> Result<bool, StoreError> {
        self.has(&entry.key("outcome")).await
    }

    /// Whether the archiving of this version was begun and not ended.
    pub(crate) async fn is_open(&self, entry: &Entry) -> Result<bool, StoreError> {
        Ok(self.has(&entry.key("recorded")).await? && !self.is_concluded(entry).await?)
    }

    /// Whether this version was taken back since it had risen.
    pub(crate) async fn is_escalated(&self, entry: &Entry) -> Result<bool, StoreError> {
        self.has(&entry.key(Event::Escalated.kind())).await
    }

    /// Notes that what was archived in this version was taken back as a later one: from then on it is archived
    /// by somebody else.
    pub(crate) async fn end_claim(
        &self,
        archived: &Entry,
        escalated: &Entry,
    ) -> Result<(), StoreError> {
        self.put(&claim_key(archived), escalated).await.map(drop)
    }

    /// As which version it was taken back first, if it was.
    pub(crate) async fn claim_ended(
        &self,
        archived: &Entry,
    ) -> Result<Option<Entry>, ArchiveError> {
        self.get(&claim_key(archived)).await
    }

    /// How the archiving of this version ended, if it has.
    pub(crate) async fn outcome(&self, entry: &Entry) -> Result<Option<Event>, ArchiveError> {
        let outcome: Option<Logged> = self.get(&entry.key("outcome")).await?;
        Ok(outcome.map(|line| line.event))
    }

    /// The rule that recorded this version, if one has.
    pub(crate) async fn recorded_by(&self, entry: &Entry) -> Result<Option<String>, ArchiveError> {
        let recorded: Option<Logged> = self.get(&entry.key(Event::Recorded.kind())).await?;
        Ok(recorded.map(|line| line.rule.unwrap_or_else(|| entry.rule.clone())))
    }

    pub(crate) async fn fate(&self, entry: &Entry) -> Result<Fate, ArchiveError> {
        let outcome: Option<Logged> = self.get(&entry.key("outcome")).await?;
        Ok(Fate {
            recorded: outcome.is_some() || self.has(&entry.key("recorded")).await?,
            outcome: outcome.as_ref().map(|line| line.event),
            ended_at: outcome.as_ref().map(|line| line.at.clone()),
            ended_by: outcome.and_then(|line| line.rule),
            undoing: self.has(&entry.key(Event::Undoing.kind())).await?,
            undone: self.has(&entry.key(Event::Undone.kind())).await?,
        })
    }

    /// Notes what a run is about to archive, so that whoever gets its event after a crash knows
    /// what to look at: what is archived by then is on no list of findings any more.
    ///
    /// # Errors
    /// When another attempt at the same event has noted something else in this place: what is noted
    /// nowhere must not be archived.
    pub(crate) async fn note(
        &self,
        run: &str,
        chunk: usize,
        entries: &[Entry],
    ) -> Result<(), ArchiveError> {
        let key = run_key(run, chunk);
        if self.put(&key, &entries).await? == Put::AlreadyThere {
            let there: Option<Vec<Entry>> = self.get(&key).await?;
            // Our own write, whose answer was lost, is the same.
            if there.as_deref() != Some(entries) {
                return Err(ArchiveError::DeliveredTwice { bucket: self.bucket.to_owned(), key });
            }
        }
        Ok(())
    }

    /// What earlier attempts at this run have noted, chunk by chunk.
    pub(crate) async fn noted(&self, run: &str) -> Result<Vec<Vec<Entry>>, ArchiveError> {
        let mut chunks = Vec::new();
        for chunk in 0.. {
            match self.get(&run_key(run, chunk)).await? {
                Some(entries) => chunks.push(entries),
                None => break,
            }
        }
        Ok(chunks)
    }

    /// Writes the copy and the reason, and where to find them by the finding's id. One that is
    /// there already is of an earlier attempt at the same version.
    pub(crate) async fn record(
        &self,
        entry: &Entry,
        finding: &Finding,
        rules: &RuleSet,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let decision = rules.decide(finding, as_of);
        let mut line =
            Line::new(Event::Recorded, now, &entry.version_key, entry.rule.as_str(), finding);
        line.reason = decision.rule.and_then(|rule| rule.reason.as_deref());
        line.owner = decision.rule.and_then(|rule| rule.owner.as_deref());
        line.rule_set = Some(rules.hash());
        line.as_of = Some(as_of.to_rfc3339());
        line.decision = Some(rules.explain(finding, as_of));
        self.write(entry, &line).await?;
        self.put(&entry.index_key(), entry).await.map(drop)
    }

    /// Writes one line about an entry, unless there is one of its kind.
    pub(crate) async fn write(&self, entry: &Entry, line: &Line<'_>) -> Result<Put, StoreError> {
        self.put(&entry.key(line.event().kind()), line).await
    }

    /// The versions of this finding that were archived, the latest first.
    pub(crate) async fn of_finding(&self, finding_id: &str) -> Result<Vec<Entry>, ArchiveError> {
        let listed = self.store.list(self.bucket, &index_prefix(finding_id)).await?;
        let read = listed.iter().map(|object| self.get::<Entry>(&object.key));
        let read: Vec<Option<Entry>> = stream::iter(read).buffered(AT_ONCE).try_collect().await?;
        let mut entries: Vec<Entry> = read.into_iter().flatten().collect();
        entries.sort_by(|a, b| b.at.cmp(&a.at));
        Ok(entries)
    }

    /// The finding as it was when this version was archived, if that was written and can be read.
    pub(crate) async fn copy(&self, entry: &Entry) -> Result<Option<Finding>, ArchiveError> {
        let copy: Option<Copy> = self.get(&entry.key(Event::Recorded.kind())).await?;
        Ok(copy.and_then(|copy| Finding::parse(copy.finding.get()).ok()))
    }

    /// An object of the ledger; `None` when there is none.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<T>, ArchiveError> {
        Ok(self.versioned(key).await?.map(|(value, _)| value))
    }

    /// The same with its `ETag`.
    pub(crate) async fn versioned<T: DeserializeOwned>(
        &self,
        key: &str,
    ) -> Result<Option<(T, Option<String>)>, ArchiveError> {
        match self.store.get(self.bucket, key, None, LIMIT).await {
            Ok(object) => match serde_json::from_slice(&object.bytes) {
                Ok(value) => Ok(Some((value, object.etag))),
                Err(_) => Err(ArchiveError::Damaged {
                    bucket: self.bucket.to_owned(),
                    key: key.to_owned(),
                }),
            },
            Err(error) if error.cause() == Cause::Missing => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) async fn put(&self, key: &str, value: &impl Serialize) -> Result<Put, StoreError> {
        self.store.put_new(&self.object(key, value)).await
    }

    /// One line of JSON with its line feed.
    pub(crate) fn object<'k>(&'k self, key: &'k str, value: &impl Serialize) -> NewObject<'k> {
        let mut bytes = serde_json::to_vec(value).unwrap_or_default();
        bytes.push(b'\n');
        NewObject {
            bucket: self.bucket,
            key,
            content_type: "application/json",
            metadata: Vec::new(),
            content: Bytes::from(bytes).into(),
        }
    }

    pub(crate) async fn has(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.store.head(self.bucket, key).await?.is_some())
    }
}

fn claim_key(archived: &Entry) -> String {
    format!("state/archive/escalated/{}.json", archived.version_key)
}

fn run_key(run: &str, chunk: usize) -> String {
    format!("state/archive/{}/{chunk}.json", part(Some(run)))
}
