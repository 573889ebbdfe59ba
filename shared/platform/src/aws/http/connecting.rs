//! A new connection, which has so much time and no more.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use aws_smithy_runtime_api::box_error::BoxError;
use http::Uri;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::ClientConfig;
use tower_service::Service;

use super::time_limit::{CONNECT, within};

type Https = HttpsConnector<HttpConnector>;

/// TCP, and TLS above it where the URL says so.
#[derive(Debug, Clone)]
pub(super) struct Connecting {
    https: Https,
    limit: Option<Duration>,
}

impl Connecting {
    pub(super) fn new(tls: Arc<ClientConfig>, limit: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        // A small request does not wait for others to share its packet.
        tcp.set_nodelay(true);
        Self { https: HttpsConnector::from((tcp, tls)), limit }
    }
}

impl Service<Uri> for Connecting {
    type Response = <Https as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(within(self.limit, CONNECT, self.https.call(uri)))
    }
}
