//! Endpoints of the network: addresses, ports, and where they are.

use std::net::IpAddr;

use serde_json::{Value as Json, json};

use super::{
    attributes::{Attributes, Choice},
    remainder::Remainder,
};

/// OCSF's limit for an address.
const LONGEST_ADDRESS: usize = 40;

/// The remote end of an action, when it has an address: `remoteIpDetails` and `remotePortDetails`.
pub(super) fn remote(action: &mut Json) -> Option<Attributes> {
    let details = action.part("remoteIpDetails")?;
    let address = take_address(details)?;
    let location = location(details);
    let port = action.part("remotePortDetails").and_then(take_port);
    let ip = Attributes::new().with("ip", Some(address));
    Some(ip.with("port", port).with("location", location))
}

/// The end on the side of the resource: `localIpDetails`, `localPortDetails`, the network interface,
/// and the instance that the finding is about.
pub(super) fn local(action: &mut Json, instance: Option<&str>) -> Option<Attributes> {
    let endpoint = Attributes::new()
        .with("ip", action.part("localIpDetails").and_then(take_address))
        .with("interface_uid", action.take_text("localNetworkInterface"))
        .with("instance_uid", instance);
    if endpoint.is_empty() {
        return None;
    }
    Some(endpoint.with("port", action.part("localPortDetails").and_then(take_port)))
}

/// IPv4 before IPv6, when it is an address at all. The other one stays where it is.
fn take_address(details: &mut Json) -> Option<String> {
    details.take_as("ipAddressV4", address).or_else(|| details.take_as("ipAddressV6", address))
}

/// The text of an address, as it is written.
pub(super) fn address(value: &Json) -> Option<String> {
    let text = value.as_str().filter(|text| text.len() <= LONGEST_ADDRESS)?;
    text.parse::<IpAddr>().is_ok().then(|| text.to_owned())
}

fn take_port(details: &mut Json) -> Option<u16> {
    take_port_at(details, "port")
}

pub(super) fn take_port_at(details: &mut Json, path: &str) -> Option<u16> {
    details.take_as(path, |value| match value {
        Json::String(digits) => digits.parse().ok(),
        other => other.as_u64()?.try_into().ok(),
    })
}

/// City, country, coordinates, provider. OCSF's country is a code; GuardDuty's name for it becomes
/// the description.
fn location(details: &mut Json) -> Option<Json> {
    let place = Attributes::new()
        .with("city", details.take_text("city.cityName"))
        .with("country", details.take_as("country.countryCode", country_code))
        .with("coordinates", details.part("geoLocation").and_then(coordinates));
    if place.is_empty() {
        return None;
    }
    place
        .with("desc", details.take_text("country.countryName"))
        .with("isp", details.take_text("organization.isp"))
        .object()
}

/// Two capital letters, as in ISO 3166-1.
fn country_code(value: &Json) -> Option<String> {
    let code = value.as_str()?;
    (code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())).then(|| code.to_owned())
}

/// Longitude and latitude, in this order, when both are there.
pub(super) fn coordinates(details: &mut Json) -> Option<Json> {
    let number = |value: &Json| value.is_number().then(|| value.clone());
    for (longitude, latitude) in [("lon", "lat"), ("longitude", "latitude")] {
        if details.seen(latitude).is_some_and(Json::is_number)
            && let Some(first) = details.take_as(longitude, number)
        {
            return Some(json!([first, details.take_as(latitude, number)]));
        }
    }
    None
}

/// Protocol and direction, when either is said. A direction that GuardDuty does not give is unknown.
pub(super) fn connection_info(action: &mut Json, known: Option<Choice>) -> Option<Json> {
    let direction = action.take_text("connectionDirection").map(direction);
    let number = action.take_as("protocol", protocol_number);
    let name = action.take_text("protocol").map(|name| name.to_ascii_lowercase());
    let number = number.or_else(|| assigned_number(name.as_deref()?));
    if direction.is_none() && known.is_none() && number.is_none() && name.is_none() {
        return None;
    }
    Attributes::new()
        .choice("direction_id", "direction", direction.or(known).or(Some(Choice::UNKNOWN)))
        .with("protocol_name", name)
        .with("protocol_num", number)
        .object()
}

