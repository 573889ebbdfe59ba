//! An event for PagerDuty's Events API v2.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    Message,
    text::{cut, line, units},
};
use crate::{FindingType, SeverityLevel, Timestamp};

/// `payload.summary`
/// (<https://developer.pagerduty.com/docs/send-alert-event>).
const SUMMARY: usize = 1_024;

/// `dedup_key` (the same page).
const DEDUP_KEY: usize = 255;

/// The longest other text.
const TEXT: usize = 600;

/// Opens an alert, or adds to the one that is open.
///
/// Versions of one finding carry the same `dedup_key`. An archived one resolves the alert: see
/// [`resolve`].
pub fn trigger(message: &Message<'_>, routing_key: &str) -> Value {
    let finding = message.finding;
    let one = |text: Option<&str>| text.and_then(|text| line(text, TEXT));
    let resource = message.resource.as_ref().map(|own| own.text.as_str());
    let optional = [
        ("component", one(resource)),
        ("group", one(finding.account_id())),
        ("class", one(finding.finding_type().map(FindingType::as_str))),
        ("timestamp", finding.updated_at().map(Timestamp::to_rfc3339)),
    ];
    let optional = optional.into_iter().filter_map(|(name, text)| Some((name, text?.into())));
    let payload = [
        ("summary", summary(message).into()),
        ("source", source(message).into()),
        ("severity", severity(message.level).into()),
        ("custom_details", details(message)),
    ];
    let payload = payload.into_iter().chain(optional);
    let payload: Map<String, Value> =
        payload.map(|(name, value)| (name.to_owned(), value)).collect();
    let links = message.links();
    let links: Vec<Value> =
        links.iter().map(|link| json!({ "href": link.url, "text": link.text })).collect();
    json!({
        "routing_key": routing_key,
        "event_action": "trigger",
        "dedup_key": dedup_key(message),
        "client": "guardsift",
        "payload": payload,
        "links": links,
    })
}

/// Closes the alert of a finding that has been archived.
pub fn resolve(message: &Message<'_>, routing_key: &str) -> Value {
    json!({
        "routing_key": routing_key,
        "event_action": "resolve",
        "dedup_key": dedup_key(message),
    })
}

/// The event that fits the finding: an archived one resolves, any other triggers.
pub fn event(message: &Message<'_>, routing_key: &str) -> Value {
    if message.finding.archived() == Some(true) {
        resolve(message, routing_key)
    } else {
        trigger(message, routing_key)
    }
}

/// An unknown severity is not a low one.
fn severity(level: Option<SeverityLevel>) -> &'static str {
    match level {
        Some(SeverityLevel::Critical) => "critical",
        Some(SeverityLevel::High) | None => "error",
        Some(SeverityLevel::Medium) => "warning",
        Some(SeverityLevel::Low) => "info",
    }
}

/// The finding's ARN, or its id; a digest of it when that is too long for a key.
fn dedup_key(message: &Message<'_>) -> String {
    let name = message.finding.arn().unwrap_or(message.finding.id());
    match line(name, DEDUP_KEY + 1) {
        Some(key) if key == name && units(&key) <= DEDUP_KEY => key,
        _ => hex::encode(Sha256::digest(name)),
    }
}

fn summary(message: &Message<'_>) -> String {
    let place = [
        message.resource.as_ref().map(|own| own.text.as_str()),
        message.account.as_deref(),
        message.region.as_deref(),
    ];
    let parts = std::iter::once(message.headline());
    let parts = parts.chain(place.into_iter().flatten().map(|part| cut(part, 200)));
    cut(&parts.collect::<Vec<_>>().join(", "), SUMMARY)
}

fn source(message: &Message<'_>) -> String {
    let parts = [message.finding.account_id(), message.finding.region()];
    let parts: Vec<_> = parts.into_iter().flatten().filter_map(|own| line(own, 128)).collect();
    if parts.is_empty() { "guardduty".to_owned() } else { parts.join("/") }
}

fn details(message: &Message<'_>) -> Value {
    let own =
        |(label, text): (&str, &Option<String>)| Some((label.to_owned(), text.clone()?.into()));
    let texts = [("Title", &message.title), ("Description", &message.description)];
    let rows = message.rows(TEXT).into_iter().map(|row| (row.label.to_owned(), row.text.into()));
    let details: Map<String, Value> = texts.into_iter().filter_map(own).chain(rows).collect();
    details.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::samples;

    #[test]
    fn an_archived_finding_resolves_what_its_earlier_version_triggered() {
        let [open, archived] = [
            include_str!("../../../../events/findings/port-probe.json"),
            include_str!("../../../../events/findings/port-probe-archived.json"),
        ]
        .map(|json| crate::Finding::parse(json).unwrap());
        let [open, archived] =
            [&open, &archived].map(|finding| event(&samples::message(finding), "key"));
        assert_eq!(
            (&open["event_action"], &archived["event_action"]),
            (&"trigger".into(), &"resolve".into())
        );
        assert_eq!(open["dedup_key"], archived["dedup_key"]);
        assert!(open["dedup_key"].as_str().unwrap().starts_with("arn:aws:guardduty:"));
    }

    #[test]
    fn levels_are_mapped_and_an_unknown_one_is_not_the_lowest() {
        let told: Vec<_> =
            SeverityLevel::ALL.into_iter().map(|level| severity(Some(level))).collect();
        assert_eq!(told, ["info", "warning", "error", "critical"]);
        assert_eq!(severity(None), "error");
    }

    #[test]
    fn a_key_that_is_too_long_or_odd_is_a_digest_and_stays_the_same() {
        for arn in ["a".repeat(256), "a\u{7}b".to_owned(), String::new()] {
            let finding = samples::with_arn(&arn);
            let key = event(&samples::message(&finding), "key")["dedup_key"].clone();
            assert_eq!(key.as_str().unwrap().len(), 64, "{arn:?}");
        }
    }
}
