//! S3 without its markers, and credentials whose time is over: what tests switch off and on again.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};

use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use s3s::Body;

/// Objects under `state/` of every bucket can be out of reach.
#[derive(Debug, Default)]
pub struct Outage {
    /// 0 when there is none.
    status: AtomicU16,
    has_expired: AtomicBool,
    closed: Mutex<BTreeSet<String>>,
}

impl Outage {
    /// From now on S3 answers this status to requests for state; 0 ends it.
    pub fn answer_state_with(&self, status: u16) {
        self.status.store(status, Ordering::Relaxed);
    }

    /// From now on every call is refused because its credentials have expired, or no longer.
    pub fn expire_credentials(&self, has_expired: bool) {
        self.has_expired.store(has_expired, Ordering::Relaxed);
    }

    /// From now on GuardDuty of this Region refuses everybody, as where an account has not opted in.
    pub fn close_region(&self, region: &str) {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).insert(region.to_owned());
    }

    pub(crate) fn is_closed(&self, region: &str) -> bool {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).contains(region)
    }

    pub(crate) fn answer(&self, head: &Parts) -> Option<Response<Body>> {
        if self.has_expired.load(Ordering::Relaxed) {
            let body = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
            // SNS wraps its errors, S3 does not.
            let is_query = head.uri.path() == "/";
            let body = if is_query {
                format!("<ErrorResponse>{body}</ErrorResponse>")
            } else {
                body.to_owned()
            };
            let mut response = Response::new(Body::from(body));
            *response.status_mut() =
                if is_query { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
            return Some(response);
        }
        let status = self.status.load(Ordering::Relaxed);
        if status == 0 || !head.uri.path().contains("/state/") {
            return None;
        }
        let code = if status == 503 { "SlowDown" } else { "AccessDenied" };
        let body = format!("<Error><Code>{code}</Code><Message>as asked</Message></Error>");
        let mut response = Response::new(Body::from(body));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Some(response)
    }
}
