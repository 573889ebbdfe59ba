//! Who tells a destination of a finding, and what it was told already.
//!
//! One object per destination and finding, `state/notify/<destination>/finding-<hash>.json`: the
//! versions of a finding are told one after the other, so that an older one can't overtake.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use bytes::Bytes;
use findings::{Finding, message::REMEMBERED_BYTES};
use platform::{
    Deadline,
    store::{Cause, Content, NewObject, Put, Replace, Store, StoreError},
};
use sha2::{Digest, Sha256};

use crate::told::{Entry, State, Telling, Verdict};

/// Facts and a few names.
const LIMIT: usize = REMEMBERED_BYTES + (32 << 10);

/// How often it is looked whether somebody else is done.
const LOOKS: u32 = 8;

/// What came of asking for a turn.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The delivery is ours to make, in this way.
    Ours(Box<(Held, Telling)>),
    /// There is nothing to tell.
    Done(Verdict),
    /// Somebody else is at it, and will have given up after this time.
    Busy(Duration),
}

/// The right to tell one destination of one finding, until the invocation ends.
#[derive(Debug)]
pub(crate) struct Held {
    key: String,
    etag: String,
    state: State,
}

/// What is to be done about a state as it was found.
#[derive(Debug, PartialEq)]
enum Next {
    /// Nothing.
    Done(Verdict),
    /// Somebody else is telling. They replace what they have seen, so that whatever is written
    /// meanwhile makes them forget what they told.
    Wait { until_epoch_millis: i64 },
    /// The claim is our own, whose answer was lost.
    Deliver(Telling),
    /// The delivery is to be claimed.
    Claim(Telling),
    /// Nothing is told; that it was archived is remembered.
    Note(Verdict),
}

/// The states in one bucket.
#[derive(Debug)]
pub(crate) struct Claims<'a> {
    store: &'a Store,
    bucket: &'a str,
    deadline: Deadline,
}

impl<'a> Claims<'a> {
    pub(crate) fn new(store: &'a Store, bucket: &'a str, deadline: Deadline) -> Self {
        Self { store, bucket, deadline }
    }

    /// Takes the delivery if there is one to make. A claim whose time is over belongs to an
    /// invocation that crashed; it is taken over only if nobody else does so first. A claim that
    /// somebody holds is waited for, but not for long.
    pub(crate) async fn take(
        &self,
        destination: &str,
        finding: &Finding,
        judge: impl Fn(&State) -> Verdict,
    ) -> Result<Turn, StoreError> {
        let key = format!("state/notify/{destination}/finding-{}.json", identity(finding));
        let claim = self.claim(&key);
        let new = State { claim: Some(claim.clone()), ..State::default() };
        if let Put::Created { etag } = self.store.put_new(&self.object(&key, &new)).await? {
            let held = Held { key, etag: etag.unwrap_or_default(), state: State::default() };
            return Ok(Turn::Ours(Box::new((held, Telling::default()))));
        }
        let mut over_at = 0;
        for look in 0..LOOKS {
            let object = match self.store.get(self.bucket, &key, None, LIMIT).await {
                Ok(object) => object,
                // Gone again: whoever deletes states gets things told once more.
                Err(error) if error.cause() == Cause::Missing => {
                    match self.store.put_new(&self.object(&key, &new)).await? {
                        Put::Created { etag } => {
                            let etag = etag.unwrap_or_default();
                            let held = Held { key, etag, state: State::default() };
                            return Ok(Turn::Ours(Box::new((held, Telling::default()))));
                        }
                        Put::AlreadyThere => continue,
                    }
                }
                Err(error) => return Err(error),
            };
            let etag = object.etag.unwrap_or_default();
            // What is no state of ours says nothing: better told twice than never.
            let state: State = serde_json::from_slice(&object.bytes).unwrap_or_default();
            match next(&state, judge(&state), &claim.owner, now()) {
                Next::Done(verdict) => return Ok(Turn::Done(verdict)),
                Next::Wait { until_epoch_millis } => {
                    over_at = until_epoch_millis;
                    if let Some(pause) = pause_after(look) {
                        tokio::time::sleep(pause.min(self.deadline.remaining() / 4)).await;
                    }
                }
                Next::Deliver(telling) => {
                    return Ok(Turn::Ours(Box::new((Held { key, etag, state }, telling))));
                }
                Next::Claim(telling) => {
                    let mine = State { claim: Some(claim.clone()), ..state.clone() };
                    let put = self.store.put_if(&self.object(&key, &mine), &etag).await?;
                    if let Replace::Replaced { etag } = put {
                        let etag = etag.unwrap_or_default();
                        return Ok(Turn::Ours(Box::new((Held { key, etag, state }, telling))));
                    }
                }
                Next::Note(verdict) => {
                    let seen = state.with_archived(finding);
                    let put = self.store.put_if(&self.object(&key, &seen), &etag).await?;
                    if matches!(put, Replace::Replaced { .. }) {
                        return Ok(Turn::Done(verdict));
                    }
                }
            }
        }
        let left = u64::try_from(over_at.saturating_sub(now())).unwrap_or_default();
        Ok(Turn::Busy(Duration::from_millis(left)))
    }

