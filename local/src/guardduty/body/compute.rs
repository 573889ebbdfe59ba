//! The details of an EC2 instance and of a Lambda function.

use serde_json::{Value, json};

use super::Scene;

pub(super) const INSTANCE_ID: &str = "i-0123456789abcdef0";
const VPC_ID: &str = "vpc-0123456789abcdef0";
const SUBNET_ID: &str = "subnet-0123456789abcdef0";

pub(super) fn instance(scene: &Scene<'_>) -> Value {
    let region = scene.region;
    json!({ "instanceDetails": {
        "instanceId": INSTANCE_ID,
        "instanceType": "m5.large",
        "launchTime": "2026-01-15T08:30:00.000Z",
        "platform": null,
        "productCodes": [{ "productCodeId": "example-product", "productCodeType": "marketplace" }],
        "iamInstanceProfile": {
            "arn": format!("arn:{}:iam::{}:instance-profile/example-profile", scene.partition, scene.account_id),
            "id": "AIPAEXAMPLEPROFILE000",
        },
        "networkInterfaces": [{
            "ipv6Addresses": [],
            "networkInterfaceId": "eni-0123456789abcdef0",
            "privateDnsName": format!("ip-10-0-0-1.{region}.compute.internal"),
            "privateIpAddress": "10.0.0.1",
            "privateIpAddresses": [{
                "privateDnsName": format!("ip-10-0-0-1.{region}.compute.internal"),
                "privateIpAddress": "10.0.0.1",
            }],
            "publicDnsName": "ec2-198-51-100-10.example.com",
            "publicIp": "198.51.100.10",
            "securityGroups": security_groups(),
            "subnetId": SUBNET_ID,
            "vpcId": VPC_ID,
        }],
        "outpostArn": null,
        "tags": [{ "key": "team", "value": "example" }],
        "instanceState": "running",
        "availabilityZone": format!("{region}a"),
        "imageId": "ami-0123456789abcdef0",
        "imageDescription": "An example image",
    }})
}

pub(super) fn lambda(scene: &Scene<'_>) -> Value {
    json!({ "lambdaDetails": {
        "functionArn": scene.arn("lambda", "function:example-function"),
        "functionName": "example-function",
        "description": "An example function",
        "lastModifiedAt": 1_767_225_600.0,
        "revisionId": "11111111-2222-3333-4444-555555555555",
        "functionVersion": "$LATEST",
        "role": format!("arn:{}:iam::{}:role/example-function", scene.partition, scene.account_id),
        "vpcConfig": {
            "subnetIds": [SUBNET_ID],
            "vpcId": VPC_ID,
            "securityGroups": security_groups(),
        },
        "tags": [{ "key": "team", "value": "example" }],
    }})
}

fn security_groups() -> Value {
    json!([{ "groupId": "sg-0123456789abcdef0", "groupName": "example-group" }])
}
