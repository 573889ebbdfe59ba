//! Findings to make messages of, for tests.

use serde_json::{Value, json};

use super::{ArchivedBefore, Background, Change, Message, Remembered};
use crate::{Finding, RuleSet, RuleSource, Timestamp};

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

/// Calls `act` with the longest message there can be: `text` until it has 60,000 bytes as JSON, which makes a finding
/// of more than any destination takes, wherever the finding or whoever tells of it has one, but for what the link to
/// the finding is made of.
pub(super) fn endless(text: &str, act: impl FnOnce(&Message<'_>)) {
    let long = text.repeat(60_000 / (json!(text).to_string().len() - 2));
    let remote = json!({ "ipAddressV4": long, "country": { "countryName": long },
        "organization": { "asn": long, "asnOrg": long } });
    let finding = finding(&json!({
        "title": format!("title {long}"), "description": long, "type": long, "accountId": long,
        "arn": long,
        "resource": { "resourceType": "AccessKey",
            "accessKeyDetails": { "userName": long, "userType": long, "accessKeyId": long } },
        "service": {
            "eventFirstSeen": "2026-10-05T09:31:02.000Z", "eventLastSeen": "2026-10-05T09:31:02.000Z",
            "count": u64::MAX, "archived": false, "additionalInfo": { "sample": true },
            "action": {
                "awsApiCallAction": { "api": long, "serviceName": long, "errorCode": long,
                    "remoteIpDetails": remote },
                "dnsRequestAction": { "domain": long },
            },
            "runtimeDetails": { "process": { "name": long, "executablePath": long, "user": long } },
        },
    }));
    let written = long.get(..6_000).unwrap_or("…").replace(char::is_control, " ");
    let rules = json!({"version": 1, "rules": [{"name": "told", "action": "archive", "reason": written,
        "owner": written, "runbook": written, "criteria": {"id": {"exists": true}}}]});
    let rules = RuleSet::parse(&[RuleSource { name: "long", text: &rules.to_string() }]).unwrap();
    let change = Change::since(&Remembered::default(), &finding);
    let before = ArchivedBefore {
        times: usize::MAX,
        rule: long.clone(),
        at: Some(Timestamp::EPOCH),
        stays: Some(long.clone()),
    };
    act(&Message::new(
        &finding,
        &Background {
            decided: Some((rules.decide(&finding, Timestamp::EPOCH), rules.hash())),
            destination: Some(&long),
            account_name: Some(&long),
            change: change.as_ref(),
            before: Some(&before),
            instead_of: Some((&long, &long)),
        },
    ));
}
