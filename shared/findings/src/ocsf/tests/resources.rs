//! Every kind of resource, with what identifies it, and what is left of it.

use serde_json::{Value as Json, json};

use super::event;

/// The resources of a finding with these details.
fn resources(details: Json) -> Vec<Json> {
    event(&json!({"resource": details}))["resources"].as_array().cloned().unwrap_or_default()
}

#[test]
fn every_kind_has_its_id_its_name_and_its_version() {
    let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
    for (details, expected) in [
        (
            json!({"instanceDetails": {"instanceId": "i-1", "imageId": "ami-1"}}),
            json!({"type": "Instance", "uid": "i-1", "data": {"imageId": "ami-1"}}),
        ),
        (
            json!({"s3BucketDetails": [{"arn": "arn:aws:s3:::b", "name": "b", "type": "Destination", "owner": {"id": "o"}}]}),
            json!({"type": "S3Bucket", "uid": "arn:aws:s3:::b", "name": "b", "owner": {"uid": "o"}, "data": {"type": "Destination"}}),
        ),
        (
            json!({"eksClusterDetails": {"arn": "arn:eks", "name": "apps", "vpcId": "vpc-1"}}),
            json!({"type": "EKSCluster", "uid": "arn:eks", "name": "apps", "data": {"vpcId": "vpc-1"}}),
        ),
        (
            json!({"kubernetesDetails": {"kubernetesWorkloadDetails":
                {"uid": "u", "name": "web", "namespace": "shop", "type": "pods", "hostIPC": false}}}),
            json!({"type": "KubernetesWorkload", "uid": "u", "name": "web", "namespace": "shop",
                "data": {"type": "pods", "hostIPC": false}}),
        ),
        (
            json!({"containerDetails": {"id": "c", "name": "web", "image": "web:1"}}),
            json!({"type": "Container", "uid": "c", "name": "web", "data": {"image": "web:1"}}),
        ),
        (
            json!({"lambdaDetails": {"functionArn": function, "functionName": "f", "functionVersion": "7"}}),
            json!({"type": "Lambda", "uid": function, "name": "f", "version": "7"}),
        ),
        (
            json!({"rdsDbInstanceDetails": {"dbInstanceArn": "arn:db", "dbInstanceIdentifier": "db", "engine": "postgres"}}),
            json!({"type": "RDSDBInstance", "uid": "arn:db", "name": "db", "data": {"engine": "postgres"}}),
        ),
        (
            json!({"rdsLimitlessDbDetails": {"dbShardGroupArn": "arn:sg", "dbShardGroupIdentifier": "sg"}}),
            json!({"type": "RDSLimitlessDB", "uid": "arn:sg", "name": "sg"}),
        ),
        (
            json!({"ebsVolumeDetails": {"scannedVolumeDetails": [{"volumeArn": "arn:vol", "deviceName": "/dev/xvda"}]}}),
            json!({"type": "EBSVolume", "uid": "arn:vol", "name": "/dev/xvda"}),
        ),
        (
            json!({"ebsSnapshotDetails": {"snapshotArn": "arn:snap"}}),
            json!({"type": "EBSSnapshot", "uid": "arn:snap"}),
        ),
        (
            json!({"ec2ImageDetails": {"imageArn": "arn:image"}}),
            json!({"type": "EC2Image", "uid": "arn:image"}),
        ),
        (
            json!({"recoveryPointDetails": {"recoveryPointArn": "arn:rp", "backupVaultName": "v"}}),
            json!({"type": "RecoveryPoint", "uid": "arn:rp", "data": {"backupVaultName": "v"}}),
        ),
        (
            json!({"bedrockGuardrailDetails": {"guardrailArn": "arn:g", "guardrailVersion": "2"}}),
            json!({"type": "BedrockGuardrail", "uid": "arn:g", "version": "2"}),
        ),
        (json!({"modelDetails": [{"modelId": "m"}]}), json!({"type": "Model", "uid": "m"})),
    ] {
        assert_eq!(resources(details), [expected]);
    }
}

#[test]
fn an_access_key_belongs_to_its_user() {
    let details = json!({"accessKeyDetails": {"accessKeyId": "AKIAEXAMPLE", "principalId": "AIDAEXAMPLE",
        "userName": "ana", "userType": "IAMUser", "userIdentity": {"arn": "arn:aws:iam::111122223333:user/ana"}}});
    let owner = json!({"name": "ana", "uid": "AIDAEXAMPLE", "credential_uid": "AKIAEXAMPLE",
        "type_id": 99, "type": "IAMUser"});
    let data = json!({"userIdentity": {"arn": "arn:aws:iam::111122223333:user/ana"}});
    let expected = json!({"type": "AccessKey", "uid": "AKIAEXAMPLE", "name": "ana", "owner": owner, "data": data});
    assert_eq!(resources(details), [expected]);
}

