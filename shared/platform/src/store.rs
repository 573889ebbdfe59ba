//! S3 with conditional writes: an object is created once, or replaced only by who has seen it.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    io::Write,
    sync::Arc,
    time::Duration,
};

use aws_sdk_s3::{
    operation::{
        get_object::builders::GetObjectFluentBuilder, put_object::builders::PutObjectFluentBuilder,
    },
    primitives::ByteStream,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;

use crate::aws::Aws;

mod content;
mod error;
mod listing;

pub use content::{Content, FileContent};
pub use error::{Cause, StoreError};
pub use listing::Listed;

/// How often a write that met another one (HTTP 409) is tried again.
const CONFLICT_TRIES: u32 = 6;

/// S3, as the functions use it.
#[derive(Debug, Clone)]
pub struct Store {
    aws: Arc<Aws>,
}

/// An object read in whole.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its content.
    pub bytes: Bytes,
    /// As S3 sent it, quotes included: what `If-Match` takes.
    pub etag: Option<String>,
}

/// An object whose content is still to come.
#[derive(Debug)]
pub struct OpenObject {
    /// The content.
    pub body: ByteStream,
    /// As S3 sent it, quotes included.
    pub etag: Option<String>,
    /// Bytes, when S3 says.
    pub size: Option<u64>,
}

/// What `head` tells of an object.
#[derive(Debug, Clone)]
pub struct Head {
    /// The `x-amz-meta-` headers, without that prefix.
    pub metadata: HashMap<String, String>,
    /// As S3 sent it, quotes included.
    pub etag: Option<String>,
}

/// An object to write.
#[derive(Debug, Clone)]
pub struct NewObject<'a> {
    /// Bucket name.
    pub bucket: &'a str,
    /// The key itself, not URL-encoded.
    pub key: &'a str,
    /// MIME type.
    pub content_type: &'static str,
    /// Becomes `x-amz-meta-` headers; at most 2 KB in all.
    pub metadata: Vec<(&'static str, String)>,
    /// The content.
    pub content: Content,
}

/// What came of a write that may create only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// The object is there now and is ours.
    Created {
        /// As S3 sent it, quotes included.
        etag: Option<String>,
    },
    /// An object is there already. It can be our own: the answer to an earlier attempt may have
    /// been lost.
    AlreadyThere,
}

/// What came of a write that may replace only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replace {
    /// Replaced.
    Replaced {
        /// As S3 sent it, quotes included.
        etag: Option<String>,
    },
    /// The object is not the one we have seen, or gone.
    Changed,
}

enum Condition<'a> {
    Absent,
    Matches(&'a str),
}

enum Written {
    Done(Option<String>),
    ConditionFailed,
}

impl Store {
    /// S3 through these clients.
    pub fn new(aws: Arc<Aws>) -> Self {
        Self { aws }
    }

