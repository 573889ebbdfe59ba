//! Who delivers a version of a finding to a destination, and whether it is delivered already.
//!
//! One object per destination and version: `state/notify/<destination>/<version-key>.json`.

use std::{
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use bytes::Bytes;
use findings::Timestamp;
use platform::{
    Deadline,
    store::{NewObject, Put, Replace, Store, StoreError},
};
use serde::{Deserialize, Serialize};

/// A marker is some 150 bytes.
const LIMIT: usize = 64 << 10;

/// The content of a marker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Marker {
    /// Somebody is delivering, and will have given up by then.
    Claimed { owner: String, until_epoch_millis: i64 },
    /// Delivered.
    Sent { at: String },
}

/// What the marker says about a delivery that is due.
#[derive(Debug)]
pub(crate) enum Claim {
    /// It is ours to make.
    Ours(Held),
    /// It has been made.
    Sent,
    /// Somebody else is at it.
    Busy,
}

/// The right to make one delivery, until the invocation ends.
#[derive(Debug)]
pub(crate) struct Held {
    key: String,
    etag: String,
}

/// The markers of one bucket.
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

    /// Takes the delivery, unless it is made or somebody else has it. A claim whose time is over
    /// belongs to an invocation that crashed; it is taken over only if nobody else does so first.
    pub(crate) async fn claim(
        &self,
        destination: &str,
        version_key: &str,
    ) -> Result<Claim, StoreError> {
        let key = format!("state/notify/{destination}/{version_key}.json");
        let owner = format!("{:016x}", RandomState::new().hash_one(&key));
        // Longer than the invocation can live, by a tenth for clocks that differ, and shorter than
        // the time after which SQS hands the message out for the last time.
        let end = self.deadline.until_end();
        let until_epoch_millis = now() + millis(end + end / 10);
        let mine = Marker::Claimed { owner: owner.clone(), until_epoch_millis };
        if let Put::Created { etag } = self.store.put_new(&self.object(&key, &mine)).await? {
            return Ok(held(key, etag));
        }
        let object = self.store.get(self.bucket, &key, None, LIMIT).await?;
        let (marker, seen) =
            (serde_json::from_slice(&object.bytes), object.etag.unwrap_or_default());
        match marker {
            Ok(Marker::Sent { .. }) => Ok(Claim::Sent),
            // Our own write, whose answer was lost.
            Ok(Marker::Claimed { owner: theirs, .. }) if theirs == owner => {
                Ok(held(key, Some(seen)))
            }
            Ok(Marker::Claimed { until_epoch_millis, .. }) if until_epoch_millis > now() => {
                Ok(Claim::Busy)
            }
            // Expired, or no marker of ours: better told twice than never.
            Ok(Marker::Claimed { .. }) | Err(_) => {
                match self.store.put_if(&self.object(&key, &mine), &seen).await? {
                    Replace::Replaced { etag } => Ok(held(key, etag)),
                    Replace::Changed => Ok(Claim::Busy),
                }
            }
        }
    }

    /// Remembers that the delivery was made.
    pub(crate) async fn sent(&self, held: &Held) -> Result<(), StoreError> {
        let marker = Marker::Sent { at: Timestamp::from_epoch_millis(now()).to_rfc3339() };
        self.store.put_if(&self.object(&held.key, &marker), &held.etag).await.map(drop)
    }

    /// Gives the delivery back at once, so that the next attempt need not wait for the claim to
    /// expire.
    pub(crate) async fn released(&self, held: &Held) -> Result<(), StoreError> {
        let marker = Marker::Claimed { owner: String::new(), until_epoch_millis: 0 };
        self.store.put_if(&self.object(&held.key, &marker), &held.etag).await.map(drop)
    }

    fn object<'o>(&'o self, key: &'o str, marker: &Marker) -> NewObject<'o> {
        let bytes = serde_json::to_vec(marker).map(Bytes::from).unwrap_or_default();
        NewObject {
            bucket: self.bucket,
            key,
            content_type: "application/json",
            metadata: Vec::new(),
            content: bytes.into(),
        }
    }
}

fn held(key: String, etag: Option<String>) -> Claim {
    Claim::Ours(Held { key, etag: etag.unwrap_or_default() })
}

fn now() -> i64 {
    platform::now().epoch_millis()
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
