//! What is known of a stored object beside its bytes.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::dto::{ETag, Metadata, Timestamp};
use serde::{Deserialize, Serialize};

/// An object's entry in the index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Hex MD5 of the bytes, without quotes.
    pub etag: String,
    /// In bytes.
    pub size: u64,
    /// Rises with every write to the machine's S3; upper-case hex.
    pub sequencer: String,
    /// `x-amz-meta-*`, names without that prefix.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// `Content-Type` as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Content-Encoding` as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    pub(super) modified_millis: u64,
}

impl Stored {
    pub(super) fn e_tag(&self) -> ETag {
        ETag::Strong(self.etag.clone())
    }

    pub(super) fn last_modified(&self) -> Timestamp {
        // S3's HTTP dates have whole seconds; its listings show the same time.
        (UNIX_EPOCH + Duration::from_secs(self.modified_millis / 1000)).into()
    }

    pub(super) fn user_metadata(&self) -> Option<Metadata> {
        (!self.metadata.is_empty()).then(|| self.metadata.clone().into_iter().collect())
    }

    pub(super) fn content_length(&self) -> i64 {
        i64::try_from(self.size).unwrap_or(i64::MAX)
    }
}

pub(super) fn now_millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
