//! What went in against what came out.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::{Command, Stdio},
};

use local::machine::{EXPORT_BUCKET, FunctionName, LAKE_BUCKET};
use serde_json::Value;

use super::{Counts, Stage, script::Script};

/// What happened, and what is there at the end.
pub(super) fn counts(stage: &Stage, script: &Script) -> Counts {
    let mut counts = script.counts.clone();
    let store = &stage.machine.store;
    let mut objects = |what, bucket, prefix| counts.insert(what, store.list(bucket, prefix).len());
    objects("export objects", EXPORT_BUCKET, "AWSLogs/");
    objects("lake objects", LAKE_BUCKET, "findings/v1/");
    objects("ledger objects", LAKE_BUCKET, "audit/v1/");
    counts.insert("versions", stage.machine.guardduty.versions().len());
    let told = ["/a", "/b"].map(|path| stage.web.received(path).len());
    let told = told.iter().sum::<usize>() + stage.machine.inbox.notifications().len();
    counts.insert("messages", told);
    let log = std::fs::read_to_string(stage.machine.logs().join("finding-exports.log"));
    let full = log.unwrap_or_default().lines().filter(|line| line.contains("/tmp is full")).count();
    counts.insert("log lines of a full disk", full);
    counts
}

/// Each way in which the law is broken, in words.
pub(super) fn broken(stage: &Stage, script: &Script) -> Vec<String> {
    let mut broken = Vec::new();
    lake(stage, script, &mut broken);
    told(stage, &mut broken);
    archived(stage, script, &mut broken);
    broken
}

/// Export objects against the lake: each is in it, described in quarantine or among the dead letters, and all lines
/// together are its rows, its quarantined and its blank lines.
fn lake(stage: &Stage, script: &Script, broken: &mut Vec<String>) {
    let store = &stage.machine.store;
    let dead = stage.machine.dead_letters(FunctionName::FindingExports).join("\n");
    let noted = reconciled(stage, broken);
    let mut intact = 0;
    let mut lines = 0;
    for (key, _) in store.list(EXPORT_BUCKET, "AWSLogs/") {
        if key.ends_with(".gz") && !dead.contains(&key) && !script.broken_objects.contains(&key) {
            intact += 1;
            lines += gunzip(&store.get(EXPORT_BUCKET, &key).unwrap()).lines().count() as u64;
        }
    }
    let files = store.list(LAKE_BUCKET, "findings/v1/");
    let counted = files.iter().map(|(_, stored)| {
        let count = |name: &str| stored.metadata[name].parse::<u64>().unwrap();
        count("rows") + count("quarantined") + count("blank")
    });
    let counted: u64 = counted.sum();
    if (files.len(), counted) != (intact, lines) {
        broken.push(format!(
            "{intact} export objects have {lines} lines, {} objects of the lake {counted}",
            files.len()
        ));
    }
    let left = script.broken_objects.iter().filter(|key| !dead.contains(*key)).count() as u64;
    if noted != left {
        broken.push(format!("{left} objects are broken, and {noted} are in quarantine"));
    }
}

/// What the command says is missing; gives the number of objects that are only described.
fn reconciled(stage: &Stage, broken: &mut Vec<String>) -> u64 {
    let (exports, lake) = (format!("s3://{EXPORT_BUCKET}/"), format!("s3://{LAKE_BUCKET}"));
    let arguments =
        ["reconcile", "--exports", &exports, "--lake", &lake, "--settle", "0m", "--output", "json"];
    let endpoint = stage.machine.endpoint();
    let mut command = crate::binary::guardsift(&arguments);
    command.envs([
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY),
    ]);
    let output = command.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if report["still_missing"] != 0
        && stage.machine.dead_letters(FunctionName::FindingExports).is_empty()
    {
        broken.push(format!("reconcile: {report} {}", String::from_utf8_lossy(&output.stderr)));
    }
    report["exports"]["in_quarantine"].as_u64().unwrap_or_default()
}

/// Every finding whose latest event was notable is known to every destination.
fn told(stage: &Stage, broken: &mut Vec<String>) {
    let dead = stage.machine.dead_letters(FunctionName::FindingEvents).join("\n");
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for path in ["/a", "/b"] {
        let ids = stage.web.received(path).into_iter().filter_map(|own| finding_id(&own.body));
        known.insert(path, ids.collect());
    }
    let topic = stage.machine.inbox.notifications().into_iter();
    known.insert("topic", topic.filter_map(|own| finding_id(&own.body)).collect());
    let with_events =
        stage.machine.guardduty.versions().into_iter().filter(|own| own.event.is_some());
    let latest: BTreeMap<String, String> =
        with_events.map(|own| (own.id.clone(), own.updated_at)).collect();
    for (id, updated_at) in latest {
        let finding = stage.machine.guardduty.finding(&id).unwrap();
        // The severity is that of the latest version; of an earlier one nothing is known here.
        let is_latest = finding["updatedAt"] == updated_at.as_str();
        if !is_latest || finding["severity"].as_f64() < Some(4.0) || dead.contains(&id) {
            continue;
        }
        for (destination, ids) in &known {
            if !ids.contains(&id) {
                broken.push(format!(
                    "{destination} never heard of {id}, severity {}",
                    finding["severity"]
                ));
            }
        }
    }
}

fn finding_id(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    body["finding"]["id"].as_str().map(str::to_owned)
}

/// Nothing grave is at rest in the archive, and whatever is there by guardsift has its lines in the ledger.
fn archived(stage: &Stage, script: &Script, broken: &mut Vec<String>) {
    let store = &stage.machine.store;
    let mut ledger: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (key, _) in store.list(LAKE_BUCKET, "audit/v1/") {
        let text = String::from_utf8(store.get(LAKE_BUCKET, &key).unwrap()).unwrap();
        for line in text.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else {
                broken.push(format!("{key} holds a line that is no JSON: {line}"));
                continue;
            };
            let id = line["finding_id"].as_str().or(line["finding"]["id"].as_str());
            let event = line["event"].as_str().unwrap_or_default();
            ledger.entry(id.unwrap_or_default().to_owned()).or_default().insert(event.to_owned());
            if event == "recorded" && line["finding"]["service"]["archived"] != false {
                broken.push(format!("{key} is no copy from before the archiving"));
            }
        }
    }
    let by_person = script.trace();
    for id in &script.ids {
        let finding = stage.machine.guardduty.finding(id).unwrap();
        if finding["service"]["archived"] != true {
            continue;
        }
        let severity = finding["severity"].as_f64();
        if severity >= Some(4.0) || finding["type"].as_str().unwrap().starts_with("AttackSequence:")
        {
            broken.push(format!("{id} is archived: {} {severity:?}", finding["type"]));
        }
        let events = ledger.get(id).cloned().unwrap_or_default();
        let is_whole = events.contains("recorded") && events.contains("archived");
        if !is_whole && !by_person.contains(&format!("archive {id}")) {
            broken.push(format!("{id} is archived, and the ledger has {events:?}"));
        }
    }
}

fn gunzip(bytes: &[u8]) -> String {
    let mut gzip = Command::new("gzip");
    let mut child =
        gzip.args(["-d", "-c"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
