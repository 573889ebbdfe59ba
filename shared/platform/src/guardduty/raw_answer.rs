//! The body of an answer, kept before the SDK's model drops what it does not know.

use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_guardduty::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::AfterDeserializationInterceptorContextRef,
    },
    error::BoxError,
};
use bytes::Bytes;

/// Keeps the bytes of the last successful answer to one call.
///
/// The SDK's `Finding` knows the fields of its day and loses all others, and it cannot be turned
/// back into JSON. The ledger has to hold a finding as GuardDuty sent it. The SDK reads the whole
/// body into memory before it parses it, and this hook runs after that, so signing, retries,
/// timeouts and endpoint rules stay the SDK's and only a reference to the bytes is taken.
#[derive(Debug, Clone, Default)]
pub(super) struct RawAnswer(Arc<Mutex<Option<Bytes>>>);

impl RawAnswer {
    pub(super) fn take(&self) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Intercept for RawAnswer {
    fn name(&self) -> &'static str {
        "RawAnswer"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let body = response.body().bytes().filter(|_| response.status().is_success());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body.map(Bytes::copy_from_slice);
        Ok(())
    }
}
