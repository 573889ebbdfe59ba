//! Which S3 objects an event speaks of, whichever of the four ways S3 has of telling it.

use serde::Deserialize;
use serde_json::value::RawValue;

/// One object, as the event names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Bucket name.
    pub bucket: String,
    /// The key itself, not URL-encoded.
    pub key: String,
    /// Without quotes. Absent in events of hand-made or older senders.
    pub etag: Option<String>,
    /// Only in buckets with versioning.
    pub version_id: Option<String>,
    /// Bytes.
    pub size: Option<u64>,
}

/// What an event about S3 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum S3Event {
    /// Objects were created.
    Created(Vec<ObjectRef>),
    /// The message that S3 sends once when a notification is set up.
    Test,
    /// JSON, but nothing about created objects: its kind, as far as it names one.
    Other(String),
}

/// Not an event at all, or one that names no object where it must.
#[derive(Debug, thiserror::Error)]
pub enum S3EventError {
    /// No JSON object.
    #[error("the event is not a JSON object")]
    NotJson(#[source] serde_json::Error),
    /// An event of a known kind without a field that it must have.
    #[error("the {kind} event does not name its object")]
    Incomplete {
        /// Which kind of event it is.
        kind: &'static str,
        /// What is missing.
        #[source]
        source: serde_json::Error,
    },
    /// A key that no percent-decoding gives.
    #[error("the S3 notification has the key {0:?}, which is not URL-encoded UTF-8")]
    BadKey(String),
}

#[derive(Deserialize)]
struct Probe<'a> {
    #[serde(rename = "detail-type")]
    detail_type: Option<String>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<Vec<&'a RawValue>>,
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Type")]
    sns_type: Option<String>,
    #[serde(rename = "Message")]
    sns_message: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(alias = "eTag")]
    etag: Option<String>,
    #[serde(rename = "version-id", alias = "versionId")]
    version_id: Option<String>,
    size: Option<u64>,
}

#[derive(Deserialize)]
struct Detail {
    bucket: Named,
    object: Object,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NotificationRecord<'a> {
    event_source: Option<String>,
    event_name: Option<String>,
    #[serde(borrow)]
    s3: Option<&'a RawValue>,
    #[serde(borrow, rename = "Sns")]
    sns: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct SnsRecord {
    #[serde(rename = "Message")]
    message: String,
}

impl S3Event {
    /// Reads an EventBridge `Object Created` event, an S3 notification, either of them inside an
    /// SNS message, or S3's test message.
    ///
    /// Keys are URL-encoded in notifications (`+` is a space) and plain in EventBridge events
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>);
    /// each is decoded exactly once.
    pub fn parse(event: &str) -> Result<Self, S3EventError> {
        Self::parse_at(event, 0)
    }

    fn parse_at(event: &str, depth: u8) -> Result<Self, S3EventError> {
        let probe: Probe<'_> = serde_json::from_str(event).map_err(S3EventError::NotJson)?;
        if let Some(records) = probe.records {
            return Self::from_records(&records, depth);
        }
        if probe.event.as_deref() == Some("s3:TestEvent") {
            return Ok(Self::Test);
        }
        if let (Some("Notification"), Some(message)) =
            (probe.sns_type.as_deref(), &probe.sns_message)
        {
            return Self::unwrapped(message, depth);
        }
        match (probe.detail_type.as_deref(), probe.detail) {
            (Some("Object Created"), detail) => {
                let kind = "Object Created";
                let Detail { bucket, object } =
                    serde_json::from_str(detail.map_or("null", RawValue::get))
                        .map_err(|source| S3EventError::Incomplete { kind, source })?;
                Ok(Self::Created(vec![object.named(bucket.name)]))
            }
            (Some(other), _) => Ok(Self::Other(other.to_owned())),
            (None, _) => Ok(Self::Other("unnamed".to_owned())),
        }
    }

    fn from_records(records: &[&RawValue], depth: u8) -> Result<Self, S3EventError> {
        let kind = "S3 notification";
        let mut created = Vec::new();
        let mut other = None;
        for record in records {
            let record: NotificationRecord<'_> = serde_json::from_str(record.get())
                .map_err(|source| S3EventError::Incomplete { kind, source })?;
            if let Some(sns) = record.sns {
                let sns: SnsRecord = serde_json::from_str(sns.get())
                    .map_err(|source| S3EventError::Incomplete { kind, source })?;
                match Self::unwrapped(&sns.message, depth)? {
                    Self::Created(objects) => created.extend(objects),
                    Self::Test => other = Some("s3:TestEvent".to_owned()),
                    Self::Other(name) => other = Some(name),
                }
                continue;
            }
            let name = record.event_name.unwrap_or_default();
            let Some(s3) = record.s3.filter(|_| name.starts_with("ObjectCreated:")) else {
                other = Some(if name.is_empty() {
                    record.event_source.unwrap_or_default()
                } else {
                    name
                });
                continue;
            };
            let Detail { bucket, object } = serde_json::from_str(s3.get())
                .map_err(|source| S3EventError::Incomplete { kind, source })?;
            let key =
                url_decoded(&object.key).ok_or_else(|| S3EventError::BadKey(object.key.clone()))?;
            created.push(Object { key, ..object }.named(bucket.name));
        }
        match other {
            Some(name) if created.is_empty() => {
                Ok(if name == "s3:TestEvent" { Self::Test } else { Self::Other(name) })
            }
            _ => Ok(Self::Created(created)),
        }
    }

    /// An SNS message wraps an event once; one inside another is no event of S3's.
    fn unwrapped(message: &str, depth: u8) -> Result<Self, S3EventError> {
        if depth > 0 {
            return Ok(Self::Other("SNS inside SNS".to_owned()));
        }
        Self::parse_at(message, depth + 1)
    }
}

impl Object {
    fn named(self, bucket: String) -> ObjectRef {
        let Self { key, etag, version_id, size } = self;
        ObjectRef {
            bucket,
            key,
            etag: etag
                .map(|etag| etag.trim_matches('"').to_owned())
                .filter(|etag| !etag.is_empty()),
            version_id: version_id.filter(|id| !id.is_empty() && id != "null"),
            size,
        }
    }
}

/// Form decoding, as S3 encodes keys in notifications: `+` is a space, `%2B` a plus.
fn url_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (rest.next()?, rest.next()?);
                let digit = |byte: u8| char::from(byte).to_digit(16);
                u8::try_from(digit(high)? * 16 + digit(low)?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests;