pub(super) fn direction(name: String) -> Choice {
    match name.to_ascii_uppercase().as_str() {
        "INBOUND" => Choice::new(1, "Inbound"),
        "OUTBOUND" => Choice::new(2, "Outbound"),
        "UNKNOWN" => Choice::UNKNOWN,
        _ => Choice::other(name),
    }
}

/// A protocol that is given by its number.
fn protocol_number(value: &Json) -> Option<u8> {
    match value {
        Json::String(digits) => digits.parse().ok(),
        other => other.as_u64()?.try_into().ok(),
    }
}

/// IANA's numbers of the protocols that findings name.
fn assigned_number(protocol: &str) -> Option<u8> {
    match protocol {
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        _ => None,
    }
}

/// Whether OCSF takes a text for a host's name: labels of ASCII letters, digits and inner hyphens.
pub(super) fn hostname(value: &Json) -> Option<String> {
    let name = value.as_str()?;
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    name.split('.').all(is_label).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_hosts_are_those_of_ocsf_and_others_are_left_alone() {
        for name in ["c2.example.com", "localhost", "a-b.example", "1.2"] {
            assert_eq!(hostname(&json!(name)).as_deref(), Some(name));
        }
        let hostile =
            ["", ".", "a..b", "a.", "_dmarc.example.com", "-a.b", "a\n", "<b>", "é.example"];
        for name in hostile {
            assert_eq!(hostname(&json!(name)), None, "{name}");
        }
    }

    #[test]
    fn only_addresses_are_addresses_and_stay_as_they_are_written() {
        for text in ["198.51.100.7", "2001:DB8::1", "::ffff:198.51.100.7"] {
            assert_eq!(address(&json!(text)).as_deref(), Some(text));
        }
        let long = "0000:0000:0000:0000:0000:ffff:198.51.100.100";
        for text in ["", "198.51.100.007", "198.51.100", "host", long, " 198.51.100.7"] {
            assert_eq!(address(&json!(text)), None, "{text}");
        }
    }

    #[test]
    fn what_has_no_address_is_no_endpoint_and_loses_nothing() {
        let written = json!({"remoteIpDetails": {"ipAddressV4": "x", "city": {"cityName": "Lyon"}},
            "remotePortDetails": {"port": 80}});
        let mut action = written.clone();
        assert!(remote(&mut action).is_none());
        assert_eq!(action, written);
    }

    #[test]
    fn a_port_beyond_the_last_one_stays_where_it_is() {
        let mut action = json!({"localIpDetails": {"ipAddressV4": "10.0.0.1"},
            "localPortDetails": {"port": 65536, "portName": "Unknown"}});
        let endpoint = local(&mut action, None).unwrap();
        assert_eq!(Json::from(endpoint), json!({"ip": "10.0.0.1"}));
        let rest = json!({"localPortDetails": {"port": 65536, "portName": "Unknown"}});
        assert_eq!(action.rest(), Some(rest));
    }

    #[test]
    fn directions_and_protocols_keep_what_ocsf_has_no_number_for() {
        let info = |action: Json| connection_info(&mut action.clone(), None);
        let known = json!({"direction_id": 2, "direction": "Outbound", "protocol_name": "udp", "protocol_num": 17});
        assert_eq!(
            info(json!({"connectionDirection": "OUTBOUND", "protocol": "UDP"})),
            Some(known)
        );
        let other = json!({"direction_id": 99, "direction": "SIDEWAYS", "protocol_name": "quic"});
        assert_eq!(
            info(json!({"connectionDirection": "SIDEWAYS", "protocol": "QUIC"})),
            Some(other)
        );
        let numbered = json!({"direction_id": 0, "direction": "Unknown", "protocol_num": 0});
        assert_eq!(info(json!({"protocol": "0"})), Some(numbered));
        assert_eq!(info(json!({"protocol": null})), None);
    }
}
