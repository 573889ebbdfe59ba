//! What GuardDuty answers when it refuses: the codes and forms of its API.

use bytes::Bytes;
use hyper::{Response, StatusCode, header};
use serde_json::json;

/// A refusal, with the error code that SDKs turn into a typed exception.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct ApiError {
    status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl ApiError {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequestException", message)
    }

    pub(crate) fn invalid(parameter: &str, expected: &str) -> Self {
        Self::bad_request(format!(
            "The request is rejected because an invalid or out-of-range value is specified as an input parameter: \
             {parameter} must be {expected}."
        ))
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::bad_request(format!(
            "The request is rejected because the required parameter {parameter} is missing."
        ))
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::bad_request(format!("The request is rejected since no such resource found: {what}."))
    }

    pub(crate) fn foreign_detector() -> Self {
        Self::bad_request(
            "The request is rejected because the input detectorId is not owned by the current account.",
        )
    }

    /// GuardDuty's model has no throttling error: clients know it by code and status only.
    pub(crate) fn throttled() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "ThrottlingException", "Rate exceeded")
    }

    /// Who may not do what, as IAM says it.
    pub(crate) fn denied(operation: &str) -> Self {
        let message = format!(
            "User: arn:aws:iam::111122223333:user/engineer is not authorized to perform: guardduty:{operation} because no identity-based policy allows the guardduty:{operation} action"
        );
        Self::new(StatusCode::FORBIDDEN, "AccessDeniedException", message)
    }

    pub(crate) fn unknown_client() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::new(StatusCode::FORBIDDEN, "UnrecognizedClientException", message)
    }

    pub(crate) fn internal() -> Self {
        let message = "The request failed because of an internal error.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerErrorException", message)
    }

    pub(crate) fn not_emulated(operation: &str) -> Self {
        let message =
            format!("{operation} is an operation of GuardDuty that this emulator does not have.");
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    pub(crate) fn unknown_operation(method: &str, path: &str) -> Self {
        let message = format!("{method} {path} is no operation of GuardDuty's API.");
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let body = json!({ "message": self.message, "__type": self.code });
        let mut response = json_response(self.status, &body);
        response
            .headers_mut()
            .insert("x-amzn-errortype", header::HeaderValue::from_static(self.code));
        response
    }
}

pub(crate) fn json_response(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    if let Ok(id) = header::HeaderValue::from_str(&uuid::Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
