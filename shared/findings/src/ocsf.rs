//! A finding as an OCSF Detection Finding (class 2004 of schema 1.1), the form that Security Lake and SIEMs read.

use serde_json::Value as Json;

use self::{attributes::Attributes, remainder::Remainder};
use crate::{Finding, Timestamp, extract::tree};

mod actor;
mod attack;
mod attributes;
mod endpoint;
mod evidences;
mod finding_info;
mod malware;
mod metadata;
mod observables;
mod remainder;
mod resources;
mod status;

const CATEGORY: i64 = 2;
const CLASS: i64 = 2004;

/// The finding as one OCSF event, a JSON object.
///
/// Same finding, same event. Everything that a finding holds is in it: what OCSF has no attribute
/// for stands in `data` beside the resource or evidence that it belongs to, the rest under
/// `unmapped`, both by GuardDuty's names. What a finding lacks, the event lacks, even where OCSF
/// requires it: `time` is missing when the finding has no time that can be read, and nothing else
/// that is required ever is. Texts are neither escaped nor cut.
pub fn detection_finding(finding: &Finding) -> Json {
    let mut rest = tree(finding.raw());
    take_header(finding, &mut rest);
    let activity = status::activity(finding);
    let type_name = format!("Detection Finding: {}", activity.caption);
    let blocked = take_blocked(&mut rest);
    let malware = malware::malware(&mut rest);
    let outcome = match blocked {
        Some(blocked) => Some(status::blocked(blocked)),
        None => (!malware.is_empty()).then(status::detected),
    };
    let mut profiles = vec!["cloud", "datetime"];
    if outcome.is_some() {
        profiles.push("security_control");
    }
    let (action, disposition) = outcome.unzip();
    let finding_info = finding_info::finding_info(finding, &mut rest);
    let metadata = metadata::metadata(finding, &mut rest, &profiles);
    let evidences = evidences::evidences(&mut rest);
    let resources = resources::resources(finding, &mut rest);
    Attributes::new()
        .with("category_uid", Some(CATEGORY))
        .with("category_name", Some("Findings"))
        .with("class_uid", Some(CLASS))
        .with("class_name", Some("Detection Finding"))
        .with("type_uid", Some(CLASS * 100 + activity.id))
        .with("type_name", Some(type_name))
        .choice("activity_id", "activity_name", Some(activity))
        .choice("severity_id", "severity", Some(status::severity(finding)))
        .choice("status_id", "status", status::status(finding))
        .choice("action_id", "action", action)
        .choice("disposition_id", "disposition", disposition)
        .time("time", time(finding))
        .with(
            "message",
            finding.title().filter(|title| !title.is_empty()).or(finding.description()),
        )
        .with("count", finding.count())
        .with("confidence_score", rest.take_integer("confidence"))
        .with("metadata", Some(metadata))
        .with("cloud", Some(metadata::cloud(finding)))
        .with("finding_info", Some(finding_info))
        .with("malware", Some(malware))
        .with("observables", Some(observables::observables(&resources, &evidences)))
        .with("resources", Some(resources))
        .with("evidences", Some(evidences))
        .with("unmapped", rest.rest())
        .into()
}

/// When this version came about: the update, or the nearest to it that the finding knows.
fn time(finding: &Finding) -> Option<Timestamp> {
    finding.updated_at().or(finding.last_seen()).or(finding.created_at()).or(finding.first_seen())
}

/// Takes out what the header has read, so that it stands in the event once. The severity stays:
/// OCSF has no place for its number. So does the id when the ARN is what identifies the finding.
fn take_header(finding: &Finding, rest: &mut Json) {
    let is_there = |text: Option<&str>| text.is_some_and(|text| !text.is_empty());
    for (path, has_place) in [
        ("accountId", is_there(finding.account_id())),
        ("arn", is_there(finding.arn())),
        ("id", !is_there(finding.arn())),
        ("region", is_there(finding.region())),
        ("type", finding.finding_type().is_some_and(|kind| !kind.as_str().is_empty())),
        ("title", is_there(finding.title())),
        ("description", is_there(finding.description())),
        ("createdAt", finding.created_at().is_some()),
        ("updatedAt", is_there(finding.updated_at_text()) || finding.updated_at().is_some()),
        ("associatedAttackSequenceArn", finding.attack_sequence_arn().is_some()),
        ("service.archived", finding.archived().is_some()),
        ("service.count", finding.count().is_some()),
        ("service.detectorId", is_there(finding.detector_id())),
        ("service.eventFirstSeen", finding.first_seen().is_some()),
        ("service.eventLastSeen", finding.last_seen().is_some()),
    ] {
        if has_place {
            rest.take_as(path, |_| Some(()));
        }
    }
}

/// Whether GuardDuty says that a connection, a probe or a query was blocked.
fn take_blocked(rest: &mut Json) -> Option<bool> {
    ["networkConnectionAction", "portProbeAction", "dnsRequestAction"]
        .into_iter()
        .find_map(|action| rest.take_flag(&format!("service.action.{action}.blocked")))
}

#[cfg(test)]
mod tests;
