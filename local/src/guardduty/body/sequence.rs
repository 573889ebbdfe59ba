//! An attack sequence: several signals of one day that GuardDuty ties to one attack.

use serde_json::{Value, json};

use super::{Scene, action::REMOTE_IP, compute::INSTANCE_ID, storage::BUCKET};
use crate::guardduty::finding_types::FindingTypeRow;

const ACTOR: &str = "AIDAEXAMPLEUSER000000/AKIAIOSFODNN7EXAMPLE";
const ENDPOINT: &str = "endpoint-0001";

pub(super) fn sequence(name: &str, row: &FindingTypeRow, scene: &Scene<'_>) -> Value {
    let resources = resources(name, scene);
    let uids: Vec<&Value> = resources.iter().filter_map(|resource| resource.get("uid")).collect();
    json!({
        "uid": "00000000000000000000000000000003",
        "description": format!(
            "The account {}.\nTactics: Discovery, Exfiltration.\nHigh-risk API calls: GetObject, ListBuckets.", row.summary
        ),
        "actors": [{
            "id": ACTOR,
            "user": {
                "name": "example-user",
                "uid": "AIDAEXAMPLEUSER000000",
                "type": "IAMUser",
                "credentialUid": "AKIAIOSFODNN7EXAMPLE",
                "account": { "uid": scene.account_id, "account": "example" },
            },
            "session": { "uid": "example-session", "mfaStatus": "DISABLED", "createdTime": 1_767_225_600.0, "issuer": "iam" },
        }],
        "resources": resources,
        "endpoints": [{
            "id": ENDPOINT,
            "ip": REMOTE_IP,
            "domain": "bad.example.com",
            "port": 443,
            "location": { "city": "Example City", "country": "Exampleland", "lat": 0.0, "lon": 0.0 },
            "autonomousSystem": { "name": "Example Networks", "number": 64_496 },
            "connection": { "direction": "INBOUND" },
        }],
        "signals": [finding_signal(&uids), call_signal(&uids, scene)],
        "sequenceIndicators": [
            { "key": "ATTACK_TACTIC", "values": ["Discovery", "Exfiltration"], "title": "Tactics" },
            { "key": "HIGH_RISK_API", "values": ["s3:GetObject"], "title": "High-risk API calls" },
            { "key": "MALICIOUS_IP", "values": [REMOTE_IP], "title": "Address on a threat list" },
        ],
        "additionalSequenceTypes": [],
    })
}

fn finding_signal(uids: &[&Value]) -> Value {
    json!({
        "uid": "00000000000000000000000000000004",
        "type": "FINDING",
        "description": "The access key was used from an address on a threat list.",
        "name": "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
        "createdAt": 1_767_225_600.0,
        "updatedAt": 1_767_229_200.0,
        "firstSeenAt": 1_767_225_600.0,
        "lastSeenAt": 1_767_229_200.0,
        "severity": 5.0,
        "count": 3,
        "resourceUids": uids,
        "actorIds": [ACTOR],
        "endpointIds": [ENDPOINT],
        "signalIndicators": [{ "key": "MALICIOUS_IP", "values": [REMOTE_IP], "title": "Address on a threat list" }],
    })
}

fn call_signal(uids: &[&Value], scene: &Scene<'_>) -> Value {
    json!({
        "uid": format!("arn:{}:cloudtrail::{}:event/example", scene.partition, scene.account_id),
        "type": "CLOUD_TRAIL",
        "description": "An API call that attackers like was made.",
        "name": "GetObject",
        "createdAt": 1_767_227_400.0,
        "updatedAt": 1_767_227_400.0,
        "firstSeenAt": 1_767_227_400.0,
        "lastSeenAt": 1_767_227_400.0,
        "count": 1,
        "resourceUids": uids,
        "actorIds": [ACTOR],
        "endpointIds": [ENDPOINT],
        "signalIndicators": [{ "key": "HIGH_RISK_API", "values": ["s3:GetObject"] }],
        "activities": [{ "type": "API_CALL", "api": {
            "operation": "GetObject", "service": "s3.amazonaws.com", "userAgent": "aws-cli/2.15.0",
        }}],
    })
}

fn resources(name: &str, scene: &Scene<'_>) -> Vec<Value> {
    let one = |kind: &str, service: &str, uid: String, name: &str, data: Value| {
        json!({
            "uid": uid,
            "name": name,
            "accountId": scene.account_id,
            "resourceType": kind,
            "region": scene.region,
            "service": service,
            "cloudPartition": scene.partition,
            "tags": [{ "key": "team", "value": "example" }],
            "data": data,
        })
    };
    let instance_arn = scene.arn("ec2", &format!("instance/{INSTANCE_ID}"));
    let key = one(
        "ACCESS_KEY",
        "iam",
        "AKIAIOSFODNN7EXAMPLE".to_owned(),
        "AKIAIOSFODNN7EXAMPLE",
        json!({
            "accessKey": { "principalId": "AIDAEXAMPLEUSER000000", "userName": "example-user", "userType": "IAMUser" },
        }),
    );
    let bucket_arn = format!("arn:{}:s3:::{BUCKET}", scene.partition);
    let target = match () {
        () if name.contains("S3/") => one(
            "S3_BUCKET",
            "s3",
            bucket_arn,
            BUCKET,
            json!({ "s3Bucket": {
                "ownerId": "example-canonical-user",
                "createdAt": 1_767_225_600.0,
                "encryptionType": "SSE-S3",
                "effectivePermission": "NOT_PUBLIC",
                "publicReadAccess": "BLOCKED",
                "publicWriteAccess": "BLOCKED",
                "accountPublicAccess": {
                    "publicAclAccess": "BLOCKED",
                    "publicPolicyAccess": "BLOCKED",
                    "publicAclIgnoreBehavior": "IGNORED",
                    "publicBucketRestrictBehavior": "RESTRICTED",
                },
                "s3ObjectUids": [],
            }}),
        ),
        () if name.contains("EKS/") => {
            let arn = scene.arn("eks", "cluster/example-eks-cluster");
            one(
                "EKS_CLUSTER",
                "eks",
                arn.clone(),
                "example-eks-cluster",
                json!({ "eksCluster": {
                    "arn": arn,
                    "createdAt": 1_767_225_600.0,
                    "status": "ACTIVE",
                    "vpcId": "vpc-0123456789abcdef0",
                    "ec2InstanceUids": [instance_arn],
                }}),
            )
        }
        () if name.contains("ECS/") => {
            let arn = scene.arn("ecs", "cluster/example-ecs-cluster");
            let data =
                json!({ "ecsCluster": { "status": "ACTIVE", "ec2InstanceUids": [instance_arn] } });
            one("ECS_CLUSTER", "ecs", arn, "example-ecs-cluster", data)
        }
        () if name.contains("EC2/") => one(
            "EC2_INSTANCE",
            "ec2",
            instance_arn,
            INSTANCE_ID,
            json!({ "ec2Instance": {
                "availabilityZone": format!("{}a", scene.region),
                "instanceState": "running",
                // The service model gives this member no lower-case name.
                "IamInstanceProfile": { "id": "AIPAEXAMPLEPROFILE000" },
                "instanceType": "m5.large",
                "productCodes": [],
                "ec2NetworkInterfaceUids": [],
            }}),
        ),
        () => return vec![key],
    };
    vec![key, target]
}
