//! `resources`: what the finding is about, one item per thing in AWS.

use serde_json::{Value as Json, json};

use super::{
    actor,
    attributes::Attributes,
    metadata,
    remainder::{Remainder, text},
};
use crate::Finding;

/// One kind of resource: where a finding holds it, and what identifies it there.
struct Kind {
    path: &'static str,
    name: &'static str,
    uid: &'static str,
    named: Option<&'static str>,
    version: Option<&'static str>,
}

const fn kind(path: &'static str, name: &'static str, uid: &'static str) -> Kind {
    Kind { path, name, uid, named: None, version: None }
}

impl Kind {
    const fn named(self, named: &'static str) -> Self {
        Self { named: Some(named), ..self }
    }

    const fn version(self, version: &'static str) -> Self {
        Self { version: Some(version), ..self }
    }
}

/// All kinds, those inside of others first: what they leave belongs to the outer one.
const KINDS: [Kind; 19] = [
    kind("instanceDetails", "Instance", "instanceId"),
    kind("accessKeyDetails", "AccessKey", "accessKeyId").named("userName"),
    kind("s3BucketDetails.s3ObjectDetails", "S3Object", "objectArn")
        .named("key")
        .version("versionId"),
    kind("s3BucketDetails", "S3Bucket", "arn").named("name"),
    kind("eksClusterDetails", "EKSCluster", "arn").named("name"),
    kind("kubernetesDetails.kubernetesWorkloadDetails", "KubernetesWorkload", "uid").named("name"),
    kind("ecsClusterDetails.taskDetails", "ECSTask", "arn").version("version"),
    kind("ecsClusterDetails", "ECSCluster", "arn").named("name"),
    kind("containerDetails", "Container", "id").named("name"),
    kind("lambdaDetails", "Lambda", "functionArn").named("functionName").version("functionVersion"),
    kind("rdsDbInstanceDetails", "RDSDBInstance", "dbInstanceArn").named("dbInstanceIdentifier"),
    kind("rdsLimitlessDbDetails", "RDSLimitlessDB", "dbShardGroupArn")
        .named("dbShardGroupIdentifier"),
    kind("ebsVolumeDetails.scannedVolumeDetails", "EBSVolume", "volumeArn").named("deviceName"),
    kind("ebsSnapshotDetails", "EBSSnapshot", "snapshotArn"),
    kind("ec2ImageDetails", "EC2Image", "imageArn"),
    kind("recoveryPointDetails", "RecoveryPoint", "recoveryPointArn"),
    kind("bedrockGuardrailDetails.guardrails", "BedrockGuardrail", "arn").version("version"),
    kind("bedrockGuardrailDetails", "BedrockGuardrail", "guardrailArn").version("guardrailVersion"),
    kind("modelDetails", "Model", "modelId"),
];

/// What the finding is about, that of its own `resourceType` first.
pub(super) fn resources(finding: &Finding, rest: &mut Json) -> Vec<Json> {
    let user = actor::key_user(rest);
    let mut resources: Vec<(bool, Attributes)> = Vec::new();
    if let Some(details) = rest.part("resource") {
        for kind in &KINDS {
            let is_own = finding.resource_type() == Some(kind.name);
            for block in details.parts(kind.path) {
                let resource = resource(kind, block, user.as_ref());
                resources.extend(resource.map(|resource| (is_own, resource)));
            }
        }
    }
    resources.sort_by_key(|(is_own, _)| !is_own);
    if resources.first().is_some_and(|(is_own, _)| *is_own) {
        rest.take_text("resource.resourceType");
    }
    let partition = (!resources.is_empty()).then(|| rest.take_text("partition")).flatten();
    let of_sequence = rest.parts("service.detection.sequence.resources");
    let of_sequence: Vec<_> = of_sequence.into_iter().filter_map(of_sequence_resource).collect();
    resources
        .into_iter()
        .map(|(_, resource)| {
            let placed = resource.with("region", finding.region());
            placed.with("cloud_partition", partition.clone()).into()
        })
        .chain(of_sequence.into_iter().map(Json::from))
        .collect()
}

/// A resource that has an id or a name; any other stays where it is.
fn resource(kind: &Kind, block: &mut Json, user: Option<&Json>) -> Option<Attributes> {
    let known = Attributes::new()
        .with("uid", block.take_text(kind.uid))
        .with("name", kind.named.and_then(|named| block.take_text(named)));
    if known.is_empty() {
        return None;
    }
    let owner = match kind.name {
        "S3Bucket" => Attributes::new().with("uid", block.take_text("owner.id")).object(),
        "AccessKey" => user.cloned().inspect(|_| {
            // Both are in the user.
            block.take_text("principalId");
            block.take_text("userType");
        }),
        _ => None,
    };
    let known = known
        .with("type", Some(kind.name))
        .with("version", kind.version.and_then(|version| block.take_text(version)))
        .with("namespace", block.take_text("namespace"))
        .with("labels", Some(labels(block)))
        .with("owner", owner);
    Some(known.with("data", block.rest()))
}

/// A resource of an attack sequence; its signals refer to it by the uid.
fn of_sequence_resource(block: &mut Json) -> Option<Attributes> {
    let known =
        Attributes::new().with("uid", block.take_text("uid")).with("name", block.take_text("name"));
    if known.is_empty() {
        return None;
    }
    let owner = block
        .take_text("accountId")
        .map(|id| Attributes::new().with("account", Some(metadata::account(&id))));
    let known = known
        .with("type", block.take_text("resourceType"))
        .with("region", block.take_text("region"))
        .with("cloud_partition", block.take_as("cloudPartition", partition))
        .with("labels", Some(labels(block)))
        .with("owner", owner);
    Some(known.with("data", block.rest()))
}

/// A partition as OCSF and ARNs write it.
fn partition(written: &Json) -> Option<String> {
    text(written).map(|name| name.to_ascii_lowercase().replace('_', "-"))
}

/// Tags as `key=value`. They stay in `data` as well, since a key may hold an equals sign.
fn labels(block: &mut Json) -> Vec<Json> {
    let label = |tag: &mut Json| {
        let key = tag.seen_text("key")?;
        Some(match tag.seen_text("value") {
            Some(value) => json!(format!("{key}={value}")),
            None => json!(key),
        })
    };
    block.parts("tags").into_iter().filter_map(label).collect()
}
