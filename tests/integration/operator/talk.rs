//! What is said beside the result: nothing, or every call; the result as YAML; what runtime monitoring covers.

use super::{PROBE, Rig};
use crate::binary::{stderr, stdout};

#[test]
fn quiet_says_nothing_but_errors_and_the_result_stays() {
    let rig = Rig::new();
    for arguments in [
        &["enable", "--yes"][..],
        &["samples", PROBE, "--yes"],
        &["status", "--all-regions"],
        &["findings", "export", "api", "--format", "json"],
        &["usage"],
    ] {
        let output = rig.run(&[arguments, &["--quiet"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{arguments:?}");
        assert_ne!(stdout(&output), "", "{arguments:?}");
    }
    let told = rig.refused(&["suspend", "--yes", "-q", "--region", "eu-north-1"], 255);
    assert!(told.contains("no detector in account 111122223333, eu-north-1"), "{told}");
    assert!(rig.refused(&["status", "-q", "-v"], 252).contains("cannot be used with"));
    rig.stop();
}

#[test]
fn verbose_says_each_call_with_its_place_and_nothing_of_a_finding() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    let output = rig.run(&["findings", "list", "--verbose", "--output", "jsonl"]);
    let told = stderr(&output);
    for call in ["GuardDuty.ListDetectors", "GuardDuty.ListFindings", "GuardDuty.GetFindings"] {
        let line = told
            .lines()
            .find(|line| line.ends_with(call))
            .unwrap_or_else(|| panic!("{call} in {told}"));
        assert!(line.contains(" ms  111122223333  us-east-1  "), "{line}");
    }
    assert!(!told.contains("Recon") && !told.contains("instance"), "{told}");
    assert!(stdout(&output).contains(PROBE));
    rig.machine.guardduty.faults().deny("GetFindings");
    let told = rig.refused(&["findings", "list", "-v"], 255);
    assert!(told.contains("GuardDuty.GetFindings  failed"), "{told}");
    rig.machine.guardduty.faults().clear();
    let setup = rig.run(&[
        "export",
        "setup",
        "--bucket",
        "walk-exports",
        "--key-arn",
        super::KEY,
        "--dry-run",
        "-v",
    ]);
    assert!(
        stderr(&setup).contains("111122223333  us-east-1  kms.GetKeyPolicy"),
        "{}",
        stderr(&setup)
    );
    rig.stop();
}

#[test]
fn yaml_has_the_same_object_as_json() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    rig.ok(&["samples", PROBE, "--yes"]);
    for arguments in [
        &["status"][..],
        &["suspend", "--dry-run"],
        &["findings", "list"],
        &["usage"],
        &["org", "status"],
        &["disable", "--dry-run"],
        &["export", "setup", "--bucket", "walk-exports", "--key-arn", super::KEY, "--dry-run"],
    ] {
        let json = rig.json(&[arguments, &["--output", "json"]].concat());
        let yaml = rig.ok(&[arguments, &["--output", "yaml"]].concat());
        let read: serde_json::Value = serde_saphyr::from_str(&yaml).unwrap();
        assert_eq!(read, json, "{arguments:?}: {yaml}");
    }
    rig.stop();
}

#[test]
fn runtime_monitoring_is_shown_with_its_agents_and_what_they_cover() {
    let rig = Rig::new();
    rig.ok(&["enable", "--feature", "RUNTIME_MONITORING=on", "--yes"]);
    rig.ok(&["features", "set", "RUNTIME_MONITORING.EC2_AGENT_MANAGEMENT=on", "--yes"]);
    let sheet = rig.ok(&["status"]);
    for (agent, state) in [
        ("EKS_ADDON_MANAGEMENT", "off"),
        ("ECS_FARGATE_AGENT_MANAGEMENT", "off"),
        ("EC2_AGENT_MANAGEMENT", "on"),
    ] {
        let line = |line: &&str| line.trim_start().starts_with(agent) && line.ends_with(state);
        assert!(sheet.lines().any(|own| line(&own)), "{agent} in {sheet}");
    }
    assert!(!sheet.contains("coverage"), "only where that is asked for: {sheet}");
    let sheet = rig.ok(&["status", "--coverage"]);
    for part in ["1 covered", "1 not covered", "example-eks-cluster", "Agent not installed"] {
        assert!(sheet.contains(part), "{part} in {sheet}");
    }
    let object = rig.json(&["status", "--coverage", "--output", "json"]);
    let coverage = &object["places"][0]["coverage"];
    assert_eq!(coverage["by_type"]["EC2"]["healthy"], 1);
    assert_eq!(coverage["by_type"]["EKS"]["unhealthy"], 1);
    assert_eq!(coverage["unhealthy"].as_array().unwrap().len(), 2);
    rig.ok(&["features", "set", "RUNTIME_MONITORING=off", "--yes"]);
    assert!(rig.ok(&["status", "--coverage"]).contains("no resources"));
    rig.machine.guardduty.faults().deny("GetCoverageStatistics");
    let told = rig.refused(&["status", "--coverage"], 255);
    assert!(told.contains("allow guardduty:GetCoverageStatistics"), "{told}");
    rig.stop();
}
