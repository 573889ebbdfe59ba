//! A finding as GuardDuty would write it: the documented shape of its type, filled with example values.

mod action;
mod compute;
mod containers;
mod evidence;
mod identity;
mod malware;
mod runtime;
mod sequence;
mod storage;

use serde_json::{Map, Value, json};

use super::finding_types::{self, FindingTypeRow};

/// Where the example resources are said to live.
pub(super) struct Scene<'a> {
    pub(super) account_id: &'a str,
    pub(super) region: &'a str,
    pub(super) partition: &'a str,
}

impl Scene<'_> {
    /// `arn:<partition>:<service>:<region>:<account>:<resource>`
    fn arn(&self, service: &str, resource: &str) -> String {
        let Self { account_id, region, partition } = self;
        format!("arn:{partition}:{service}:{region}:{account_id}:{resource}")
    }
}

/// A finding of this type without its identity: GuardDuty adds account, Region, id, ARN and times.
///
/// A type that the table does not know has the body of an instance's finding: new types keep coming.
pub fn example_finding(finding_type: &str) -> Value {
    let scene = Scene { account_id: "111122223333", region: "us-east-1", partition: "aws" };
    compose(&row(finding_type), &scene, false)
}

/// The same with the mark of a sample.
pub(super) fn sample_finding(row: &FindingTypeRow, scene: &Scene<'_>) -> Value {
    compose(&(row.name, *row), scene, true)
}

fn row(finding_type: &str) -> (&str, FindingTypeRow) {
    let known = finding_types::find(finding_type);
    let unknown = FindingTypeRow {
        name: "",
        resource_type: "Instance",
        severity: 5,
        feature: "FlowLogs",
        action: Some("NETWORK_CONNECTION"),
        summary: "did something that GuardDuty reports",
    };
    (finding_type, known.unwrap_or(unknown))
}

fn compose((name, row): &(&str, FindingTypeRow), scene: &Scene<'_>, sample: bool) -> Value {
    let subject = subject(name, row.resource_type);
    let mut finding = json!({
        "schemaVersion": "2.0",
        "type": name,
        "severity": row.severity,
        "title": format!("{subject} {}.", row.summary),
        "description": format!(
            "{subject} {}. The example resources, addresses and names in this finding are made up.", row.summary
        ),
        "resource": resource(name, row, scene),
        "service": service(name, row, scene, sample),
    });
    if row.feature == "CustomDetectionRules" {
        let rule = name.replace([':', '/'], "-");
        insert(&mut finding, "customDetectionRuleName", json!(rule));
    }
    finding
}

fn subject(name: &str, resource_type: &str) -> &'static str {
    let of_s3 = name.contains(":S3/");
    match resource_type {
        "AccessKey" | "S3Bucket" if of_s3 => "The S3 bucket amzn-s3-demo-bucket",
        "AccessKey" => "The access key AKIAIOSFODNN7EXAMPLE",
        "AttackSequence" => "The account",
        "Container" => "The container example-container",
        "EBSSnapshot" => "The EBS snapshot snap-0123456789abcdef0",
        "EC2Image" => "The machine image ami-0123456789abcdef0",
        "ECSCluster" => "The ECS cluster example-ecs-cluster",
        "EKSCluster" => "The EKS cluster example-eks-cluster",
        "Lambda" => "The Lambda function example-function",
        "RDSDBInstance" => "The database instance example-database",
        "RDSLimitlessDB" => "The database shard group example-shard-group",
        "RecoveryPoint" => "The recovery point in example-vault",
        "S3Object" => "An object in the S3 bucket amzn-s3-demo-bucket",
        _ => "The EC2 instance i-0123456789abcdef0",
    }
}

fn resource(name: &str, row: &FindingTypeRow, scene: &Scene<'_>) -> Value {
    let mut resource = match row.resource_type {
        "AccessKey" => identity::access_key(name, scene),
        "AttackSequence" => json!({}),
        "Container" => containers::container(),
        "EBSSnapshot" | "EC2Image" | "RecoveryPoint" => storage::backup(row.resource_type, scene),
        "ECSCluster" => containers::ecs_cluster(scene),
        "EKSCluster" => containers::eks_cluster(name, scene),
        "Lambda" => compute::lambda(scene),
        "RDSDBInstance" | "RDSLimitlessDB" => storage::database(row.resource_type, scene),
        "S3Bucket" | "S3Object" => storage::bucket(row.resource_type, scene),
        _ => compute::instance(scene),
    };
    if row.feature == "EbsMalwareProtection" {
        insert(&mut resource, "ebsVolumeDetails", malware::volumes(scene));
    }
    insert(&mut resource, "resourceType", json!(row.resource_type));
    resource
}

