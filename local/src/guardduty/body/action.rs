//! What happened: one shape per action type.

use serde_json::{Value, json};

use super::{Scene, insert};
use crate::guardduty::finding_types::FindingTypeRow;

pub(super) const REMOTE_IP: &str = "203.0.113.7";

pub(super) fn action(name: &str, row: &FindingTypeRow, scene: &Scene<'_>) -> Value {
    let Some(kind) = row.action else { return json!({}) };
    let mut action = match kind {
        "AWS_API_CALL" => json!({ "awsApiCallAction": api_call(name, scene) }),
        "DNS_REQUEST" => json!({ "dnsRequestAction": dns_request(scene) }),
        "KUBERNETES_API_CALL" => kubernetes(name),
        "PORT_PROBE" => json!({ "portProbeAction": {
            "blocked": false,
            "portProbeDetails": [{
                "localPortDetails": local_port(),
                "localIpDetails": local_ip(),
                "remoteIpDetails": remote_ip(),
            }],
        }}),
        "RDS_LOGIN_ATTEMPT" => json!({ "rdsLoginAttemptAction": login(name) }),
        _ => json!({ "networkConnectionAction": connection(row) }),
    };
    insert(&mut action, "actionType", json!(kind));
    action
}

fn connection(row: &FindingTypeRow) -> Value {
    let mut connection = json!({
        "connectionDirection": if row.summary.contains("guessing") { "INBOUND" } else { "OUTBOUND" },
        "remoteIpDetails": remote_ip(),
        "remotePortDetails": { "port": 443, "portName": "HTTPS" },
        "localPortDetails": { "port": 39_677, "portName": "Unknown" },
        "protocol": "TCP",
        "blocked": false,
        "localIpDetails": local_ip(),
    });
    if row.feature == "FlowLogs" {
        insert(&mut connection, "localNetworkInterface", json!("eni-0123456789abcdef0"));
    }
    connection
}

fn dns_request(scene: &Scene<'_>) -> Value {
    json!({
        "domain": "bad.example.com",
        "protocol": "UDP",
        "blocked": false,
        "domainWithSuffix": "bad.example.com",
        "vpcOwnerAccountId": scene.account_id,
    })
}

fn api_call(name: &str, scene: &Scene<'_>) -> Value {
    let (service, api) = api(name);
    json!({
        "api": api,
        "serviceName": service,
        "callerType": if name.contains("InsideAWS") { "Remote Account" } else { "Remote IP" },
        "errorCode": null,
        "userAgent": "aws-cli/2.15.0",
        "remoteIpDetails": remote_ip(),
        "remoteAccountDetails": { "accountId": "444455556666", "affiliated": false },
        "affectedResources": affected(name, scene),
    })
}

/// A call that fits the type; its service says what the type's resource is.
fn api(name: &str) -> (&'static str, &'static str) {
    let of = |part: &str| name.contains(part);
    match () {
        () if of("Delete") || of("DataDestruction") => ("s3.amazonaws.com", "DeleteObject"),
        () if of("Permission") || of("PublicAccess") || of("AnonymousAccess") => {
            ("s3.amazonaws.com", "PutBucketPolicy")
        }
        () if of("ServerAccessLogging") => ("s3.amazonaws.com", "PutBucketLogging"),
        () if of("S3/") => ("s3.amazonaws.com", "GetObject"),
        () if of("CloudTrailLogging") => ("cloudtrail.amazonaws.com", "StopLogging"),
        () if of("PasswordPolicy") => ("iam.amazonaws.com", "UpdateAccountPasswordPolicy"),
        () if of("ConsoleLogin") => ("signin.amazonaws.com", "ConsoleLogin"),
        () if of("BedrockLogging") => {
            ("bedrock.amazonaws.com", "DeleteModelInvocationLoggingConfiguration")
        }
        () if of("Model") || of("Prompt") || of("CostHarvesting") => {
            ("bedrock.amazonaws.com", "InvokeModel")
        }
        () if of(":RDS") => ("rds.amazonaws.com", "ModifyDBInstance"),
        () if of(":SES") => ("ses.amazonaws.com", "SendEmail"),
        () if of(":Lambda") => ("lambda.amazonaws.com", "AddPermission"),
        () if of(":Organizations") => {
            ("organizations.amazonaws.com", "RemoveAccountFromOrganization")
        }
        () if of(":Route53Resolver") => {
            ("route53resolver.amazonaws.com", "DeleteResolverQueryLogConfig")
        }
        () if of(":SageMaker") => {
            ("sagemaker.amazonaws.com", "CreateNotebookInstanceLifecycleConfig")
        }
        () if of(":RolesAnywhere") => ("rolesanywhere.amazonaws.com", "CreateTrustAnchor"),
        () if of(":EC2") => ("ec2.amazonaws.com", "ModifyInstanceAttribute"),
        () if of(":IAM/") => ("iam.amazonaws.com", "AttachUserPolicy"),
        () => ("ec2.amazonaws.com", "DescribeInstances"),
    }
}