    /// Reads an object of at most `limit` bytes, the version with this etag if one is given.
    pub async fn get(
        &self,
        bucket: &str,
        key: &str,
        etag: Option<&str>,
        limit: usize,
    ) -> Result<Object, StoreError> {
        let OpenObject { mut body, etag, .. } = self.open(bucket, key, etag, None).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|source| StoreError::broken(bucket, key, source))?;
            if bytes.len() + chunk.len() > limit {
                return Err(StoreError::too_large(bucket, key, limit));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Object { bytes: bytes.into(), etag })
    }

    /// Opens an object for reading piece by piece. Only the version asked for is returned: by id,
    /// or by etag.
    pub async fn open(
        &self,
        bucket: &str,
        key: &str,
        etag: Option<&str>,
        version_id: Option<&str>,
    ) -> Result<OpenObject, StoreError> {
        let request: GetObjectFluentBuilder = self
            .aws
            .s3()
            .await
            .get_object()
            .bucket(bucket)
            .key(key)
            .set_if_match(etag.map(quoted))
            .set_version_id(version_id.map(str::to_owned));
        let output = request
            .send()
            .await
            .map_err(|error| StoreError::call("GetObject", bucket, key, error))?;
        Ok(OpenObject {
            etag: output.e_tag,
            size: output.content_length.and_then(|size| u64::try_from(size).ok()),
            body: output.body,
        })
    }

    /// Brings an object into a file.
    pub async fn download(
        &self,
        bucket: &str,
        key: &str,
        file: &mut impl Write,
    ) -> Result<(), StoreError> {
        let mut body = self.open(bucket, key, None, None).await?.body;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|source| StoreError::broken(bucket, key, source))?;
            file.write_all(&chunk).map_err(|source| StoreError::unkept(bucket, key, source))?;
        }
        Ok(())
    }

    /// Removes an object. That there is none is no error. In a bucket with versions its last one
    /// stays.
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), StoreError> {
        let request = self.aws.s3().await.delete_object().bucket(bucket).key(key);
        let sent = request.send().await;
        sent.map(drop).map_err(|error| StoreError::call("DeleteObject", bucket, key, error))
    }

    /// The metadata of an object; `None` when there is none.
    pub async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, StoreError> {
        let output = self.aws.s3().await.head_object().bucket(bucket).key(key).send().await;
        match output {
            Ok(output) => {
                Ok(Some(Head { metadata: output.metadata.unwrap_or_default(), etag: output.e_tag }))
            }
            Err(error) => match StoreError::call("HeadObject", bucket, key, error) {
                error if error.cause() == Cause::Missing => Ok(None),
                error => Err(error),
            },
        }
    }

    /// Creates an object, never replacing one (`If-None-Match: *`).
    pub async fn put_new(&self, object: &NewObject<'_>) -> Result<Put, StoreError> {
        Ok(match self.put(object, &Condition::Absent).await? {
            Written::Done(etag) => Put::Created { etag },
            Written::ConditionFailed => Put::AlreadyThere,
        })
    }

    /// Replaces the object that has this etag (`If-Match`).
    pub async fn put_if(&self, object: &NewObject<'_>, etag: &str) -> Result<Replace, StoreError> {
        Ok(match self.put(object, &Condition::Matches(etag)).await? {
            Written::Done(etag) => Replace::Replaced { etag },
            Written::ConditionFailed => Replace::Changed,
        })
    }

    /// S3 answers 412 when the condition does not hold and 409 when another write to the same key
    /// was under way. Nothing was written after a 409, so it is tried again and is never taken for
    /// success (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>).
    async fn put(
        &self,
        object: &NewObject<'_>,
        condition: &Condition<'_>,
    ) -> Result<Written, StoreError> {
        let mut tries = 0;
        loop {
            tries += 1;
            let request = self.request(object, condition).await;
            let error = match request.send().await {
                Ok(output) => return Ok(Written::Done(output.e_tag)),
                Err(error) => StoreError::call("PutObject", object.bucket, object.key, error),
            };
            match (error.cause(), condition) {
                (Cause::ConditionFailed, _) | (Cause::Missing, Condition::Matches(_)) => {
                    return Ok(Written::ConditionFailed);
                }
                (Cause::Conflict, _) if tries < CONFLICT_TRIES => {
                    tokio::time::sleep(jitter(tries)).await
                }
                _ => return Err(error),
            }
        }
    }

    async fn request(
        &self,
        object: &NewObject<'_>,
        condition: &Condition<'_>,
    ) -> PutObjectFluentBuilder {
        let request = self
            .aws
            .s3()
            .await
            .put_object()
            .bucket(object.bucket)
            .key(object.key)
            .content_type(object.content_type)
            .set_metadata(Some(
                object
                    .metadata
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone()))
                    .collect(),
            ))
            .checksum_sha256(BASE64_STANDARD.encode(object.content.sha256()))
            .body(object.content.body());
        match condition {
            Condition::Absent => request.if_none_match("*"),
            Condition::Matches(etag) => request.if_match(*etag),
        }
    }
}

/// Events carry etags without the quotes that are part of the header.
fn quoted(etag: &str) -> String {
    if etag.starts_with('"') { etag.to_owned() } else { format!("\"{etag}\"") }
}

/// Full jitter over 50, 100, 200, 400 … ms, so that two writers do not meet again.
fn jitter(tries: u32) -> Duration {
    let most = 25_u64 << tries.clamp(1, 6);
    Duration::from_millis(RandomState::new().hash_one(tries) % most)
}

#[cfg(test)]
mod tests;
