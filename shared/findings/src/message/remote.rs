//! Who is at the other end: addresses with country and network.

use super::{
    part::{Part, distinct, listed},
    text::line,
};
use crate::Finding;

/// How many are shown; a port probe can name dozens.
const SHOWN: usize = 3;

/// Longest address, country or organisation.
const NAME: usize = 80;

/// Where GuardDuty describes the other end: `remoteIpDetails` of each kind of action.
const PLACES: [&str; 5] = [
    "service.action.networkConnectionAction.remoteIpDetails",
    "service.action.portProbeAction.portProbeDetails.remoteIpDetails",
    "service.action.awsApiCallAction.remoteIpDetails",
    "service.action.kubernetesApiCallAction.remoteIpDetails",
    "service.action.rdsLoginAttemptAction.remoteIpDetails",
];

/// The endpoints of an attack sequence have a shape of their own.
const ENDPOINTS: &str = "service.detection.sequence.endpoints";

/// One other end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Remote {
    pub(super) address: Option<String>,
    pub(super) country: Option<String>,
    /// `AS64500`
    pub(super) network: Option<String>,
    pub(super) organisation: Option<String>,
}

impl Remote {
    /// All that a finding names, each once, fit to be shown.
    pub(super) fn all(finding: &Finding) -> Vec<Self> {
        Self::read(finding, |text| line(&text, NAME))
    }

    /// The same with what `fit` leaves of each text.
    pub(super) fn read(finding: &Finding, fit: fn(String) -> Option<String>) -> Vec<Self> {
        let whole = Part::of(finding);
        let actions = PLACES.iter().flat_map(|place| whole.parts(place));
        let actions = actions.map(|part| Self::of_action(part, fit));
        let endpoints = whole.parts(ENDPOINTS).into_iter();
        let endpoints = endpoints.map(|part| Self::of_endpoint(part, fit));
        let known = actions.chain(endpoints).filter(|own| *own != Self::default());
        distinct(known.collect())
    }

    fn of_action(part: Part<'_>, fit: fn(String) -> Option<String>) -> Self {
        let text = |path| part.text(path).and_then(fit);
        Self {
            address: text("ipAddressV4").or_else(|| text("ipAddressV6")),
            country: text("country.countryName").or_else(|| text("country.countryCode")),
            network: text("organization.asn").map(network),
            organisation: text("organization.asnOrg").or_else(|| text("organization.org")),
        }
    }

    fn of_endpoint(part: Part<'_>, fit: fn(String) -> Option<String>) -> Self {
        let text = |path| part.text(path).and_then(fit);
        Self {
            address: text("ip").or_else(|| text("domain")),
            country: text("location.country"),
            network: text("autonomousSystem.number").map(network),
            organisation: text("autonomousSystem.name"),
        }
    }

    /// `203.0.113.77 (Netherlands, AS64500 Example Hosting)`
    fn describe(&self) -> String {
        let owner = [&self.network, &self.organisation].map(|own| own.as_deref());
        let owner = owner.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let from = [self.country.as_deref(), Some(owner.as_str()).filter(|own| !own.is_empty())];
        let from = from.into_iter().flatten().collect::<Vec<_>>().join(", ");
        match (self.address.as_deref(), from.as_str()) {
            (Some(address), "") => address.to_owned(),
            (Some(address), from) => format!("{address} ({from})"),
            (None, from) => from.to_owned(),
        }
    }
}

/// All of them in one line.
pub(super) fn describe(all: &[Remote]) -> Option<String> {
    let each: Vec<String> = all.iter().map(Remote::describe).collect();
    listed(&each, SHOWN)
}

/// GuardDuty writes the number alone.
fn network(number: String) -> String {
    if number.bytes().all(|byte| byte.is_ascii_digit()) { format!("AS{number}") } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(json: &str) -> Option<String> {
        describe(&Remote::all(&Finding::parse(json).unwrap()))
    }

    #[test]
    fn each_address_keeps_its_own_country_and_network() {
        let probe = include_str!("../../../../events/findings/port-probe.json");
        assert_eq!(
            described(probe).as_deref(),
            Some(
                "203.0.113.77 (Netherlands, AS64500 Example Hosting), \
                 203.0.113.140 (Australia, AS64501 Example Broadband)"
            )
        );
    }

    #[test]
    fn the_endpoints_of_an_attack_sequence_are_read_too() {
        let sequence = include_str!("../../../../events/findings/attack-sequence.json");
        let told = described(sequence).unwrap();
        assert_eq!(told, "203.0.113.250 (Netherlands, AS64500 Example Hosting)");
    }

    #[test]
    fn what_is_missing_leaves_no_trace() {
        let part = |details: &str| {
            format!(
                r#"{{"id":"f","service":{{"action":{{"awsApiCallAction":{{"remoteIpDetails":{details}}}}}}}}}"#
            )
        };
        assert_eq!(described(&part("{}")), None);
        assert_eq!(described(&part(r#"{"ipAddressV6":"2001:db8::1"}"#)).unwrap(), "2001:db8::1");
        assert_eq!(described(&part(r#"{"organization":{"asn":"64500"}}"#)).unwrap(), "AS64500");
    }
}
