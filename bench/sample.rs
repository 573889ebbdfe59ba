//! One event of about 4 KB and twenty rules, for whoever measures what they cost.

use findings::{RuleSet, RuleSource};
use serde_json::json;

/// A port probe of about 4 KB in its EventBridge envelope.
pub(crate) fn event() -> String {
    let probes: Vec<_> = (0..11)
        .map(|host| {
            json!({"localPortDetails": {"port": 22, "portName": "SSH"}, "remoteIpDetails": {
                "ipAddressV4": format!("203.0.113.{host}"), "country": {"countryName": "Nowhere"},
                "city": {"cityName": "Example"}, "geoLocation": {"lat": 1.5, "lon": 2.5},
                "organization": {"asn": "64496", "asnOrg": "Example Net", "isp": "Example", "org": "Example"}}})
        })
        .collect();
    json!({"version": "0", "id": "e1", "detail-type": "GuardDuty Finding", "source": "aws.guardduty",
        "account": "111122223333", "time": "2026-04-01T00:00:00Z", "region": "us-east-1", "resources": [],
        "detail": {"schemaVersion": "2.0", "accountId": "111122223333", "region": "us-east-1",
            "partition": "aws", "id": "f1", "type": "Recon:EC2/PortProbeUnprotectedPort", "severity": 2,
            "createdAt": "2026-04-01T00:00:00Z", "updatedAt": "2026-04-01T00:00:00Z",
            "resource": {"resourceType": "Instance", "instanceDetails": {"instanceId": "i-1",
                "tags": [{"key": "Role", "value": "web"}, {"key": "Environment", "value": "production"}]}},
            "service": {"serviceName": "guardduty", "detectorId": "d", "count": 3, "archived": false,
                "action": {"actionType": "PORT_PROBE", "portProbeAction": {"portProbeDetails": probes}},
                "additionalInfo": {"value": "{}", "type": "default"}}}})
    .to_string()
}

/// Twenty rules that read different attributes; none matches, so that every candidate is asked.
pub(crate) fn rules() -> RuleSet {
    let attributes = [
        json!({"severity": {"greaterThan": 9.5}}),
        json!({"type": {"equals": ["UnauthorizedAccess:EC2/SSHBruteForce"]}}),
        json!({"type": {"matches": ["*:S3/*", "*:IAMUser/*"]}}),
        json!({"accountId": {"equals": ["444455556666"]}}),
        json!({"accountId": {"notEquals": ["111122223333"]}, "severity": {"lessThan": 7}}),
        json!({"resource.instanceDetails.tags": {"tag": {"Role": "edge"}}}),
        json!({"service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4": {"cidr": ["192.0.2.0/24"]}}),
        json!({"service.count": {"greaterThan": 100}}),
        json!({"updatedAt": {"olderThan": "30d"}}),
        json!({"service.action.awsApiCallAction.api": {"equals": ["ListBuckets"]}}),
    ];
    let rules = attributes.iter().cycle().take(20).enumerate();
    let rules: Vec<_> = rules
        .map(|(index, criteria)| json!({"name": format!("r{index}"), "action": "noop", "criteria": criteria}))
        .collect();
    let text = json!({"version": 1, "rules": rules}).to_string();
    RuleSet::parse(&[RuleSource { name: "bench", text: &text }]).expect("the rules load")
}
