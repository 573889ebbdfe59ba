//! The record of what was archived, why, and of the finding as it was.
//!
//! Two objects for each version: `….recorded.json`, written before the archiving, and
//! `….outcome.json`, written after it was looked at again. A version with an outcome is never
//! archived again, so what a person takes back stays back.

use bytes::Bytes;
use findings::{Finding, RuleSet, Timestamp};
use platform::store::{Cause, NewObject, Store, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A list of entries is a page of 50 short lines.
const RUN_LIMIT: usize = 1 << 20;

/// The place of one version in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) finding_id: String,
    pub(crate) version_key: String,
    /// The key of both objects, up to the kind.
    path: String,
}

/// What came of the archiving of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// It is archived.
    Archived,
    /// It no longer matched when it was looked at again, and was taken back.
    TakenBack,
}

#[derive(Serialize)]
struct Recorded<'a> {
    schema: &'static str,
    version_key: &'a str,
    finding_id: &'a str,
    recorded_at: String,
    as_of: String,
    rule: Option<&'a str>,
    reason: Option<&'a str>,
    owner: Option<&'a str>,
    rule_set: &'a str,
    decision: findings::Explanation<'a>,
    /// The whole finding, as GuardDuty sent it.
    finding: &'a RawValue,
}

#[derive(Serialize)]
struct Concluded<'a> {
    schema: &'static str,
    version_key: &'a str,
    finding_id: &'a str,
    concluded_at: String,
    outcome: Outcome,
    /// The finding as it was seen after the archiving.
    seen: &'a RawValue,
}

/// The ledger of one lake bucket.
#[derive(Debug)]
pub(crate) struct Ledger<'a> {
    pub(crate) store: &'a Store,
    pub(crate) bucket: &'a str,
}

impl Ledger<'_> {
    /// Whether this version was archived before, to the end.
    pub(crate) async fn is_concluded(&self, entry: &Entry) -> Result<bool, StoreError> {
        Ok(self.store.head(self.bucket, &entry.key("outcome")).await?.is_some())
    }

    /// Whether the archiving of this version was begun and not ended.
    pub(crate) async fn is_open(&self, entry: &Entry) -> Result<bool, StoreError> {
        Ok(self.store.head(self.bucket, &entry.key("recorded")).await?.is_some()
            && !self.is_concluded(entry).await?)
    }

    /// Notes what a run is about to archive, so that whoever gets its event after a crash knows
    /// what to look at: what is archived by then is on no list of findings any more.
    pub(crate) async fn note(
        &self,
        run: &str,
        chunk: usize,
        entries: &[Entry],
    ) -> Result<(), StoreError> {
        self.put(&run_key(run, chunk), &entries).await
    }

    /// What earlier attempts at this run have noted, chunk by chunk.
    pub(crate) async fn noted(&self, run: &str) -> Result<Vec<Vec<Entry>>, StoreError> {
        let mut chunks = Vec::new();
        for chunk in 0.. {
            match self.store.get(self.bucket, &run_key(run, chunk), None, RUN_LIMIT).await {
                Ok(object) => {
                    chunks.push(serde_json::from_slice(&object.bytes).unwrap_or_default())
                }
                // Without s3:ListBucket a missing object is a denied one.
                Err(error) if matches!(error.cause(), Cause::Missing | Cause::Denied) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(chunks)
    }

    /// Writes the copy and the reason. One that is there already is of an earlier attempt at the
    /// same version.
    pub(crate) async fn record(
        &self,
        finding: &Finding,
        rules: &RuleSet,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let decision = rules.decide(finding, as_of);
        let version_key = finding.version_key();
        let entry = Recorded {
            schema: "guardsift.archive-recorded/v1",
            version_key: version_key.as_str(),
            finding_id: finding.id(),
            recorded_at: now.to_rfc3339(),
            as_of: as_of.to_rfc3339(),
            rule: decision.rule_name(),
            reason: decision.rule.and_then(|rule| rule.reason.as_deref()),
            owner: decision.rule.and_then(|rule| rule.owner.as_deref()),
            rule_set: rules.hash(),
            decision: rules.explain(finding, as_of),
            finding: untouched(finding),
        };
        self.put(&Entry::of(finding).key("recorded"), &entry).await
    }

    /// Writes what came of it. `seen` is what GuardDuty has now.
    pub(crate) async fn conclude(
        &self,
        entry: &Entry,
        seen: &Finding,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let concluded = Concluded {
            schema: "guardsift.archive-outcome/v1",
            version_key: &entry.version_key,
            finding_id: &entry.finding_id,
            concluded_at: now.to_rfc3339(),
            outcome,
            seen: untouched(seen),
        };
        self.put(&entry.key("outcome"), &concluded).await
    }

    async fn put(&self, key: &str, entry: &impl Serialize) -> Result<(), StoreError> {
        let bytes = serde_json::to_vec(entry).map(Bytes::from).unwrap_or_default();
        let object = NewObject {
            bucket: self.bucket,
            key,
            content_type: "application/json",
            metadata: Vec::new(),
            content: bytes.into(),
        };
        self.store.put_new(&object).await.map(drop)
    }
}

impl Entry {
    pub(crate) fn of(finding: &Finding) -> Self {
        let version_key = finding.version_key().to_string();
        let (region, account) = (part(finding.region()), part(finding.account_id()));
        let date = finding.updated_at().map_or_else(|| "unknown".to_owned(), Timestamp::date);
        Self {
            finding_id: finding.id().to_owned(),
            path: format!("audit/v1/region={region}/account={account}/date={date}/{version_key}"),
            version_key,
        }
    }

    fn key(&self, kind: &str) -> String {
        format!("{}.{kind}.json", self.path)
    }
}

fn run_key(run: &str, chunk: usize) -> String {
    format!("state/archive/{}/{chunk}.json", part(Some(run)))
}

/// A key of a partition is made of plain letters only.
fn part(text: Option<&str>) -> &str {
    let plain = |text: &&str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.filter(plain).unwrap_or("unknown")
}

fn untouched(finding: &Finding) -> &RawValue {
    serde_json::from_str(finding.raw()).unwrap_or(RawValue::NULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_lie_under_the_partition_of_the_finding_itself() {
        let finding = Finding::parse(r#"{"id":"f1","severity":2,"accountId":"111122223333","region":"eu-west-1","updatedAt":"2026-10-01T08:00:00Z"}"#).unwrap();
        let expected = format!(
            "audit/v1/region=eu-west-1/account=111122223333/date=2026-10-01/{}.recorded.json",
            finding.version_key()
        );
        assert_eq!(Entry::of(&finding).key("recorded"), expected);
    }

    #[test]
    fn nothing_in_a_finding_can_move_an_entry_elsewhere() {
        let finding = Finding::parse(
            r#"{"id":"f1","severity":2,"accountId":"a/../b","region":"","updatedAt":"soon"}"#,
        )
        .unwrap();
        assert!(
            Entry::of(&finding)
                .key("outcome")
                .starts_with("audit/v1/region=unknown/account=unknown/date=unknown/")
        );
    }

    #[test]
    fn an_entry_holds_the_finding_byte_for_byte() {
        let raw = r#"{ "id":"f1","severity":2.0,"new":[1.10,{"a":null}] }"#;
        assert_eq!(untouched(&Finding::parse(raw).unwrap()).get(), raw);
    }
}