fn service(name: &str, row: &FindingTypeRow, scene: &Scene<'_>, sample: bool) -> Value {
    let mut service = json!({
        "serviceName": "guardduty",
        "featureName": row.feature,
        "action": action::action(name, row, scene),
        "evidence": evidence::evidence(name),
        "additionalInfo": evidence::additional_info(name, sample),
    });
    if row.resource_type != "AttackSequence" {
        insert(&mut service, "resourceRole", json!(resource_role(name)));
    }
    match row.feature {
        "RuntimeMonitoring" => insert(&mut service, "runtimeDetails", runtime::details(name)),
        "EbsMalwareProtection" => {
            insert(&mut service, "ebsVolumeScanDetails", malware::volume_scan(scene))
        }
        "MalwareProtectionForBackup" | "MalwareProtectionForS3" => {
            insert(&mut service, "malwareScanDetails", malware::scan(row, scene));
        }
        "Correlation" => insert(
            &mut service,
            "detection",
            json!({ "sequence": sequence::sequence(name, row, scene) }),
        ),
        _ if name.contains("AnomalousBehavior") => {
            insert(&mut service, "detection", evidence::anomaly())
        }
        _ => {}
    }
    service
}

/// Who started it: the resource (`ACTOR`) or somebody who reached it (`TARGET`).
fn resource_role(name: &str) -> &'static str {
    let acts = [
        "Backdoor:",
        "CryptoCurrency:",
        "Trojan:",
        "Behavior:",
        "DefenseEvasion:EC2",
        "Impact:EC2",
    ];
    let reached = ["PortProbe", "WinRM", "BruteForce"];
    if acts.iter().any(|prefix| name.starts_with(prefix))
        && !reached.iter().any(|part| name.contains(part))
    {
        "ACTOR"
    } else {
        "TARGET"
    }
}

/// Adds a member to an object; anything else stays as it is.
pub(super) fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

/// Joins the members of several objects, the later ones winning.
fn merge(parts: impl IntoIterator<Item = Value>) -> Value {
    let members: Map<String, Value> = parts
        .into_iter()
        .filter_map(|part| match part {
            Value::Object(members) => Some(members),
            _ => None,
        })
        .flatten()
        .collect();
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::super::finding_types::finding_types;
    use super::*;

    #[test]
    fn every_type_has_an_example_with_the_details_of_its_resource() {
        for row in finding_types() {
            let finding = example_finding(row.name);
            let resource = finding["resource"].as_object().unwrap();
            assert_eq!(finding["type"], row.name);
            assert_eq!(resource["resourceType"], row.resource_type);
            let details =
                resource.len() > 1 || finding["service"]["detection"]["sequence"].is_object();
            assert!(details, "{} has no details", row.name);
            assert_eq!(
                finding["service"]["action"]["actionType"].as_str(),
                row.action,
                "{}",
                row.name
            );
        }
    }

    #[test]
    fn only_a_sample_says_that_it_is_one() {
        let scene = Scene { account_id: "111122223333", region: "eu-west-1", partition: "aws" };
        for row in finding_types() {
            let sample = sample_finding(row, &scene);
            let info = &sample["service"]["additionalInfo"];
            assert_eq!(info["sample"], true);
            let inner: Value = serde_json::from_str(info["value"].as_str().unwrap()).unwrap();
            assert_eq!(inner["sample"], true);
            assert!(!example_finding(row.name).to_string().contains("\"sample\""), "{}", row.name);
        }
    }

    #[test]
    fn the_plainest_sample_mark_is_the_one_that_guardduty_writes() {
        let row = finding_types::find("Recon:EC2/PortProbeUnprotectedPort").unwrap();
        let scene = Scene { account_id: "111122223333", region: "eu-west-1", partition: "aws" };
        assert_eq!(
            sample_finding(&row, &scene)["service"]["additionalInfo"],
            json!({ "sample": true, "value": "{\"sample\":true}", "type": "default" })
        );
    }

    #[test]
    fn an_unknown_type_has_an_example_too() {
        let finding = example_finding("Impact:Quantum/QubitStolen");
        assert_eq!(finding["type"], "Impact:Quantum/QubitStolen");
        assert!(finding["resource"]["instanceDetails"].is_object());
    }

    #[test]
    fn every_address_is_one_for_documentation_or_private() {
        for row in finding_types() {
            let text = example_finding(row.name).to_string();
            for address in
                text.split('"').filter_map(|part| part.parse::<std::net::Ipv4Addr>().ok())
            {
                assert!(
                    address.is_documentation() || address.is_private(),
                    "{}: {address}",
                    row.name
                );
            }
        }
    }
}
