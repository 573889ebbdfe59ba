//! What was attacked or misused, in words and as a link to its page in the AWS console.

use super::{
    part::{Part, listed},
    text::line,
};
use crate::{Finding, console::Console};

/// Longest name.
const NAME: usize = 160;

/// How many resources of an attack sequence are shown.
const SHOWN: usize = 3;

/// A resource, in words and with its page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    /// `EC2 instance i-7296abd9639197bbc (edge-1)`
    pub(super) text: String,
    /// Its page in the AWS console; none when its name has other letters than AWS accepts.
    pub(super) url: Option<String>,
}

/// The characters that a resource's name may have in a link, and how many.
type Letters = (fn(u8) -> bool, usize);

const DASHED: Letters = (|byte| byte.is_ascii_alphanumeric() || byte == b'-', 100);
const NAMED: Letters = (|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'), 255);
const BUCKET: Letters = (|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'), 63);
const IDENTITY: Letters = (
    |byte| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'=' | b',' | b'@')
    },
    64,
);

/// The resource that a finding is about. Its kind in `resourceType` follows no rule from the type
/// of the finding, so what is described decides; what the kind names comes first.
pub(super) fn of(finding: &Finding) -> Option<Resource> {
    let console = Console::of(finding);
    let console = console.as_ref();
    let resource = Part::of(finding).part("resource");
    let found = |name: &str, make: fn(Part<'_>, Option<&Console<'_>>) -> Option<Resource>| {
        resource?.parts(name).into_iter().find_map(|part| make(part, console))
    };
    let bucket = || found("s3BucketDetails", bucket);
    let instance = || found("instanceDetails", instance);
    let identity = || found("accessKeyDetails", identity);
    let first = match finding.resource_type() {
        Some("AccessKey") => identity(),
        Some("S3Bucket" | "S3Object") => bucket(),
        Some("Instance") => instance(),
        Some("AttackSequence") => sequence(finding),
        _ => None,
    };
    first
        .or_else(|| found("lambdaDetails", function))
        .or_else(|| found("ecsClusterDetails", ecs_cluster))
        .or_else(|| found("eksClusterDetails", eks_cluster))
        .or_else(|| found("rdsDbInstanceDetails", database))
        .or_else(|| found("rdsLimitlessDbDetails", |part, _| limitless(part)))
        .or_else(|| found("containerDetails", |part, _| container(part)))
        .or_else(|| {
            found("ebsSnapshotDetails", |part, _| by_arn(part, "snapshotArn", "EBS snapshot"))
        })
        .or_else(|| found("ec2ImageDetails", |part, _| by_arn(part, "imageArn", "EC2 image")))
        .or_else(|| {
            found("recoveryPointDetails", |part, _| by_arn(part, "recoveryPointArn", "backup"))
        })
        .or_else(bucket)
        .or_else(instance)
        .or_else(identity)
}

/// What the resource is called, and the place in the console when its name can stand in a link.
fn resource(kind: &str, name: &str, also: Option<&str>, url: Option<String>) -> Option<Resource> {
    let name = line(name, NAME)?;
    let text = match also.and_then(|also| line(also, NAME)).filter(|also| *also != name) {
        Some(also) => format!("{kind} {name} ({also})"),
        None => format!("{kind} {name}"),
    };
    Some(Resource { text, url })
}

fn allowed(name: &str, (accepts, most): Letters) -> bool {
    !name.is_empty() && name.len() <= most && name.bytes().all(accepts)
}

/// The name as it stands in a link, if AWS accepts such a name.
fn linked(name: &str, letters: Letters) -> Option<String> {
    let escaped = |byte: u8| match byte {
        b'+' | b'=' | b',' | b'@' => format!("%{byte:02X}"),
        _ => char::from(byte).to_string(),
    };
    allowed(name, letters).then(|| name.bytes().map(escaped).collect())
}

fn instance(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let id = part.text("instanceId")?;
    let called =
        part.parts("tags").into_iter().find(|tag| tag.text("key").as_deref() == Some("Name"));
    let called = called.and_then(|tag| tag.text("value"));
    let url = linked(&id, DASHED)
        .and_then(|id| console?.home("ec2", &format!("InstanceDetails:instanceId={id}")));
    resource("EC2 instance", &id, called.as_deref(), url)
}

fn bucket(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let name = part.text("name")?;
    let url = linked(&name, BUCKET).and_then(|name| console?.page(&format!("s3/buckets/{name}")));
    resource("S3 bucket", &name, part.text("s3ObjectDetails.key").as_deref(), url)
}

fn identity(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let name = part.text("userName").or_else(|| part.text("principalId"))?;
    let (kind, place) = match part.text("userType").as_deref() {
        Some("IAMUser") => ("IAM user", Some("users")),
        Some("AssumedRole" | "Role") => ("IAM role", Some("roles")),
        Some("Root") => ("root user", None),
        _ => ("identity", None),
    };
    let url = linked(&name, IDENTITY)
        .and_then(|name| console?.home("iam", &format!("/{}/details/{name}", place?)));
    resource(kind, &name, None, url)
}

fn function(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let name = part.text("functionName")?;
    let url = linked(&name, NAMED)
        .and_then(|name| console?.home("lambda", &format!("/functions/{name}")));
    resource("Lambda function", &name, None, url)
}

fn ecs_cluster(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let name = part.text("name")?;
    let url = linked(&name, NAMED)
        .and_then(|name| console?.page(&format!("ecs/v2/clusters/{name}/services")));
    resource("ECS cluster", &name, part.text("taskDetails.group").as_deref(), url)
}

