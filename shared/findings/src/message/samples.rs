//! Findings to make messages of, for tests.

use serde_json::{Value, json};

use super::{Background, Message};
use crate::Finding;

/// A message about a finding that no rule was asked about.
pub(super) fn message(finding: &Finding) -> Message<'_> {
    Message::new(finding, &Background::default())
}

fn finding(changes: &Value) -> Finding {
    let mut finding = json!({
        "id": "8ab1c2d3e4f5", "accountId": "111122223333", "region": "us-east-1", "partition": "aws",
        "type": "Recon:EC2/PortProbeUnprotectedPort", "severity": 2,
    });
    for (key, value) in changes.as_object().unwrap() {
        finding[key] = value.clone();
    }
    Finding::parse(&finding.to_string()).unwrap()
}

pub(super) fn titled(title: &str) -> Finding {
    finding(&json!({ "title": title }))
}

pub(super) fn typed(kind: &str) -> Finding {
    finding(&json!({ "type": kind }))
}

pub(super) fn with_arn(arn: &str) -> Finding {
    finding(&json!({ "arn": arn }))
}

/// Every text is 10,000 times `text`, but for what links are made of.
pub(super) fn endless(text: &str) -> Finding {
    let long = text.repeat(10_000);
    finding(&json!({
        "title": long, "description": long, "type": long, "accountId": long,
        "resource": { "resourceType": "AccessKey", "accessKeyDetails": { "userName": long, "userType": long } },
        "service": {
            "eventFirstSeen": "2026-10-05T09:31:02.000Z", "eventLastSeen": "2026-10-05T09:31:02.000Z",
            "count": 18_446_744_073_709_551_615_u64, "archived": true,
            "action": {
                "awsApiCallAction": { "api": long, "serviceName": long, "errorCode": long,
                    "remoteIpDetails": { "ipAddressV4": long, "country": { "countryName": long },
                        "organization": { "asn": long, "asnOrg": long } } },
                "dnsRequestAction": { "domain": long },
            },
            "runtimeDetails": { "process": { "name": long, "executablePath": long, "user": long } },
        },
    }))
}