fn affected(name: &str, scene: &Scene<'_>) -> Value {
    if name.contains(":S3/") {
        json!({ "AWS::S3::Bucket": super::storage::BUCKET })
    } else if name.contains("CloudTrail") {
        json!({ "AWS::CloudTrail::Trail": scene.arn("cloudtrail", "trail/example-trail") })
    } else {
        json!({})
    }
}

fn kubernetes(name: &str) -> Value {
    let (verb, resource) = match () {
        () if name.contains("Secrets") => ("list", "secrets"),
        () if name.contains("Exec") => ("create", "pods"),
        () if name.contains("RoleBinding") => ("create", "rolebindings"),
        () if name.contains("Role") => ("create", "roles"),
        () if name.contains("PermissionChecked") => ("create", "selfsubjectaccessreviews"),
        () => ("get", "pods"),
    };
    let mut action = json!({ "kubernetesApiCallAction": {
        "requestUri": format!("/api/v1/namespaces/default/{resource}"),
        "verb": verb,
        "resource": resource,
        "subresource": if name.contains("Exec") { json!("exec") } else { Value::Null },
        "namespace": "default",
        "resourceName": "example",
        "sourceIPs": [REMOTE_IP],
        "userAgent": "kubectl/v1.31.0",
        "remoteIpDetails": remote_ip(),
        "statusCode": 200,
        "parameters": "",
    }});
    let uid = "11111111-2222-3333-4444-555555555555";
    if name.contains("PermissionChecked") {
        let details = json!({ "verb": "get", "resource": "secrets", "namespace": "default", "allowed": true });
        insert(&mut action, "kubernetesPermissionCheckedDetails", details);
    } else if name.contains("RoleBinding") {
        let details = json!({
            "kind": "RoleBinding", "name": "example", "uid": uid, "roleRefName": "cluster-admin", "roleRefKind": "ClusterRole",
        });
        insert(&mut action, "kubernetesRoleBindingDetails", details);
    } else if name.contains("RoleCreated") {
        insert(
            &mut action,
            "kubernetesRoleDetails",
            json!({ "kind": "Role", "name": "example", "uid": uid }),
        );
    }
    action
}

fn login(name: &str) -> Value {
    let failed = if name.contains("SuccessfulLogin") { 0 } else { 12 };
    let succeeded = u8::from(name.contains("Successful"));
    json!({
        "remoteIpDetails": remote_ip(),
        // The service model gives this member no lower-case name.
        "LoginAttributes": [{
            "user": "example_user",
            "application": "psql",
            "failedLoginAttempts": failed,
            "successfulLoginAttempts": succeeded,
        }],
    })
}

pub(super) fn remote_ip() -> Value {
    json!({
        "ipAddressV4": REMOTE_IP,
        "organization": { "asn": "64496", "asnOrg": "Example Networks", "isp": "Example ISP", "org": "Example Organization" },
        "country": { "countryName": "Exampleland" },
        "city": { "cityName": "Example City" },
        "geoLocation": { "lat": 0, "lon": 0 },
    })
}

fn local_port() -> Value {
    json!({ "port": 22, "portName": "SSH" })
}

fn local_ip() -> Value {
    json!({ "ipAddressV4": "10.0.0.1" })
}
