//! Work that may only take so long.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;

/// Something took too long: in the SDK's words, which its users know.
#[derive(Debug, thiserror::Error)]
#[error("{what} timeout occurred after {limit:?}")]
pub(super) struct TimedOut {
    what: &'static str,
    limit: Duration,
}

pub(super) const CONNECT: &str = "HTTP connect";
pub(super) const READ: &str = "HTTP read";

/// The work's own end, or [`TimedOut`] where there is a limit and it came first.
pub(super) async fn within<T, E: Into<BoxError>>(
    limit: Option<Duration>,
    what: &'static str,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, BoxError> {
    let Some(limit) = limit else { return work.await.map_err(Into::into) };
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(TimedOut { what, limit }.into()),
    }
}
