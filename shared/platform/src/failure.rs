//! Why an invocation as a whole failed, in the form in which Lambda and its alarms see it.

use std::error::Error;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the store failed")]
    struct Outer(#[source] Inner);

    #[derive(Debug, thiserror::Error)]
    #[error("the key is disabled")]
    struct Inner;

    #[test]
    fn an_error_is_told_with_its_causes() {
        assert_eq!(chain(&Outer(Inner)), "the store failed: the key is disabled");
    }

    #[test]
    fn an_invocation_fails_with_its_stable_word() {
        let diagnostic = Diagnostic::from(Failure::new("StoreUnavailable", &Outer(Inner)));
        assert_eq!(diagnostic.error_type, "StoreUnavailable");
        assert_eq!(diagnostic.error_message, "the store failed: the key is disabled");
    }
}
