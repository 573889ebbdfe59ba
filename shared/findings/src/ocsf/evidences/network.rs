//! Connections, port probes and DNS queries.

use serde_json::Value as Json;

use crate::ocsf::{
    attributes::{Attributes, Choice},
    endpoint,
    remainder::Remainder,
};

/// What the finding is about, as far as an endpoint can say it.
pub(super) struct Scene {
    pub(super) instance: Option<String>,
}

const OUTBOUND: i64 = 2;

/// `networkConnectionAction`. The resource is the source of what goes out and the destination of
/// everything else, since whose direction is not known has been looked for by somebody.
pub(super) fn connection(action: &mut Json, scene: &Scene) -> Option<Attributes> {
    let connection = action.part("networkConnectionAction")?;
    let goes_out = connection
        .seen_text("connectionDirection")
        .is_some_and(|name| endpoint::direction(name).id == OUTBOUND);
    let local = endpoint::local(connection, scene.instance.as_deref());
    let remote = endpoint::remote(connection);
    let (source, destination) = if goes_out { (local, remote) } else { (remote, local) };
    let evidence = Attributes::new()
        .with("src_endpoint", source)
        .with("dst_endpoint", destination)
        .with("connection_info", endpoint::connection_info(connection, None));
    Some(evidence.data("networkConnectionAction", connection.rest()))
}

/// `portProbeAction`: each probe is an inbound connection of its own.
pub(super) fn probes(action: &mut Json, scene: &Scene) -> Vec<Attributes> {
    let probes = action.parts("portProbeAction.portProbeDetails");
    let evidence = probes.into_iter().map(|probe| {
        let inbound = Choice::new(1, "Inbound");
        let evidence = Attributes::new()
            .with("src_endpoint", endpoint::remote(probe))
            .with("dst_endpoint", endpoint::local(probe, scene.instance.as_deref()))
            .with("connection_info", endpoint::connection_info(probe, Some(inbound)));
        evidence.data("portProbeDetails", probe.rest())
    });
    evidence.collect()
}

/// `dnsRequestAction`. A domain that is no host's name to OCSF stays in `data`.
pub(super) fn query(action: &mut Json, scene: &Scene) -> Option<Attributes> {
    let request = action.part("dnsRequestAction")?;
    let query = Attributes::new().with("hostname", request.take_as("domain", endpoint::hostname));
    let source = Attributes::new().with("instance_uid", scene.instance.as_deref());
    let evidence = Attributes::new()
        .with("query", query.object())
        .with("src_endpoint", source.object())
        .with("connection_info", endpoint::connection_info(request, None));
    Some(evidence.data("dnsRequestAction", request.rest()))
}
