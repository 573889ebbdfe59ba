//! Where a URL may point.

use std::net::IpAddr;

use hyper::{Uri, http::uri::Scheme};

use super::address::is_public;

/// A URL that passed every check that can be made without connecting.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) uri: Uri,
    /// For messages: a host and nothing of the path or query.
    pub(super) host: String,
    /// Listed as a host in a private network.
    pub(super) is_private: bool,
}

/// A URL that is not used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TargetError {
    #[error("the URL is not one with a host")]
    NotAUrl,
    #[error(
        "the URL for {host} holds a user name; put secrets into the path or a header of the receiver's choice"
    )]
    UserInfo { host: String },
    #[error(
        "the URL for {host} is not https; list the host in GUARDSIFT_WEBHOOK_PRIVATE_HOSTS if it is in a network of your own"
    )]
    NotHttps { host: String },
    #[error(
        "the address {host} is private, loopback, link-local or reserved; list it in GUARDSIFT_WEBHOOK_PRIVATE_HOSTS if that is meant"
    )]
    PrivateAddress { host: String },
    #[error("{host} is no host of {service}, so the secret is probably another destination's")]
    ForeignHost { host: String, service: &'static str },
}

/// The hosts that a service has: exact names, and ends that begin with a dot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hosts {
    pub(crate) service: &'static str,
    pub(crate) names: &'static [&'static str],
}

impl Hosts {
    fn hold(self, host: &str) -> bool {
        self.names.iter().any(|own| host == *own || (own.starts_with('.') && host.ends_with(own)))
    }
}

impl Target {
    /// `hosts` says where the URL may lead at all, beside what is listed as private.
    pub(super) fn parse(
        url: &str,
        private_hosts: &[String],
        hosts: Option<Hosts>,
    ) -> Result<Self, TargetError> {
        let uri: Uri = url.parse().map_err(|_| TargetError::NotAUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return Err(TargetError::NotAUrl);
        };
        let host = authority.host().to_ascii_lowercase();
        if host.is_empty() {
            return Err(TargetError::NotAUrl);
        }
        if authority.as_str().contains('@') {
            return Err(TargetError::UserInfo { host });
        }
        let is_https = *scheme == Scheme::HTTPS;
        let port = authority.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        if private_hosts.contains(&format!("{host}:{port}"))
            && (is_https || *scheme == Scheme::HTTP)
        {
            return Ok(Self { uri, host, is_private: true });
        }
        if !is_https {
            return Err(TargetError::NotHttps { host });
        }
        // A literal address is connected to without being resolved, so it is checked here.
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if literal.is_ok_and(|address| !is_public(address)) {
            return Err(TargetError::PrivateAddress { host });
        }
        if let Some(hosts) = hosts.filter(|hosts| !hosts.hold(&host)) {
            return Err(TargetError::ForeignHost { host, service: hosts.service });
        }
        Ok(Self { uri, host, is_private: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<bool, TargetError> {
        let private = ["hooks.internal:8443".to_owned(), "127.0.0.1:9000".to_owned()];
        Target::parse(url, &private, None).map(|target| target.is_private)
    }

    #[test]
    fn the_url_of_a_service_leads_to_its_hosts() {
        let hosts = Hosts { service: "Slack", names: &["hooks.slack.com", ".slack.example"] };
        let parse = |url: &str| Target::parse(url, &["127.0.0.1:9000".to_owned()], Some(hosts));
        for url in
            ["https://hooks.slack.com/x", "https://a.slack.example/x", "http://127.0.0.1:9000/"]
        {
            assert!(parse(url).is_ok(), "{url}");
        }
        for url in [
            "https://hooks.slack.com.example/x",
            "https://slack.example/x",
            "https://ahooks.slack.com/",
        ] {
            assert!(matches!(parse(url), Err(TargetError::ForeignHost { .. })), "{url}");
        }
    }

    #[test]
    fn public_https_is_taken() {
        assert_eq!(parse("https://hooks.example.com/T000/secret"), Ok(false));
        assert_eq!(parse("https://hooks.example.com:8443/"), Ok(false));
    }

    #[test]
    fn http_and_private_addresses_are_for_listed_hosts_only() {
        assert_eq!(parse("http://127.0.0.1:9000/"), Ok(true));
        assert_eq!(parse("https://Hooks.Internal:8443/"), Ok(true));
        assert!(matches!(parse("http://127.0.0.1:9001/"), Err(TargetError::NotHttps { .. })));
        assert!(matches!(parse("http://hooks.example.com/"), Err(TargetError::NotHttps { .. })));
        assert!(matches!(parse("ftp://127.0.0.1:9000/"), Err(TargetError::NotHttps { .. })));
        for url in [
            "https://127.0.0.1/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
        ] {
            assert!(matches!(parse(url), Err(TargetError::PrivateAddress { .. })), "{url}");
        }
    }

    #[test]
    fn a_user_name_cannot_disguise_the_host() {
        assert!(matches!(
            parse("https://hooks.example.com@127.0.0.1:9000/"),
            Err(TargetError::UserInfo { .. })
        ));
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for url in ["", "hooks.example.com", "/path", "https://", "https:///x", "not a url"] {
            assert_eq!(parse(url), Err(TargetError::NotAUrl), "{url}");
        }
    }

    #[test]
    fn no_message_shows_the_path() {
        for url in [
            "http://hooks.example.com/T000/secret",
            "https://10.0.0.1/T000/secret",
            "https://a@b.example/T000/secret",
        ] {
            assert!(!parse(url).unwrap_err().to_string().contains("T000"));
        }
    }
}
