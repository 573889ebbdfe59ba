//! The details of buckets, objects, databases and backups.

use serde_json::{Value, json};

use super::{Scene, identity::key_details, insert};

pub(super) const BUCKET: &str = "amzn-s3-demo-bucket";

pub(super) fn bucket(resource_type: &str, scene: &Scene<'_>) -> Value {
    let arn = format!("arn:{}:s3:::{BUCKET}", scene.partition);
    let closed = json!({
        "ignorePublicAcls": false, "restrictPublicBuckets": false, "blockPublicAcls": false, "blockPublicPolicy": false,
    });
    let mut bucket = json!({
        "arn": arn,
        "name": BUCKET,
        "type": "Destination",
        "createdAt": 1_767_225_600.0,
        "owner": { "id": "example-canonical-user" },
        "tags": [{ "key": "team", "value": "example" }],
        "defaultServerSideEncryption": { "encryptionType": "SSEAlgorithm", "kmsMasterKeyArn": scene.arn("kms", "key/example") },
        "publicAccess": {
            "permissionConfiguration": {
                "bucketLevelPermissions": {
                    "accessControlList": { "allowsPublicReadAccess": false, "allowsPublicWriteAccess": false },
                    "bucketPolicy": { "allowsPublicReadAccess": false, "allowsPublicWriteAccess": false },
                    "blockPublicAccess": closed,
                },
                "accountLevelPermissions": { "blockPublicAccess": closed },
            },
            "effectivePermission": "NOT_PUBLIC",
        },
    });
    if resource_type == "S3Object" {
        insert(
            &mut bucket,
            "s3ObjectDetails",
            json!([{
                "objectArn": format!("{arn}/uploads/example.zip"),
                "key": "uploads/example.zip",
                "eTag": "00000000000000000000000000000001",
                "hash": HASH,
                "versionId": "example-version",
            }]),
        );
        return json!({ "s3BucketDetails": [bucket] });
    }
    json!({ "s3BucketDetails": [bucket], "accessKeyDetails": key_details(false) })
}

/// The SHA-256 of nothing: an example that no scanner takes for a real threat.
pub(super) const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(super) fn database(resource_type: &str, scene: &Scene<'_>) -> Value {
    let user = json!({
        "user": "example_user",
        "application": "psql",
        "database": "example",
        "ssl": "TLSv1.3",
        "authMethod": "password",
    });
    let tags = json!([{ "key": "team", "value": "example" }]);
    if resource_type == "RDSLimitlessDB" {
        return json!({ "rdsDbUserDetails": user, "rdsLimitlessDbDetails": {
            "dbShardGroupIdentifier": "example-shard-group",
            "dbShardGroupResourceId": "shardgroup-EXAMPLE00000000000000000000",
            "dbShardGroupArn": scene.arn("rds", "shard-group:shardgroup-example"),
            "engine": "aurora-postgresql",
            "engineVersion": "16.4",
            "dbClusterIdentifier": "example-cluster",
            "tags": tags,
        }});
    }
    json!({ "rdsDbUserDetails": user, "rdsDbInstanceDetails": {
        "dbInstanceIdentifier": "example-database",
        "engine": "aurora-postgresql",
        "engineVersion": "16.4",
        "dbClusterIdentifier": "example-cluster",
        "dbInstanceArn": scene.arn("rds", "db:example-database"),
        "dbiResourceId": "db-EXAMPLE00000000000000000",
        "tags": tags,
    }})
}

pub(super) fn backup(resource_type: &str, scene: &Scene<'_>) -> Value {
    let (partition, region) = (scene.partition, scene.region);
    match resource_type {
        "EBSSnapshot" => json!({ "ebsSnapshotDetails": {
            "snapshotArn": format!("arn:{partition}:ec2:{region}::snapshot/snap-0123456789abcdef0"),
        }}),
        "EC2Image" => json!({ "ec2ImageDetails": {
            "imageArn": format!("arn:{partition}:ec2:{region}::image/ami-0123456789abcdef0"),
        }}),
        _ => json!({ "recoveryPointDetails": {
            "recoveryPointArn": scene.arn("backup", "recovery-point:11111111-2222-3333-4444-555555555555"),
            "backupVaultName": "example-vault",
            "continuousScanDetails": { "startTime": 1_767_225_600.0, "endTime": 1_767_229_200.0 },
        }}),
    }
}
