//! Where an object is: its bucket, which has a name that S3 takes, and its key.

use std::fmt;

/// An object in S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Uri {
    /// Bucket name.
    pub bucket: String,
    /// Object key, never empty.
    pub key: String,
}

impl S3Uri {
    /// What a variable with such a value may be, in words.
    pub const ALLOWED: &str = "the URI of an S3 object, like s3://bucket/rules/rules.yaml";

    /// `s3://bucket/key`.
    pub fn parse(text: &str) -> Option<Self> {
        let (bucket, key) = text.strip_prefix("s3://")?.split_once('/')?;
        Some(Self {
            bucket: bucket_name(bucket)?,
            key: Some(key).filter(|key| !key.is_empty())?.to_owned(),
        })
    }
}

impl fmt::Display for S3Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)
    }
}

/// What a variable that holds a bucket name may be, in words.
pub const BUCKET_ALLOWED: &str =
    "the name of an S3 bucket: 3 to 63 lower-case letters, digits, dots and hyphens";

/// The rules for names of general purpose buckets:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
pub fn bucket_name(text: &str) -> Option<String> {
    let inner = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
    };
    let edge = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let bytes = text.as_bytes();
    let valid = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| inner(*byte))
        && edge(bytes.first())
        && edge(bytes.last());
    valid.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_object_uris_are_taken() {
        for text in
            ["", "s3://", "s3://lake", "s3://lake/", "https://lake/key", "s3://UP/key", "lake/key"]
        {
            assert_eq!(S3Uri::parse(text), None, "{text}");
        }
        assert_eq!(S3Uri::parse("s3://lake/a/b").unwrap().to_string(), "s3://lake/a/b");
    }
}