    /// Remembers what was told; `false` when somebody else has written meanwhile.
    pub(crate) async fn told(
        &self,
        held: &Held,
        finding: &Finding,
        thread: Option<String>,
        resolved: bool,
    ) -> Result<bool, StoreError> {
        self.replace(held, &held.state.with(finding, thread, resolved)).await
    }

    /// Gives the delivery back at once, so that the next attempt need not wait for the claim to
    /// expire.
    pub(crate) async fn released(&self, held: &Held) -> Result<bool, StoreError> {
        self.replace(held, &State { claim: None, ..held.state.clone() }).await
    }

    async fn replace(&self, held: &Held, state: &State) -> Result<bool, StoreError> {
        let object = self.object(&held.key, state);
        match self.store.put_if(&object, &held.etag).await? {
            Replace::Replaced { .. } => Ok(true),
            // It may be our own write, whose answer was lost.
            Replace::Changed => {
                let there = self.store.get(self.bucket, &held.key, None, LIMIT).await?;
                Ok(matches!(&object.content, Content::Bytes(own) if *own == there.bytes))
            }
        }
    }

    /// Longer than the invocation can live, by a tenth for clocks that differ, and shorter than the
    /// time after which SQS hands the message out for the last time.
    fn claim(&self, key: &str) -> Entry {
        let end = self.deadline.until_end();
        Entry {
            owner: format!("{:016x}", RandomState::new().hash_one(key)),
            until_epoch_millis: now() + millis(end + end / 10),
        }
    }

    fn object<'o>(&'o self, key: &'o str, state: &State) -> NewObject<'o> {
        let bytes = serde_json::to_vec(state).map(Bytes::from).unwrap_or_default();
        NewObject {
            bucket: self.bucket,
            key,
            content_type: "application/json",
            metadata: Vec::new(),
            content: bytes.into(),
        }
    }
}

/// 50, 100, … ms; none after the last look, which nobody would wait for.
fn pause_after(look: u32) -> Option<Duration> {
    (look + 1 < LOOKS).then(|| Duration::from_millis(50 << look))
}

fn next(state: &State, verdict: Verdict, owner: &str, now: i64) -> Next {
    let claim = state.claim.as_ref().filter(|claim| claim.until_epoch_millis > now);
    let other = claim.filter(|claim| claim.owner != owner);
    match (verdict, other) {
        (Verdict::Tell(_) | Verdict::Unchanged { archived: true }, Some(other)) => {
            Next::Wait { until_epoch_millis: other.until_epoch_millis }
        }
        (Verdict::Tell(telling), None) if claim.is_some() => Next::Deliver(telling),
        (Verdict::Tell(telling), None) => Next::Claim(telling),
        (verdict @ Verdict::Unchanged { archived: true }, None) => Next::Note(verdict),
        (verdict, _) => Next::Done(verdict),
    }
}

/// The same for all versions of a finding, through whichever account its events come.
fn identity(finding: &Finding) -> String {
    let mut digest = Sha256::new();
    for part in [finding.account_id(), finding.region(), Some(finding.id())] {
        // The length keeps the parts apart, and tells an absent one from an empty one.
        digest.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
        digest.update(part.unwrap_or_default());
    }
    hex::encode(digest.finalize())
}

fn now() -> i64 {
    platform::now().epoch_millis()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000;

    fn after(claim: Option<(&str, i64)>, verdict: Verdict) -> Next {
        let claim = claim.map(|(owner, until_epoch_millis)| Entry {
            owner: owner.to_owned(),
            until_epoch_millis,
        });
        next(&State { claim, ..State::default() }, verdict, "own", NOW)
    }

    #[test]
    fn whatever_is_to_be_written_waits_for_who_is_telling_and_not_for_who_crashed() {
        let tell = || Verdict::Tell(Telling::default());
        let archived = || Verdict::Unchanged { archived: true };
        let wait = || Next::Wait { until_epoch_millis: NOW + 1 };
        for (claim, of_tell, of_archived) in [
            (None, Next::Claim(Telling::default()), Next::Note(archived())),
            (Some(("other", NOW)), Next::Claim(Telling::default()), Next::Note(archived())),
            (Some(("other", NOW + 1)), wait(), wait()),
            (Some(("own", NOW + 1)), Next::Deliver(Telling::default()), Next::Note(archived())),
        ] {
            assert_eq!(after(claim, tell()), of_tell, "{claim:?}");
            assert_eq!(after(claim, archived()), of_archived, "{claim:?}");
        }
    }

    #[test]
    fn what_writes_nothing_waits_for_nobody() {
        for verdict in [Verdict::Already, Verdict::Older, Verdict::Unchanged { archived: false }] {
            let done = Next::Done(verdict.clone());
            assert_eq!(after(Some(("other", NOW + 1)), verdict), done);
        }
    }

    #[test]
    fn each_pause_is_followed_by_a_look() {
        let pauses: Vec<_> = (0..LOOKS).map(pause_after).collect();
        let millis = |own: &Option<Duration>| own.map(|pause| pause.as_millis());
        let expected = [50, 100, 200, 400, 800, 1_600, 3_200].map(Some).into_iter().chain([None]);
        assert!(pauses.iter().map(millis).eq(expected), "{pauses:?}");
    }
}
