//! What can go wrong with S3, by what the caller has to do about it.

use std::error::Error;

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

/// A call to S3 that failed.
#[derive(Debug, thiserror::Error)]
#[error("{operation} s3://{bucket}/{key} failed: {explanation}")]
pub struct StoreError {
    operation: &'static str,
    bucket: String,
    key: String,
    cause: Cause,
    explanation: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Why a call to S3 failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// 404: there is no such object or bucket.
    Missing,
    /// 403: not allowed to read it, or missing and not allowed to know that.
    Denied,
    /// 412: the object is another one than asked for, or already there.
    ConditionFailed,
    /// 409: another write to the same key was under way, and nothing was written.
    Conflict,
    /// The KMS key cannot be used. Every object under it fails in the same way.
    Key,
    /// The credentials or the clock are wrong. Every call fails in the same way.
    Credentials,
    /// The bucket is in another Region than the call went to.
    Region,
    /// Larger than the caller accepts.
    TooLarge,
    /// Anything else: no connection, no answer in time, 5xx after all retries.
    Other,
}

impl StoreError {
    pub(super) fn call<E>(
        operation: &'static str,
        bucket: &str,
        key: &str,
        error: SdkError<E, HttpResponse>,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let cause =
            cause(status, error.code().unwrap_or_default(), error.message().unwrap_or_default());
        let told = crate::call_failure(&error);
        let explanation = match hint(cause) {
            Some(hint) => format!("{told} ({hint})"),
            None => told,
        };
        Self {
            operation,
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            cause,
            explanation,
            // What S3 answered is told with code and message; the SDK adds nothing but its own names.
            source: status.is_none().then(|| error.into()),
        }
    }

    /// The content did not come to its end.
    pub(super) fn broken(
        bucket: &str,
        key: &str,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..Self::unread(bucket, key, "the content broke off")
        }
    }

    /// The content could not be put where it was to go.
    pub(super) fn unkept(bucket: &str, key: &str, source: std::io::Error) -> Self {
        let told = "the content could not be kept on disk; make room for temporary files";
        Self { source: Some(Box::new(source)), ..Self::unread(bucket, key, told) }
    }

    pub(super) fn too_large(bucket: &str, key: &str, limit: usize) -> Self {
        let told = format!("the object is larger than {limit} bytes");
        Self { cause: Cause::TooLarge, ..Self::unread(bucket, key, &told) }
    }

    fn unread(bucket: &str, key: &str, told: &str) -> Self {
        Self {
            operation: "GetObject",
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            cause: Cause::Other,
            explanation: told.to_owned(),
            source: None,
        }
    }

    /// The call and what it was for, without what came of it.
    pub fn call_name(&self) -> String {
        format!("{} s3://{}/{}", self.operation, self.bucket, self.key)
    }

    /// Why it failed.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// A stable word for causes that will meet every other object too.
    pub fn systemic(&self) -> Option<&'static str> {
        match self.cause {
            Cause::Key => Some("KmsKeyUnusable"),
            Cause::Credentials => Some("CredentialsUnusable"),
            _ => None,
        }
    }
}

fn cause(status: Option<u16>, code: &str, message: &str) -> Cause {
    match (status, code) {
        (_, code) if code.starts_with("KMS.") => Cause::Key,
        (Some(403), _) if message.contains("kms:") => Cause::Key,
        (
            _,
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidToken"
            | "InvalidAccessKeyId"
            | "RequestTimeTooSkewed"
            | "SignatureDoesNotMatch",
        ) => Cause::Credentials,
        (Some(301), _) | (_, "AuthorizationHeaderMalformed" | "PermanentRedirect") => Cause::Region,
        (Some(404), _) => Cause::Missing,
        (Some(403), _) => Cause::Denied,
        (Some(412), _) => Cause::ConditionFailed,
        (Some(409), _) => Cause::Conflict,
        _ => Cause::Other,
    }
}

fn hint(cause: Cause) -> Option<&'static str> {
    match cause {
        Cause::Missing => {
            Some("the object or the bucket does not exist, or no longer does; check the name")
        }
        Cause::Denied => Some(
            "either the role may not do this, or the object does not exist and the role lacks s3:ListBucket, without which S3 does not say so",
        ),
        Cause::Key => Some(
            "the KMS key is disabled, or its policy or the role lacks kms:Decrypt or kms:GenerateDataKey with kms:ViaService for s3 in this Region",
        ),
        Cause::Credentials => Some("the credentials have expired or the clock is wrong"),
        Cause::Region => Some("the bucket is in another Region than the one that was asked"),
        Cause::ConditionFailed | Cause::Conflict | Cause::TooLarge | Cause::Other => None,
    }
}
