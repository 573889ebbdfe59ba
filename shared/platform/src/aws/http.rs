//! The HTTP client under the SDK's clients: HTTP/1.1, over TLS or plain.
//!
//! The SDK's own, of `aws-smithy-http-client`, speaks HTTP/2 and to proxies as well. No API of AWS that is called here
//! asks for either, and every function would carry both. Connections, timeouts and kinds of errors are the same as with
//! that one: what the SDK tries again, and which connection it gives up, hangs on them.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
        SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use rustls::ClientConfig;

use super::TrustStore;
use connector::Connector;

mod connecting;
mod connector;
mod failure;
#[cfg(test)]
mod tests;
mod time_limit;

/// HTTPS with rustls and ring, and plain HTTP for emulators.
pub fn http_client(trust: TrustStore) -> SharedHttpClient {
    SharedHttpClient::new(Client::new(trust))
}

/// What the SDK asks for the connections of a call.
#[derive(Debug)]
struct Client {
    trust: TrustStore,
    /// Made for the first call: nobody pays for certificates who calls nobody.
    tls: OnceLock<Result<Arc<ClientConfig>, rustls::Error>>,
    connectors: Mutex<HashMap<Limits, SharedHttpConnector>>,
}

/// How long a call may wait. Those with the same limits share their connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
struct Limits {
    /// For a connection, with its TLS.
    connect: Option<Duration>,
    /// For the head of the answer, connecting and sending included.
    read: Option<Duration>,
}

impl Client {
    fn new(trust: TrustStore) -> Self {
        Self { trust, tls: OnceLock::new(), connectors: Mutex::default() }
    }

    fn connector(&self, limits: Limits) -> SharedHttpConnector {
        let mut connectors = self.connectors.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || match self.tls.get_or_init(|| self.trust.tls()) {
            Ok(tls) => SharedHttpConnector::new(Connector::new(Arc::clone(tls), limits)),
            Err(error) => SharedHttpConnector::new(WithoutTls(error.clone())),
        };
        connectors.entry(limits).or_insert_with(new).clone()
    }
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector(Limits {
            connect: settings.connect_timeout(),
            read: settings.read_timeout(),
        })
    }

    /// For the user agent, as the SDK's own client names itself.
    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some(Cow::Borrowed("1.x"))))
    }
}

/// Fails every call, because the TLS library refused its configuration: the SDK has no other way to be told.
#[derive(Debug)]
struct WithoutTls(rustls::Error);

impl HttpConnector for WithoutTls {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err(ConnectorError::user(self.0.clone().into())))
    }
}
