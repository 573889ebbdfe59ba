//! The HTTP client under webhooks, in its two kinds: the public internet over TLS, or a listed host
//! by whatever means.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use tower_service::Service;

use super::address::is_public;

/// Connections are kept between invocations.
#[derive(Debug)]
pub(super) struct Client(legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>);

impl Client {
    /// HTTPS, verified against the web's roots, and to public addresses only. The addresses are
    /// checked as they come from the resolver and the very same ones are connected to, so that a
    /// name cannot answer differently the second time.
    pub(super) fn public_https() -> Result<Self, rustls::Error> {
        Self::new(Resolver { public_only: true })
    }

    /// For hosts that the settings list.
    pub(super) fn unrestricted() -> Result<Self, rustls::Error> {
        Self::new(Resolver { public_only: false })
    }

    fn new(resolver: Resolver) -> Result<Self, rustls::Error> {
        let is_strict = resolver.public_only;
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(Duration::from_secs(3)));
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls()?);
        let builder = if is_strict { builder.https_only() } else { builder.https_or_http() };
        let connector = builder.enable_http1().wrap_connector(http);
        Ok(Self(
            legacy::Client::builder(TokioExecutor::new())
                .pool_max_idle_per_host(2)
                .build(connector),
        ))
    }

    pub(super) async fn request(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, legacy::Error> {
        self.0.request(request).await
    }
}

/// Webhooks are on the public web, so Mozilla's roots, compiled in, are the ones to trust.
fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let roots: rustls::RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The system's resolver, with addresses taken out that the public internet does not have.
#[derive(Debug, Clone)]
struct Resolver {
    public_only: bool,
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let public_only = self.public_only;
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<_> = found
                .iter()
                .copied()
                .filter(|address| !public_only || is_public(address.ip()))
                .collect();
            if allowed.is_empty() && !found.is_empty() {
                let reason =
                    "the name leads to private, loopback, link-local or reserved addresses only";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
            }
            Ok(allowed.into_iter())
        })
    }
}
