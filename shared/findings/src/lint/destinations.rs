//! Destinations that nothing is sent to, and webhooks that are not used without a setting.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    Destination, DestinationKind,
    document::Span,
    problem::{Code, Problems},
};

pub(super) fn check(
    destination: &Destination,
    place: Span,
    is_used: bool,
    problems: &mut Problems,
) {
    let name = &destination.name;
    if !is_used {
        problems
            .on(place, Code::UnusedDestination, format!("nothing is sent to `{name}`"))
            .help("name it in a route, in `samples` or as `fallback`, or drop it");
    }
    if let DestinationKind::Webhook { url, .. } = &destination.kind
        && let Some(why) = private(url)
    {
        problems
            .on(place, Code::PrivateWebhook, format!("the webhook of `{name}` {why}"))
            .help("list its host and port in GUARDSIFT_WEBHOOK_PRIVATE_HOSTS, or use a public https address");
    }
}

/// Why a URL needs a setting, as far as the text tells; names are looked up when connecting.
fn private(url: &str) -> Option<&'static str> {
    let (scheme, rest) = url.split_once("://")?;
    if scheme != "https" {
        return Some("is not https");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let address: IpAddr = host.parse().ok()?;
    let is_private = |own: Ipv4Addr| {
        own.is_private() || own.is_loopback() || own.is_link_local() || own.is_unspecified()
    };
    let is_private = match address {
        IpAddr::V4(own) => is_private(own),
        IpAddr::V6(own) => match own.to_ipv4_mapped() {
            Some(mapped) => is_private(mapped),
            None => {
                own.is_loopback()
                    || own.is_unspecified()
                    || own.is_unique_local()
                    || own.is_unicast_link_local()
            }
        },
    };
    is_private.then_some("leads to a private address")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_plainly_private_needs_a_setting() {
        for url in [
            "http://hooks.example.com/x",
            "https://10.0.0.1/x",
            "https://127.0.0.1:8443/",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]:443/",
            "https://[fd00::1]",
        ] {
            assert!(private(url).is_some(), "{url}");
        }
        for url in
            ["https://hooks.example.com/10.0.0.1", "https://198.41.0.4/", "https://[2600::1]/"]
        {
            assert_eq!(private(url), None, "{url}");
        }
    }
}
