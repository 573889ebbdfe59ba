//! The one name of the resource that a finding is about.

use serde_json::Value;

use super::sort::attribute;

const NAMES: [&str; 14] = [
    "resource.instanceDetails.instanceId",
    "resource.s3BucketDetails.arn",
    "resource.eksClusterDetails.arn",
    "resource.ecsClusterDetails.arn",
    "resource.containerDetails.id",
    "resource.lambdaDetails.functionArn",
    "resource.rdsDbInstanceDetails.dbInstanceArn",
    "resource.rdsLimitlessDbDetails.dbShardGroupArn",
    "resource.ebsSnapshotDetails.snapshotArn",
    "resource.ec2ImageDetails.imageArn",
    "resource.recoveryPointDetails.recoveryPointArn",
    "resource.accessKeyDetails.accessKeyId",
    "service.detection.sequence.resources.uid",
    "service.detection.sequence.uid",
];

pub(crate) fn resource_id(body: &Value) -> Option<&str> {
    NAMES.iter().find_map(|name| attribute(body, name)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::{body::example_finding, finding_types::finding_types};
    use super::*;

    #[test]
    fn every_example_is_about_a_resource_with_a_name() {
        for row in finding_types() {
            assert!(resource_id(&example_finding(row.name)).is_some(), "{}", row.name);
        }
    }
}
