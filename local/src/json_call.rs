//! Calls in AWS's JSON protocol: the operation is in a header, input and output are JSON.

use bytes::Bytes;
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// Why a call is refused, as the SDKs read it.
#[derive(Debug)]
pub(crate) struct JsonError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl JsonError {
    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }
}

/// `SendMessage` of `X-Amz-Target: AmazonSQS.SendMessage`.
pub(crate) fn operation(head: &Parts) -> &str {
    let target = head.headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    target.and_then(|target| target.rsplit('.').next()).unwrap_or_default()
}

/// Answers one call.
pub(crate) fn answer(
    body: &[u8],
    handle: impl FnOnce(&Value) -> Result<Value, JsonError>,
) -> Response<Bytes> {
    let result = serde_json::from_slice(body)
        .map_err(|error| JsonError::bad_request("SerializationException", error.to_string()))
        .and_then(|input| handle(&input));
    let (status, body) = match result {
        Ok(output) => (StatusCode::OK, output),
        Err(error) => (error.status, json!({"__type": error.code, "message": error.message})),
    };
    let response =
        Response::builder().status(status).header("content-type", "application/x-amz-json-1.1");
    response.body(Bytes::from(body.to_string())).unwrap_or_default()
}
