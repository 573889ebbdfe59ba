//! Why an invocation as a whole failed, in the form in which Lambda and its alarms see it.

use std::error::Error;

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use lambda_runtime::Diagnostic;

/// A failed invocation. Lambda backs off polling the queue and hands everything out again.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    kind: &'static str,
    message: String,
}

impl Failure {
    /// `kind` is a stable word that an alarm or a log filter can match, such as `RulesUnavailable`.
    pub fn new(kind: &'static str, error: &(dyn Error + 'static)) -> Self {
        Self { kind, message: chain(error) }
    }

    /// The stable word.
    pub fn kind(&self) -> &'static str {
        self.kind
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Self {
        Self { error_type: failure.kind.to_owned(), error_message: failure.message }
    }
}

/// An error with all of its causes in one line. A cause that the text already quotes is not
/// repeated.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !next.is_empty() && !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// A call of AWS that failed, in one line: status, code and message of the refusal, or why there was no answer that can
/// be read.
pub fn call_failure<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let SdkError::ServiceError(refused) = error else { return chain(error) };
    let status = refused.raw().status().to_string();
    let parts = [Some(status.as_str()), error.code(), error.message()];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the store failed")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the key is disabled")]
    struct Inner;

    #[derive(Debug, thiserror::Error)]
    #[error("what the SDK says")]
    struct Refused(ErrorMetadata);

    impl ProvideErrorMetadata for Refused {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        assert_eq!(chain(&Outer(Inner)), "the store failed: the key is disabled");
    }

    fn answered(status: u16) -> HttpResponse {
        HttpResponse::new(status.try_into().unwrap(), Vec::new().into())
    }

    fn failure(status: u16, code: &str, message: &str) -> String {
        let meta = ErrorMetadata::builder().code(code).message(message).build();
        call_failure(&SdkError::service_error(Refused(meta), answered(status)))
    }

    #[test]
    fn a_refusal_is_told_by_status_code_and_message_and_nothing_else() {
        assert_eq!(failure(403, "AccessDenied", "No."), "403 AccessDenied No.");
        assert_eq!(failure(404, "NotFound", ""), "404 NotFound");
        assert_eq!(failure(503, "", ""), "503");
    }

    #[test]
    fn without_an_answer_that_can_be_read_the_reason_is_told() {
        let broken: SdkError<Refused, _> = SdkError::response_error(Inner, answered(200));
        assert!(
            call_failure(&broken).ends_with(": the key is disabled"),
            "{}",
            call_failure(&broken)
        );
    }

    #[test]
    fn an_invocation_fails_with_its_stable_word() {
        let diagnostic = Diagnostic::from(Failure::new("StoreUnavailable", &Outer(Inner)));
        assert_eq!(diagnostic.error_type, "StoreUnavailable");
        assert_eq!(diagnostic.error_message, "the store failed: the key is disabled");
    }
}
