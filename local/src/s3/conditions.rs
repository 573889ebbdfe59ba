//! Conditional requests: what `If-Match` and `If-None-Match` demand of the object that is there.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>

use s3s::dto::ETagCondition;
use s3s::{S3Result, s3_error};

use crate::s3::stored::Stored;

/// The conditions of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl Conditions {
    /// May the object be written? 412 when one is in the way or has changed, 404 when it should be there and is not.
    pub(super) fn check_write(&self, existing: Option<&Stored>) -> S3Result<()> {
        match &self.if_none_match {
            Some(ETagCondition::Any) if existing.is_some() => return Err(failed()),
            Some(ETagCondition::ETag(_)) => {
                return Err(s3_error!(NotImplemented, "If-None-Match of a write takes * only"));
            }
            _ => {}
        }
        match (&self.if_match, existing) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(s3_error!(NoSuchKey)),
            (Some(wanted), Some(existing)) if is(wanted, existing) => Ok(()),
            (Some(_), Some(_)) => Err(failed()),
        }
    }

    /// May the object be read? 412 when it has changed, 304 when the reader has it already.
    pub(super) fn check_read(&self, existing: &Stored) -> S3Result<()> {
        if self.if_match.as_ref().is_some_and(|wanted| !is(wanted, existing)) {
            return Err(failed());
        }
        if self.if_none_match.as_ref().is_some_and(|known| is(known, existing)) {
            return Err(s3_error!(NotModified));
        }
        Ok(())
    }
}

fn is(condition: &ETagCondition, existing: &Stored) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(etag) => etag.value() == existing.etag,
    }
}

fn failed() -> s3s::S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}
