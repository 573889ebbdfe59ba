//! What was done, in one line.

use super::{
    part::{Part, distinct, listed},
    text::{capitalised, counted, line},
};
use crate::Finding;

/// Longest name of an API, a domain, a process.
const NAME: usize = 160;

/// How many of a list are shown.
const SHOWN: usize = 5;

/// What a finding says was done; several things are set apart by `; `.
pub(super) fn describe(finding: &Finding) -> Option<String> {
    let whole = Part::of(finding);
    let action = |name: &str| whole.part(&format!("service.action.{name}"));
    let told = [
        action("awsApiCallAction").and_then(api_call),
        action("kubernetesApiCallAction").and_then(kubernetes_call),
        action("networkConnectionAction").and_then(connection),
        action("portProbeAction").and_then(port_probe),
        action("dnsRequestAction").and_then(dns_request),
        action("rdsLoginAttemptAction").and_then(logins),
        whole.part("service.runtimeDetails").and_then(process),
        malware(whole),
        whole.part("service.detection.sequence").and_then(sequence),
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn name(part: Part<'_>, path: &str) -> Option<String> {
    part.text(path).and_then(|text| line(&text, NAME))
}

fn names(part: Part<'_>, path: &str) -> Vec<String> {
    distinct(part.texts(path).iter().filter_map(|text| line(text, NAME)).collect())
}

fn api_call(part: Part<'_>) -> Option<String> {
    let mut told = format!("API call {}", name(part, "api")?);
    if let Some(service) = name(part, "serviceName") {
        told.push_str(&format!(" of {service}"));
    }
    if let Some(error) = name(part, "errorCode") {
        told.push_str(&format!(", failed with {error}"));
    }
    Some(told)
}

fn kubernetes_call(part: Part<'_>) -> Option<String> {
    let verb = name(part, "verb")?;
    let what = [name(part, "resource"), name(part, "resourceName")];
    let what = what.into_iter().flatten().collect::<Vec<_>>().join("/");
    let what = if what.is_empty() { name(part, "requestUri")? } else { what };
    let mut told = format!("Kubernetes API call {verb} {what}");
    if let Some(namespace) = name(part, "namespace") {
        told.push_str(&format!(" in namespace {namespace}"));
    }
    if let Some(status) = name(part, "statusCode") {
        told.push_str(&format!(", answered {status}"));
    }
    Some(told)
}

fn connection(part: Part<'_>) -> Option<String> {
    let direction = name(part, "connectionDirection").map(|text| text.to_lowercase());
    let (direction, details) = match direction.as_deref() {
        Some("inbound") => ("inbound ", "localPortDetails"),
        Some("outbound") => ("outbound ", "remotePortDetails"),
        _ => ("", "localPortDetails"),
    };
    let protocol = name(part, "protocol").map(|text| format!("{text} ")).unwrap_or_default();
    let mut told = format!("{direction}{protocol}connection");
    if let Some(port) = part.part(details).and_then(port) {
        told.push_str(&format!(" to port {port}"));
    }
    if part.is("blocked") {
        told.push_str(", blocked");
    }
    (told != "connection").then(|| capitalised(&told))
}

/// `22 (SSH)`
fn port(details: Part<'_>) -> Option<String> {
    let number = name(details, "port")?;
    Some(match name(details, "portName").filter(|name| name != "Unknown") {
        Some(service) => format!("{number} ({service})"),
        None => number,
    })
}

fn port_probe(part: Part<'_>) -> Option<String> {
    let details = part.parts("portProbeDetails.localPortDetails");
    let ports = distinct(details.into_iter().filter_map(port).collect());
    let noun = if ports.len() == 1 { "port" } else { "ports" };
    let blocked = if part.is("blocked") { ", blocked" } else { "" };
    Some(format!("Probe of {noun} {}{blocked}", listed(&ports, SHOWN)?))
}

fn dns_request(part: Part<'_>) -> Option<String> {
    let blocked = if part.is("blocked") { ", blocked" } else { "" };
    Some(format!("DNS request for {}{blocked}", name(part, "domain")?))
}

fn logins(part: Part<'_>) -> Option<String> {
    let attempts = part.parts("loginAttributes").into_iter().map(|own| {
        let number = |path| name(own, path).filter(|digits| digits != "0");
        let tried = [("failed", "failedLoginAttempts"), ("successful", "successfulLoginAttempts")]
            .into_iter()
            .filter_map(|(kind, path)| number(path).map(|digits| format!("{digits} {kind}")))
            .collect::<Vec<_>>()
            .join(" and ");
        let by = name(own, "user").map(|user| format!(" as {user}")).unwrap_or_default();
        let tried = if tried.is_empty() { "logins".to_owned() } else { format!("{tried} logins") };
        format!("{tried}{by}")
    });
    let attempts: Vec<String> = attempts.collect();
    listed(&attempts, SHOWN).map(|told| capitalised(&told))
}

fn process(part: Part<'_>) -> Option<String> {
    let process = part.part("process");
    let running = process.and_then(|process| {
        let mut told = format!("process {}", name(process, "name")?);
        if let Some(path) = name(process, "executablePath") {
            told.push_str(&format!(" ({path})"));
        }
        if let Some(user) = name(process, "user") {
            told.push_str(&format!(" of {user}"));
        }
        Some(told)
    });
    let command = name(part, "context.commandLineExample").map(|text| format!("command {text}"));
    let told = [running, command].into_iter().flatten().collect::<Vec<_>>().join(", ");
    (!told.is_empty()).then(|| capitalised(&told))
}

/// The shapes of the scans that GuardDuty reports on: of volumes, and of everything since.
fn malware(whole: Part<'_>) -> Option<String> {
    let scan = "service.ebsVolumeScanDetails.scanDetections.threatDetectedByName.threatNames";
    let threats = ["service.malwareScanDetails.threats", scan];
    let threats: Vec<Part<'_>> = threats.iter().flat_map(|path| whole.parts(path)).collect();
    let called = distinct(threats.iter().filter_map(|own| name(*own, "name")).collect());
    let files: Vec<String> = threats
        .iter()
        .flat_map(|own| {
            ["filePaths.filePath", "itemDetails.itemPath", "itemPaths.nestedItemPath"]
                .map(|at| names(*own, at))
        })
        .flatten()
        .collect();
    let files = listed(&distinct(files), 2).map(|files| format!(" in {files}"));
    Some(format!("Malware {}{}", listed(&called, SHOWN)?, files.unwrap_or_default()))
}

fn sequence(part: Part<'_>) -> Option<String> {
    let signals = part.parts("signals");
    let called = distinct(signals.iter().filter_map(|own| name(*own, "name")).collect());
    let called = listed(&called, SHOWN)?;
    Some(format!("{}: {called}", counted(signals.len(), "signal")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_action_is_told_in_one_line() {
        for (json, told) in [
            (
                include_str!("../../../../events/findings/credential-exfiltration.json"),
                "API call ListBuckets of s3.amazonaws.com",
            ),
            (
                include_str!("../../../../events/findings/eks-privileged.json"),
                "Kubernetes API call create daemonsets/node-debugger in namespace kube-system, answered 201",
            ),
            (
                include_str!("../../../../events/findings/ssh-brute-force.json"),
                "Inbound TCP connection to port 22 (SSH)",
            ),
            (include_str!("../../../../events/findings/port-probe.json"), "Probe of port 22 (SSH)"),
            (
                include_str!("../../../../events/findings/crypto-dns.json"),
                "DNS request for pool.example.net",
            ),
            (
                include_str!("../../../../events/findings/rds-login.json"),
                "14 failed logins as reporting",
            ),
            (
                include_str!("../../../../events/findings/ebs-malware.json"),
                "Malware EICAR-Test-File in /opt/batch/in/eicar.com, /tmp/eicar.com",
            ),
            (
                include_str!("../../../../events/findings/attack-sequence.json"),
                "3 signals: sts:GetCallerIdentity, iam:CreateAccessKey, Exfiltration:S3/AnomalousBehavior",
            ),
        ] {
            assert_eq!(describe(&Finding::parse(json).unwrap()).as_deref(), Some(told));
        }
        let runtime = include_str!("../../../../events/findings/ecs-runtime.json");
        let told = describe(&Finding::parse(runtime).unwrap()).unwrap();
        assert!(
            told.starts_with("Outbound TCP connection to port 3333; Process xmrig (/tmp/.x/xmrig)"),
            "{told}"
        );
    }

    #[test]
    fn an_action_without_anything_to_tell_is_none() {
        for action in
            ["{}", r#"{"networkConnectionAction":{}}"#, r#"{"awsApiCallAction":{"api":"\u0007"}}"#]
        {
            let json = format!(r#"{{"id":"f","service":{{"action":{action}}}}}"#);
            assert_eq!(describe(&Finding::parse(&json).unwrap()), None, "{action}");
        }
    }
}
