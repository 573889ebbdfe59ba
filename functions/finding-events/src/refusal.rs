//! Why a destination did not take a notification, by what there is to do about it.

use std::{error::Error, time::Duration};

use aws_sdk_sns::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

use platform::{ParameterError, call_failure};

/// A notification that was not taken. The text names the destination's host or ARN, and nothing
/// that is secret.
#[derive(Debug, thiserror::Error)]
#[error("{told}")]
pub(crate) struct Refusal {
    pub(crate) kind: RefusalKind,
    /// It may be about this message alone: what stands in it can be an attacker's, and another
    /// message can be taken all the same.
    of_message: bool,
    told: String,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusalKind {
    /// Nothing: the same request is refused again.
    Permanent,
    /// The secret may have been replaced. Otherwise nothing.
    Unauthorized,
    /// Wait, for as long as the destination asks if it does.
    Later(Option<Duration>),
    /// Every call meets it; the stable word for Lambda.
    Systemic(&'static str),
}

impl Refusal {
    pub(crate) fn permanent(told: impl ToString) -> Self {
        Self::new(RefusalKind::Permanent, told)
    }

    pub(crate) fn unauthorized(told: impl ToString) -> Self {
        Self::new(RefusalKind::Unauthorized, told)
    }

    pub(crate) fn later(after: Option<Duration>, told: impl ToString) -> Self {
        Self::new(RefusalKind::Later(after), told)
    }

    fn new(kind: RefusalKind, told: impl ToString) -> Self {
        Self { kind, of_message: false, told: told.to_string() }
    }

    /// The same, where it may be about this message alone.
    #[must_use]
    pub(crate) fn of_message(self) -> Self {
        Self { of_message: true, ..self }
    }

    /// The same, where another secret may be what is missing.
    #[must_use]
    pub(crate) fn or_unauthorized(self) -> Self {
        Self { kind: RefusalKind::Unauthorized, ..self }
    }

    /// The same, of what every message to a destination needs.
    #[must_use]
    pub(crate) fn of_destination(self) -> Self {
        Self { of_message: false, ..self }
    }

    /// Whether another message may be taken although this one is refused for good.
    pub(crate) fn may_be_of_message(&self) -> bool {
        self.of_message
    }

    /// Whether asking again is pointless until somebody changes something.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self.kind, RefusalKind::Permanent | RefusalKind::Unauthorized)
    }

    /// Whether waiting can help, and how long the destination asks to wait if it does.
    pub(crate) fn asked_to_wait(&self) -> Option<Option<Duration>> {
        match self.kind {
            RefusalKind::Later(asked) => Some(asked),
            _ => None,
        }
    }

    /// From a call of an AWS service, which has been tried again by the SDK already.
    pub(crate) fn aws<E>(what: &str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        Self {
            kind: kind(status, error.code().unwrap_or_default()),
            of_message: !matches!(status, Some(401 | 403 | 404)),
            told: format!("{what}: {}", call_failure(error)),
        }
    }

    /// From a parameter that could not be read.
    pub(crate) fn parameter(error: &ParameterError) -> Self {
        Self::new(kind(error.status, &error.code), error)
    }

    /// From an entry that a call did not take although the call itself was.
    pub(crate) fn entry(what: &str, code: &str, message: &str) -> Self {
        let is_ours = !matches!(code, "InternalFailure" | "InternalException");
        let status = if is_ours { 400 } else { 500 };
        Self::new(kind(Some(status), code), format!("{what}: {code} {message}")).of_message()
    }
}

fn kind(status: Option<u16>, code: &str) -> RefusalKind {
    const CREDENTIALS: [&str; 7] = [
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "RequestExpired",
    ];
    if CREDENTIALS.contains(&code) {
        return RefusalKind::Systemic("CredentialsUnusable");
    }
    let is_throttled = code.contains("Throttl")
        || code.contains("TooManyRequests")
        || code.contains("LimitExceeded");
    match status {
        Some(408 | 429) => RefusalKind::Later(None),
        Some(400..500) if !is_throttled => RefusalKind::Permanent,
        _ => RefusalKind::Later(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_refused_again_is_final() {
        for (status, code, expected) in [
            (Some(404), "NotFound", RefusalKind::Permanent),
            (Some(403), "AuthorizationError", RefusalKind::Permanent),
            (Some(400), "InvalidParameter", RefusalKind::Permanent),
            (Some(400), "ThrottlingException", RefusalKind::Later(None)),
            (Some(400), "RequestLimitExceeded", RefusalKind::Later(None)),
            (Some(429), "", RefusalKind::Later(None)),
            (Some(408), "", RefusalKind::Later(None)),
            (Some(503), "", RefusalKind::Later(None)),
            (None, "", RefusalKind::Later(None)),
            (Some(403), "ExpiredToken", RefusalKind::Systemic("CredentialsUnusable")),
            (
                Some(400),
                "UnrecognizedClientException",
                RefusalKind::Systemic("CredentialsUnusable"),
            ),
        ] {
            assert_eq!(kind(status, code), expected, "{status:?} {code}");
        }
        assert!(Refusal::entry("bus", "NotAuthorizedForSourceException", "").is_final());
        assert!(!Refusal::entry("bus", "ThrottlingException", "").is_final());
        assert!(!Refusal::entry("bus", "InternalFailure", "").is_final());
    }
}
