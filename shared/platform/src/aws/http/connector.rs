//! One request and its answer, over the connections that are kept.

use std::{sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_util::{
    client::legacy::{
        self,
        connect::{CaptureConnection, HttpInfo, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::ClientConfig;

use super::{
    Limits,
    connecting::Connecting,
    failure,
    time_limit::{READ, within},
};

#[derive(Debug)]
pub(super) struct Connector {
    client: legacy::Client<Connecting, SdkBody>,
    read: Option<Duration>,
}

impl Connector {
    pub(super) fn new(tls: Arc<ClientConfig>, limits: Limits) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            // Without a timer, a connection that nobody uses is kept beyond its 90 seconds.
            .pool_timer(TokioTimer::new())
            .build(Connecting::new(tls, limits.connect));
        Self { client, read: limits.read }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let connection = capture_connection(&mut request);
        if let Some(captured) = request.extensions().get::<CaptureSmithyConnection>() {
            captured.set_connection_retriever(move || metadata(&connection));
        }
        let answer = within(self.read, READ, self.client.request(request));
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(failure::classified)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The connection that a request went over, once there is one. With it the SDK can give the connection up, after a
/// failure that another one may not have.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    let mut extras = http::Extensions::new();
    connection.connection_metadata().as_ref()?.get_extras(&mut extras);
    let addresses = extras.get::<HttpInfo>();
    let connection = connection.clone();
    let mut metadata = ConnectionMetadata::builder().proxied(false).poison_fn(move || {
        if let Some(connection) = connection.connection_metadata().as_ref() {
            connection.poison();
        }
    });
    metadata
        .set_local_addr(addresses.map(HttpInfo::local_addr))
        .set_remote_addr(addresses.map(HttpInfo::remote_addr));
    Some(metadata.build())
}
