//! What the pages take for granted: rules, exports, findings, a lake, and the two buckets that they name.

use std::{fs, os::unix::fs::symlink};

use local::{clock, guardduty::example_finding};
use serde_json::{Value, json};

use super::super::{PROBE, Rig};
use crate::binary::{folder, root};

const RULES: &str = "version: 1
rules:
  - name: port-probes
    action: archive
    reason: Internet background noise
    criteria: { type: { matches: [\"Recon:EC2/PortProbe*\"] }, severity: { lessThan: 4 } }
";

/// Fills the folder and the machine.
pub(super) fn prepare(rig: &Rig, is_enabled: bool) {
    let here = rig.path();
    let event = |name: &str| fs::read(root().join("events").join(name)).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = here.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    symlink(root().join("events"), here.join("events")).unwrap();
    fs::create_dir_all(here.join("target")).unwrap();
    symlink(folder(), here.join("target/release")).unwrap();
    put("rules/rules.yaml", &fs::read(root().join("rules/rules.yaml")).unwrap());
    put("old.yaml", RULES.as_bytes());
    put("new.yaml", RULES.replace("lessThan: 4", "lessThan: 3").as_bytes());
    put("old.json", &event("findings/port-probe.json"));
    put("new.json", &event("findings/port-probe-escalated.json"));
    put("export.jsonl.gz", &event("exports/findings.jsonl.gz"));
    put("answers/answer.json", &event("api/get-findings.json"));
    let one_line: Value = serde_json::from_slice(&event("eventbridge/finding.json")).unwrap();
    put("events.jsonl", one_line.to_string().as_bytes());
    let filter = json!({
        "Name": "quiet", "Action": "ARCHIVE", "Rank": 1,
        "FindingCriteria": { "Criterion": { "type": { "Equals": [PROBE] }, "severity": { "LessThan": 4 } } },
    });
    put("filter.json", filter.to_string().as_bytes());
    fs::create_dir_all(here.join("lake")).unwrap();

    let key = format!(
        "AWSLogs/111122223333/GuardDuty/us-east-1/{}/export.jsonl.gz",
        clock::wall().date().replace('-', "/")
    );
    put(&format!("exports/{key}"), &event("exports/findings.jsonl.gz"));
    let store = &rig.machine.store;
    for bucket in ["my-exports", "my-lake"] {
        store.create_bucket(bucket).unwrap();
    }
    store.put("my-exports", &key, &event("exports/findings.jsonl.gz")).unwrap();
    store.put("my-lake", "rules/rules.yaml", RULES.as_bytes()).unwrap();
    if is_enabled {
        rig.ok(&["enable", "--region", "us-east-1", "--region", "eu-west-1", "--yes"]);
        for name in [PROBE, "Backdoor:EC2/DenialOfService.Dns"] {
            rig.machine.guardduty.observe(example_finding(name)).unwrap();
        }
    }
}

/// The ids of the detector and of a finding, once there are some.
pub(super) fn ids(rig: &Rig) -> Option<(String, String)> {
    let first = |request: http::request::Builder, body: &'static str, member: &str| {
        let request = request.body(body.into()).unwrap();
        let answer = rig.runtime.block_on(rig.machine.guardduty.handle(request));
        let answer: Value = serde_json::from_slice(answer.body()).unwrap();
        Some(answer[member][0].as_str()?.to_owned())
    };
    let detector = first(http::Request::get("/detector"), "", "detectorIds")?;
    let listed = http::Request::post(format!("/detector/{detector}/findings"));
    let finding = first(listed, "{}", "findingIds")?;
    Some((detector, finding))
}
