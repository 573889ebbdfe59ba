//! Calls of the AWS API and of Kubernetes, and logins to databases.

use serde_json::Value as Json;

use super::key_actor;
use crate::ocsf::{actor, attributes::Attributes, endpoint, remainder::Remainder};

/// `awsApiCallAction`, made by the identity that the finding is about.
pub(super) fn aws_call(finding: &mut Json) -> Option<Attributes> {
    let actor = key_actor(finding);
    let call = finding.part("service.action.awsApiCallAction")?;
    // A call that comes from an AWS service has the service's name in place of an address.
    let source = endpoint::remote(call).map(Json::from).or_else(|| {
        Attributes::new().with("svc_name", call.take_text("domainDetails.domain")).object()
    });
    let api = call.take_text("api").map(|operation| {
        let service = Attributes::new().with("name", call.take_text("serviceName"));
        let response = Attributes::new().with("error", call.take_text("errorCode"));
        Attributes::new()
            .with("operation", Some(operation))
            .with("service", service.object())
            .with("response", response.object())
    });
    let evidence =
        Attributes::new().with("actor", actor).with("api", api).with("src_endpoint", source);
    Some(evidence.data("awsApiCallAction", call.rest()))
}

/// `kubernetesApiCallAction`, made by the user of the cluster.
pub(super) fn kubernetes_call(finding: &mut Json) -> Option<Attributes> {
    finding.part("service.action.kubernetesApiCallAction")?;
    let actor = actor::actor(actor::kubernetes_user(finding)).or_else(|| key_actor(finding));
    let call = finding.part("service.action.kubernetesApiCallAction")?;
    let source = endpoint::remote(call).map(Json::from).or_else(|| {
        let sources = call.seen("sourceIPs").and_then(Json::as_array);
        let first = sources.into_iter().flatten().find_map(endpoint::address);
        Attributes::new().with("ip", first).object()
    });
    let api = call.take_text("verb").map(|verb| {
        let response = Attributes::new().with("code", call.take_integer("statusCode"));
        Attributes::new().with("operation", Some(verb)).with("response", response.object())
    });
    let evidence =
        Attributes::new().with("actor", actor).with("api", api).with("src_endpoint", source);
    Some(evidence.data("kubernetesApiCallAction", call.rest()))
}

/// `rdsLoginAttemptAction`: one item per user that somebody tried to log in as.
pub(super) fn logins(finding: &mut Json) -> Vec<Attributes> {
    let user = finding.seen_text("resource.rdsDbUserDetails.user");
    let Some(attempt) = finding.part("service.action.rdsLoginAttemptAction") else {
        return Vec::new();
    };
    let source = endpoint::remote(attempt).map(Json::from);
    let mut evidences: Vec<_> = attempt
        .parts("loginAttributes")
        .into_iter()
        .map(|login| {
            let user = Attributes::new().with("name", login.take_text("user"));
            Attributes::new()
                .with("actor", actor::actor(user.object()))
                .with("src_endpoint", source.clone())
                .data("loginAttributes", login.rest())
        })
        .collect();
    if evidences.is_empty() {
        let user = Attributes::new().with("name", user);
        let evidence = Attributes::new().with("actor", actor::actor(user.object()));
        evidences.push(evidence.with("src_endpoint", source));
    }
    let rest = attempt.rest();
    if let Some(first) = evidences.first_mut() {
        *first = std::mem::take(first).data("rdsLoginAttemptAction", rest);
    }
    evidences
}
