//! A destination on the open internet, on loopback: it takes every POST and remembers it.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};

use crate::inbox::{Inbox, Notification};

/// More than any chat service takes.
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Answers one request to the webhook.
pub(crate) async fn handle(inbox: Arc<Inbox>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    if request.method() != Method::POST {
        return answer(StatusCode::METHOD_NOT_ALLOWED, "POST only\n");
    }
    let (head, body) = request.into_parts();
    let Ok(body) = Limited::new(body, BODY_LIMIT).collect().await else {
        return answer(StatusCode::PAYLOAD_TOO_LARGE, "no more than 4 MiB\n");
    };
    let key = head.headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let notification = Notification {
        destination: head.uri.path().to_owned(),
        version_key: key.map(str::to_owned),
        subject: None,
        attributes: Default::default(),
        body: String::from_utf8_lossy(&body.to_bytes()).into_owned(),
    };
    match inbox.keep(notification) {
        Ok(()) => answer(StatusCode::OK, "ok\n"),
        Err(error) => answer(StatusCode::INTERNAL_SERVER_ERROR, &format!("not kept: {error}\n")),
    }
}

fn answer(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response
}