#[test]
fn a_task_and_an_object_are_resources_beside_their_cluster_and_bucket() {
    let cluster = json!({"ecsClusterDetails": {"arn": "arn:cluster", "name": "shop", "status": "ACTIVE",
        "taskDetails": {"arn": "arn:task", "version": "5", "launchType": "FARGATE"}}, "resourceType": "ECSCluster"});
    let expected = [
        json!({"type": "ECSCluster", "uid": "arn:cluster", "name": "shop", "data": {"status": "ACTIVE"}}),
        json!({"type": "ECSTask", "uid": "arn:task", "version": "5", "data": {"launchType": "FARGATE"}}),
    ];
    assert_eq!(resources(cluster), expected);
    let object =
        json!({"objectArn": "arn:aws:s3:::b/k", "key": "k", "versionId": "3", "eTag": "e"});
    let bucket = json!({"s3BucketDetails": {"arn": "arn:aws:s3:::b", "s3ObjectDetails": [object]}});
    let expected = [
        json!({"type": "S3Object", "uid": "arn:aws:s3:::b/k", "name": "k", "version": "3", "data": {"eTag": "e"}}),
        json!({"type": "S3Bucket", "uid": "arn:aws:s3:::b"}),
    ];
    assert_eq!(resources(bucket), expected);
}

#[test]
fn the_resource_that_the_finding_names_comes_first_and_all_know_where_they_are() {
    let event = event(
        &json!({"region": "eu-west-1", "partition": "aws", "resource": {"resourceType": "S3Bucket",
        "instanceDetails": {"instanceId": "i-1"}, "s3BucketDetails": [{"name": "b"}, {"name": "c"}]}}),
    );
    let place = |kind: &str, name: &str, text: &str| json!({"type": kind, name: text, "region": "eu-west-1", "cloud_partition": "aws"});
    let expected = [
        place("S3Bucket", "name", "b"),
        place("S3Bucket", "name", "c"),
        place("Instance", "uid", "i-1"),
    ];
    assert_eq!(event["resources"], json!(expected));
    assert_eq!(event.get("unmapped"), None);
}

#[test]
fn tags_are_labels_and_stay_whole() {
    let tags = json!([{"key": "Role", "value": "edge"}, {"key": "a=b", "value": ""}, {"value": "x"}, null]);
    let found = resources(json!({"instanceDetails": {"instanceId": "i-1", "tags": tags}}));
    assert_eq!(found[0]["labels"], json!(["Role=edge", "a=b"]));
    let kept =
        json!([{"key": "Role", "value": "edge"}, {"key": "a=b", "value": ""}, {"value": "x"}]);
    assert_eq!(found[0]["data"]["tags"], kept);
}

#[test]
fn what_cannot_be_identified_or_has_no_known_kind_is_unmapped() {
    let details = json!({"resourceType": "Quantum", "quantumDetails": {"qubitArn": "arn:q"},
        "instanceDetails": {"instanceId": "", "imageId": "ami-1"},
        "ebsVolumeDetails": {"skippedVolumeDetails": [{"volumeArn": "arn:vol"}]}});
    let event = event(&json!({"resource": details}));
    assert_eq!(event.get("resources"), None);
    assert_eq!(event["unmapped"], json!({"resource": details}));
}

#[test]
fn resources_of_an_attack_sequence_come_from_its_list() {
    let event = event(
        &json!({"type": "AttackSequence:S3/CompromisedData", "partition": "aws-us-gov",
        "resource": {"resourceType": "AttackSequence"},
        "service": {"detection": {"sequence": {"resources": [
            {"uid": "arn:aws:s3:::b", "name": "b", "accountId": "111122223333", "resourceType": "S3_BUCKET",
                "region": "us-gov-west-1", "cloudPartition": "AWS_US_GOV", "service": "s3",
                "tags": [{"key": "Class", "value": "secret"}], "data": {"s3Bucket": {"publicReadAccess": "BLOCKED"}}},
            {"accountId": "111122223333"}
        ]}}}}),
    );
    let account = json!({"uid": "111122223333", "type_id": 10, "type": "AWS Account"});
    let data = json!({"service": "s3", "tags": [{"key": "Class", "value": "secret"}],
        "data": {"s3Bucket": {"publicReadAccess": "BLOCKED"}}});
    let expected = json!([{"uid": "arn:aws:s3:::b", "name": "b", "type": "S3_BUCKET", "region": "us-gov-west-1",
        "cloud_partition": "aws-us-gov", "labels": ["Class=secret"], "owner": {"account": account}, "data": data}]);
    assert_eq!(event["resources"], expected);
    let unmapped = json!({"partition": "aws-us-gov", "resource": {"resourceType": "AttackSequence"},
        "service": {"detection": {"sequence": {"resources": [{"accountId": "111122223333"}]}}}});
    assert_eq!(event["unmapped"], unmapped);
}
