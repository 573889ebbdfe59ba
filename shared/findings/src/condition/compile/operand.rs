//! Reads single operands: texts, numbers, moments, networks, expressions.

use ipnet::IpNet;
use regex::{Regex, RegexBuilder};

use crate::{
    Severity, Timestamp,
    condition::test::NumberOperand,
    document::{Content, Node},
};

/// What one compiled expression may take. Matching itself is linear in the text, whatever it is.
const REGEX_BYTES: usize = 256 * 1024;

pub(super) fn scalar_text(node: &Node) -> Option<String> {
    match &node.content {
        Content::Text(text) => Some(text.clone()),
        Content::Number(_) | Content::Bool(_) => Some(node.to_json().to_string()),
        _ => None,
    }
}

pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.content {
        Content::Number(number) if number.is_finite() => Some(*number),
        _ => None,
    }
}

/// GuardDuty's own criteria give numbers as text in `equals`.
pub(super) fn exact_number(node: &Node) -> Option<NumberOperand> {
    let written = || node.text()?.trim().parse().ok().filter(|number: &f64| number.is_finite());
    number(node).or_else(written).map(NumberOperand::Exact)
}

/// A number is that severity; an integer in quotes is GuardDuty's name for all that begin with it.
pub(super) fn severity(node: &Node) -> Option<NumberOperand> {
    let operand = match (exact_number(node)?, &node.content) {
        (NumberOperand::Exact(part), Content::Text(_)) if part.fract() == 0.0 => {
            NumberOperand::IntegerPart(part)
        }
        (operand, _) => operand,
    };
    let (NumberOperand::Exact(value) | NumberOperand::IntegerPart(value)) = operand;
    Severity::new(value).map(|_| operand)
}

pub(super) fn boolean(node: &Node) -> Option<bool> {
    match &node.content {
        Content::Bool(flag) => Some(*flag),
        Content::Text(text) => text.parse().ok(),
        _ => None,
    }
}

pub(super) fn moment(node: &Node) -> Option<i64> {
    match &node.content {
        #[expect(clippy::cast_possible_truncation, reason = "saturates")]
        Content::Number(millis) if millis.is_finite() => Some(*millis as i64),
        Content::Text(text) => {
            let moment = Timestamp::parse(text).or_else(|| Timestamp::parse_date(text));
            moment.map(Timestamp::epoch_millis).or_else(|| text.parse().ok())
        }
        _ => None,
    }
}

/// A network, or a lone address as the network that holds only it; an IPv4-mapped one is its IPv4
/// one, as addresses are when they are compared.
pub(super) fn network(node: &Node) -> Option<IpNet> {
    let text = node.text()?.trim();
    let lone = || text.parse::<std::net::IpAddr>().ok().map(IpNet::from);
    let network: IpNet = text.parse().ok().or_else(lone)?;
    let network = network.trunc();
    let mapped = match network {
        IpNet::V6(own) => own.addr().to_ipv4_mapped().zip(own.prefix_len().checked_sub(96)),
        IpNet::V4(_) => None,
    };
    match mapped {
        Some((address, prefix)) => IpNet::new(address.into(), prefix).ok(),
        None => Some(network),
    }
}

/// Why an expression can't be used, in one line.
pub(super) fn expression(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(REGEX_BYTES).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => format!("it takes more than {limit} bytes"),
        error => error.to_string().lines().last().unwrap_or_default().replace("error: ", ""),
    })
}
