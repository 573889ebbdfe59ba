//! `finding_info`: the finding itself, its times, and what it is related to.

use serde_json::Value as Json;

use super::{
    attack,
    attributes::{Attributes, Choice},
    remainder::Remainder,
};
use crate::{Finding, FindingType};

const SEQUENCE: &str = "service.detection.sequence";

pub(super) fn finding_info(finding: &Finding, rest: &mut Json) -> Attributes {
    let kind = finding.finding_type().filter(|kind| !kind.as_str().is_empty());
    let title = finding.title().filter(|title| !title.is_empty());
    let title = title.or(kind.map(FindingType::as_str));
    let arn = finding.arn().filter(|arn| !arn.is_empty());
    let mut attacks = attack::of_indicators(rest.seen(&format!("{SEQUENCE}.sequenceIndicators")));
    if attacks.is_empty() {
        attacks = kind.map(attack::of_type).unwrap_or_default();
    }
    Attributes::new()
        .with("uid", Some(arn.unwrap_or(finding.id())))
        .with("title", Some(title.unwrap_or(finding.id())))
        .with("desc", finding.description())
        .with("types", kind.map(|kind| vec![kind.as_str()]))
        .with("analytic", analytic(kind, rest))
        .with("attacks", Some(attacks))
        .with("product_uid", finding.detector_id())
        .with("related_events", Some(related_events(finding, rest)))
        .with("src_url", finding.console_url())
        .time("created_time", finding.created_at())
        .time("modified_time", finding.updated_at())
        .time("first_seen_time", finding.first_seen())
        .time("last_seen_time", finding.last_seen())
}

/// What found it. GuardDuty says how only for a custom detection rule, and in the names of types.
fn analytic(kind: Option<&FindingType>, rest: &mut Json) -> Option<Json> {
    if let Some(rule) = rest.take_text("customDetectionRuleName") {
        let rule = Attributes::new().with("name", Some(rule));
        return rule.choice("type_id", "type", Some(Choice::new(1, "Rule"))).object();
    }
    let kind = kind?;
    let learned = kind.family().is_some_and(|family| family.starts_with("AnomalousBehavior"));
    let how = match (kind.is_attack_sequence(), learned) {
        (true, _) => Choice::other("Correlation".to_owned()),
        (false, true) => Choice::new(4, "Learning (ML/DL)"),
        (false, false) => Choice::UNKNOWN,
    };
    Attributes::new()
        .with("name", Some(kind.as_str()))
        .with("category", kind.purpose())
        .choice("type_id", "type", Some(how))
        .object()
}

/// The sequence that the finding is a signal of, or the signals of the sequence that it is.
fn related_events(finding: &Finding, rest: &Json) -> Vec<Json> {
    let sequence = finding.attack_sequence_arn().map(|arn| {
        Attributes::new().with("uid", Some(arn)).with("type", Some("AttackSequence")).into()
    });
    let signals = rest.seen(&format!("{SEQUENCE}.signals")).and_then(Json::as_array);
    let signals = signals.into_iter().flatten().filter_map(|signal| {
        let attacks = attack::of_indicators(signal.seen("signalIndicators"));
        let event = Attributes::new()
            .with("uid", Some(signal.seen_text("uid")?))
            .with("type", signal.seen_text("name").or(signal.seen_text("type")))
            .with("attacks", Some(attacks));
        Some(event.into())
    });
    sequence.into_iter().chain(signals).collect()
}
