//! `evidences`: what GuardDuty saw, one item per connection, probe, call, login, process and file.

use serde_json::Value as Json;

use self::network::Scene;
use super::{actor, attributes::Attributes, remainder::Remainder};

mod api;
mod file;
mod network;
mod process;
mod sequence;

/// All evidence of a finding, with what has no attribute of its own under `data`, by the name that
/// GuardDuty has for it.
pub(super) fn evidences(finding: &mut Json) -> Vec<Json> {
    let scene = Scene { instance: finding.seen_text("resource.instanceDetails.instanceId") };
    let mut evidences = Vec::new();
    evidences.extend(api::aws_call(finding));
    evidences.extend(api::kubernetes_call(finding));
    evidences.extend(api::logins(finding));
    if let Some(action) = finding.part("service.action") {
        evidences.extend(network::connection(action, &scene));
        evidences.extend(network::probes(action, &scene));
        evidences.extend(network::query(action, &scene));
        evidences.extend(other_actions(action));
    }
    evidences.retain(|evidence| !evidence.is_empty());
    if let Some(details) = finding.part("service.runtimeDetails") {
        let mut acted = process::runtime(details).into_iter();
        // What a process did and the process itself are one piece of evidence.
        if let [only] = evidences.as_mut_slice()
            && let Some(process) = acted.next()
        {
            *only = std::mem::take(only).and(process);
        }
        evidences.extend(acted);
    }
    evidences.extend(file::evidences(finding));
    evidences.extend(sequence::evidences(finding));
    evidences.into_iter().filter_map(Attributes::object).collect()
}

/// Actions that nobody has heard of yet, and those that OCSF has no attributes for.
fn other_actions(action: &mut Json) -> Vec<Attributes> {
    let Some(members) = action.as_object_mut() else { return Vec::new() };
    let blocks = members.iter_mut().filter(|(_, value)| value.is_object());
    blocks.map(|(name, block)| Attributes::new().data(name, block.rest())).collect()
}

/// The user that a call was made by.
fn key_actor(finding: &Json) -> Option<Json> {
    actor::actor(actor::key_user(finding))
}
