//! Whose certificates are taken for AWS's.

use std::sync::{Arc, LazyLock};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tracing::warn;

/// Amazon Root CA 1 to 4 and the Starfield root above them: the roots of every AWS endpoint in the
/// commercial and US government partitions (<https://www.amazontrust.com/repository/>), valid until
/// 2037 and longer.
const AMAZON_ROOTS: &[u8] = include_bytes!("../../roots/amazon.pem");

/// Read once for all clients of the process: on macOS it takes 300 ms.
static SYSTEM_ROOTS: LazyLock<Vec<CertificateDer<'static>>> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs();
    if !found.errors.is_empty() || found.certs.is_empty() {
        let (count, errors) = (found.certs.len(), found.errors);
        warn!(count, ?errors, "not all of the system's certificate authorities could be read");
    }
    found.certs
});

/// The authorities that may vouch for an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustStore {
    /// The five roots of Amazon.
    Amazon,
    /// Those, and all that the system trusts.
    AmazonAndSystem,
}

/// Amazon's own roots are bundled: parsing the 140 roots of the system takes most of the time in
/// which a function could already have answered, and a function speaks to nobody but AWS through
/// this client. The system's roots are read where those five cannot be enough: in partitions with
/// other authorities, and where a CA file is named (an inspecting proxy, an emulator with HTTPS).
pub fn trust_store(region: Option<&str>, is_set: impl Fn(&str) -> bool) -> TrustStore {
    let elsewhere = region.is_some_and(|region| {
        region.starts_with("cn-") || region.starts_with("eusc-") || region.contains("-iso")
    });
    if elsewhere || is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR") {
        TrustStore::AmazonAndSystem
    } else {
        TrustStore::Amazon
    }
}

impl TrustStore {
    /// TLS with ring, for HTTP/1.1 and nothing else.
    pub(super) fn tls(self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(self.roots())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }

    /// What is no certificate vouches for nobody, and hinders none of the others: systems have such
    /// files.
    fn roots(self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(AMAZON_ROOTS).flatten());
        if self == Self::AmazonAndSystem {
            roots.add_parsable_certificates(SYSTEM_ROOTS.iter().cloned());
        }
        roots
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads_system_roots(region: &str, set: &str) -> bool {
        trust_store(Some(region), |name| name == set) == TrustStore::AmazonAndSystem
    }

    #[test]
    fn the_bundle_holds_five_roots_that_the_tls_library_takes() {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(AMAZON_ROOTS) {
            roots.add(certificate.unwrap()).unwrap();
        }
        assert_eq!(roots.len(), 5);
        assert_eq!(TrustStore::Amazon.roots().len(), 5);
        assert!(TrustStore::AmazonAndSystem.roots().len() >= 5);
    }

    #[test]
    fn the_roots_of_the_system_are_read_only_where_amazons_cannot_do() {
        assert!(!reads_system_roots("us-east-1", ""));
        assert!(!reads_system_roots("us-gov-west-1", ""));
        assert!(reads_system_roots("cn-north-1", ""));
        assert!(reads_system_roots("us-iso-east-1", ""));
        assert!(reads_system_roots("us-east-1", "SSL_CERT_FILE"));
    }
}