fn eks_cluster(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let name = part.text("name")?;
    let url = linked(&name, NAMED).and_then(|name| console?.page(&format!("eks/clusters/{name}")));
    resource("EKS cluster", &name, None, url)
}

fn database(part: Part<'_>, console: Option<&Console<'_>>) -> Option<Resource> {
    let id = part.text("dbInstanceIdentifier")?;
    let url = linked(&id, DASHED)
        .and_then(|id| console?.home("rds", &format!("database:id={id};is-cluster=false")));
    resource("database", &id, part.text("engine").as_deref(), url)
}

fn limitless(part: Part<'_>) -> Option<Resource> {
    resource("database", &part.text("dbShardGroupIdentifier")?, None, None)
}

fn container(part: Part<'_>) -> Option<Resource> {
    let name = part.text("name").or_else(|| part.text("id"))?;
    resource("container", &name, part.text("image").as_deref(), None)
}

fn by_arn(part: Part<'_>, path: &str, kind: &str) -> Option<Resource> {
    let arn = part.text(path)?;
    let id = arn.rsplit(['/', ':']).next().filter(|id| !id.is_empty());
    resource(kind, id.unwrap_or(&arn), None, None)
}

fn sequence(finding: &Finding) -> Option<Resource> {
    let resources = Part::of(finding).parts("service.detection.sequence.resources");
    let each = resources.into_iter().filter_map(|part| {
        let name = part.text("name").or_else(|| part.text("uid"))?;
        let kind = part.text("resourceType").unwrap_or_default().replace('_', " ").to_lowercase();
        line(&format!("{kind} {name}"), NAME)
    });
    let each: Vec<String> = each.collect();
    listed(&each, SHOWN).map(|text| Resource { text, url: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(json: &str) -> (String, Option<String>) {
        let resource = of(&Finding::parse(json).unwrap()).unwrap();
        (resource.text, resource.url)
    }

    #[test]
    fn every_kind_of_resource_has_its_name_and_its_page() {
        let console = "https://us-east-1.console.aws.amazon.com";
        for (json, text, page) in [
            (
                include_str!("../../../../events/findings/port-probe.json"),
                "EC2 instance i-7296abd9639197bbc (edge-1)",
                "ec2/home?region=us-east-1#InstanceDetails:instanceId=i-7296abd9639197bbc",
            ),
            (
                include_str!("../../../../events/findings/s3-anomalous.json"),
                "S3 bucket amzn-s3-demo-bucket-invoices",
                "s3/buckets/amzn-s3-demo-bucket-invoices?region=us-east-1",
            ),
            (
                include_str!("../../../../events/findings/credential-exfiltration.json"),
                "IAM role batch-worker",
                "iam/home?region=us-east-1#/roles/details/batch-worker",
            ),
            (
                include_str!("../../../../events/findings/lambda-network.json"),
                "Lambda function thumbnail",
                "lambda/home?region=us-east-1#/functions/thumbnail",
            ),
            (
                include_str!("../../../../events/findings/ecs-runtime.json"),
                "ECS cluster shop (service:checkout)",
                "ecs/v2/clusters/shop/services?region=us-east-1",
            ),
            (
                include_str!("../../../../events/findings/eks-privileged.json"),
                "EKS cluster apps",
                "eks/clusters/apps?region=us-east-1",
            ),
            (
                include_str!("../../../../events/findings/rds-login.json"),
                "database orders-writer (Aurora PostgreSQL)",
                "rds/home?region=us-east-1#database:id=orders-writer;is-cluster=false",
            ),
        ] {
            assert_eq!(told(json), (text.to_owned(), Some(format!("{console}/{page}"))));
        }
        let sequence = include_str!("../../../../events/findings/attack-sequence.json");
        assert_eq!(
            told(sequence).0,
            "access key AKIAEXAMPLE4M2W7Z9QX, s3 bucket amzn-s3-demo-bucket-invoices"
        );
    }

    #[test]
    fn a_name_that_aws_would_not_accept_is_shown_and_not_linked() {
        for name in ["../../evil", "a#b", "a?b=c", "a/b", "a\u{202e}b", "a b", "%2e%2e", "\"><img>"]
        {
            let json = json!({"id": "f", "region": "us-east-1", "partition": "aws",
                "resource": {"lambdaDetails": {"functionName": name}}});
            assert_eq!(told(&json.to_string()).1, None, "{name}");
        }
        let json = json!({"id": "f", "region": "cn-north-1", "partition": "aws-cn",
            "resource": {"resourceType": "AccessKey",
            "accessKeyDetails": {"userName": "a+b=c,d@example.com", "userType": "IAMUser"}}});
        let url = "https://console.amazonaws.cn/iam/home?region=cn-north-1#/users/details/a%2Bb%3Dc%2Cd%40example.com";
        assert_eq!(told(&json.to_string()).1.as_deref(), Some(url));
    }

    #[test]
    fn other_partitions_have_consoles_of_their_own() {
        for (partition, region, origin) in [
            ("aws-us-gov", "us-gov-west-1", Some("https://console.amazonaws-us-gov.com/")),
            ("aws-cn", "cn-northwest-1", Some("https://console.amazonaws.cn/")),
            ("aws", "eu-west-1", Some("https://eu-west-1.console.aws.amazon.com/")),
            ("aws", "evil.example/", None),
            ("aws-iso", "us-iso-east-1", None),
        ] {
            let json = json!({"id": "f", "region": region, "partition": partition,
                "resource": {"eksClusterDetails": {"name": "apps"}}});
            let url = told(&json.to_string()).1;
            match origin {
                Some(origin) => assert!(url.unwrap().starts_with(origin), "{partition}"),
                None => assert_eq!(url, None, "{partition} {region}"),
            }
        }
    }
}
