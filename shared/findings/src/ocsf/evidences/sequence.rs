//! The actors, endpoints and calls of an attack sequence.

use serde_json::Value as Json;

use super::file::{file, fingerprint};
use crate::ocsf::{
    attributes::{Attributes, Choice},
    endpoint, metadata,
    remainder::Remainder,
};

const SEQUENCE: &str = "service.detection.sequence";
const OUTBOUND: i64 = 2;

/// One item per actor, per endpoint, and per call that a signal consists of.
pub(super) fn evidences(finding: &mut Json) -> Vec<Attributes> {
    let Some(sequence) = finding.part(SEQUENCE) else { return Vec::new() };
    let mut evidences: Vec<_> = sequence.parts("actors").into_iter().map(acted).collect();
    evidences.extend(sequence.parts("endpoints").into_iter().map(reached));
    evidences.extend(sequence.parts("signals.activities").into_iter().filter_map(called));
    evidences
}

/// `actors`: a user, the session, and the program. The id stays, because signals refer to it.
fn acted(actor: &mut Json) -> Attributes {
    let mfa = |value: &Json| match value.as_str() {
        Some("ENABLED") => Some(true),
        Some("DISABLED") => Some(false),
        _ => None,
    };
    let session = actor.part("session").map(|session| {
        Attributes::new()
            .with("uid", session.take_text("uid"))
            .with("issuer", session.take_text("issuer"))
            .with("is_mfa", session.take_as("mfaStatus", mfa))
            .time("created_time", session.take_time("createdTime"))
    });
    let program = actor.part("process").and_then(|process| {
        let path = process.take_text("path")?;
        let hash = process.take_as("sha256", fingerprint);
        Some(file(path, None, hash, Choice::new(1, "Regular File")))
    });
    let who = Attributes::new()
        .with("user", actor.part("user").and_then(user))
        .with("session", session.and_then(Attributes::object));
    Attributes::new().with("actor", who.object()).with("file", program).data("actors", actor.rest())
}

fn user(user: &mut Json) -> Option<Json> {
    let account = user.part("account").and_then(|account| {
        let id = account.take_text("uid")?;
        let name = account.take_text("account").or_else(|| account.take_text("name"));
        Some(metadata::account(&id).with("name", name))
    });
    let who = Attributes::new()
        .with("name", user.take_text("name"))
        .with("uid", user.take_text("uid"))
        .with("account", account);
    if who.is_empty() {
        return None;
    }
    who.with("credential_uid", user.take_text("credentialUid"))
        .choice("type_id", "type", user.take_text("type").map(Choice::other))
        .object()
}

/// `endpoints`: where it came from, or where it went to.
fn reached(endpoint: &mut Json) -> Attributes {
    let end = Attributes::new()
        .with("ip", endpoint.take_as("ip", endpoint::address))
        .with("hostname", endpoint.take_as("domain", endpoint::hostname))
        .with("uid", endpoint.seen_text("id"));
    if end.is_empty() {
        return Attributes::new().data("endpoints", endpoint.rest());
    }
    let end = end
        .with("port", endpoint::take_port_at(endpoint, "port"))
        .with("location", endpoint.part("location").and_then(location));
    let direction = endpoint.take_text("connection.direction").map(endpoint::direction);
    let name = match direction.as_ref().map(|direction| direction.id) {
        Some(OUTBOUND) => "dst_endpoint",
        _ => "src_endpoint",
    };
    let connection = Attributes::new().choice("direction_id", "direction", direction);
    Attributes::new()
        .with(name, Some(end))
        .with("connection_info", connection.object())
        .data("endpoints", endpoint.rest())
}

/// City, coordinates, and the country, which is a name and no code here.
fn location(details: &mut Json) -> Option<Json> {
    let place = Attributes::new()
        .with("city", details.take_text("city"))
        .with("coordinates", endpoint::coordinates(details));
    if place.is_empty() {
        return None;
    }
    place.with("desc", details.take_text("country")).object()
}

/// `signals[].activities`: a call of an API.
fn called(activity: &mut Json) -> Option<Attributes> {
    let api = activity.part("api")?;
    let operation = api.take_text("operation")?;
    let service = Attributes::new().with("name", api.take_text("service"));
    let response = Attributes::new().with("error", api.take_text("error"));
    let call = Attributes::new()
        .with("operation", Some(operation))
        .with("service", service.object())
        .with("response", response.object());
    Some(Attributes::new().with("api", Some(call)).data("activities", activity.rest()))
}
