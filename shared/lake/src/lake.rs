//! The writes of this function, each of which can be made twice with the effect of once.

use bytes::Bytes;
use platform::store::{NewObject, Put, Store, StoreError};

use crate::{convert::Converted, source::SourceKey};

/// Below this, the folder of the function that writes here is that of all who do what it does.
const QUARANTINE: &str = "quarantine/v1/finding-exports";

/// A write that was not made.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Never overwritten: whatever it is, somebody put it there.
    #[error(
        "s3://{bucket}/{key} is there already and was not made from this source; move it away or find out who wrote it"
    )]
    Foreign { bucket: String, key: String },
}

/// What the write of a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// Written now.
    Written,
    /// Written before, from the same source, with the same content.
    Before,
    /// Written before, from the same source, by a build that writes other bytes. It is kept.
    BeforeOtherwise,
}

/// The lake bucket.
#[derive(Debug)]
pub struct Lake<'a> {
    pub store: &'a Store,
    pub bucket: &'a str,
}

impl Lake<'_> {
    /// Writes the file under the key of its source. When one is there already, its metadata has to
    /// name the same source: the answer to our own first attempt may have been lost, and that must
    /// not look like somebody else's object.
    pub async fn commit(
        &self,
        partition: &SourceKey,
        source_id: &str,
        file: &Converted,
    ) -> Result<Committed, LakeError> {
        let SourceKey { account, region, date } = partition;
        let key = format!(
            "findings/v1/region={region}/account={account}/date={date}/{source_id}.parquet"
        );
        let object = NewObject {
            bucket: self.bucket,
            key: &key,
            content_type: "application/vnd.apache.parquet",
            metadata: vec![
                ("source-id", source_id.to_owned()),
                ("sha256", file.sha256.clone()),
                ("rows", file.counts.rows.to_string()),
                ("quarantined", file.counts.quarantined.to_string()),
                ("blank", file.counts.blank.to_string()),
            ],
            content: file.parquet.clone().into(),
        };
        if let Put::Created { .. } = self.store.put_new(&object).await? {
            return Ok(Committed::Written);
        }
        let metadata =
            self.store.head(self.bucket, &key).await?.map(|head| head.metadata).unwrap_or_default();
        match (metadata.get("source-id"), metadata.get("sha256")) {
            (Some(id), Some(sha256)) if id == source_id && *sha256 == file.sha256 => {
                Ok(Committed::Before)
            }
            (Some(id), _) if id == source_id => Ok(Committed::BeforeOtherwise),
            _ => Err(LakeError::Foreign { bucket: self.bucket.to_owned(), key: key.clone() }),
        }
    }

    /// Sets something aside. The key names the source, so that one object has one file here at
    /// most.
    pub async fn set_aside(
        &self,
        date: &str,
        source_id: &str,
        extension: &str,
        bytes: Bytes,
    ) -> Result<(), LakeError> {
        let key = format!("{QUARANTINE}/date={date}/{source_id}.{extension}");
        let content_type = "application/json";
        let object = NewObject {
            bucket: self.bucket,
            key: &key,
            content_type,
            metadata: vec![("source-id", source_id.to_owned())],
            content: bytes.into(),
        };
        self.store.put_new(&object).await?;
        Ok(())
    }
}
