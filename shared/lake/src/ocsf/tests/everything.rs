//! Findings of every kind that can be had: samples, published ones, and generated ones.

use std::{fs, path::Path};

use findings::{Attribute, AttributeKind, Finding, Record, decode};
use serde_json::{Value as Json, json};

/// All findings in a document, in whatever they are wrapped.
fn findings(document: &[u8]) -> Vec<Finding> {
    let found = decode(document).into_iter().filter_map(|record| match record {
        Record::Finding(finding) => Some(*finding),
        _ => None,
    });
    found.collect()
}

fn samples(folder: &Path) -> Vec<Finding> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|kind| kind.to_str()) {
            None => found.extend(samples(&path)),
            Some("json") => found.extend(findings(&fs::read(&path).unwrap())),
            Some(_) => {}
        }
    }
    found
}

/// Published findings, where there is a folder of them; they are not ours to ship.
fn corpus() -> Vec<Finding> {
    let folder = std::env::var_os("GUARDSIFT_CORPUS");
    let files = ["findings.jsonl", "api-findings.jsonl", "events.jsonl"];
    let texts = folder.into_iter().flat_map(|folder| {
        files.map(|file| fs::read_to_string(Path::new(&folder).join(file)).unwrap())
    });
    texts
        .flat_map(|text| {
            text.lines().flat_map(|line| findings(line.as_bytes())).collect::<Vec<_>>()
        })
        .collect()
}

/// Puts a value at a path, in a list where `in_lists` says so for the member.
fn put(members: &mut Json, path: &str, value: Json, in_lists: bool) {
    let Some((key, rest)) = path.split_once('.') else {
        members[path] = value;
        return;
    };
    let is_list = in_lists && key.ends_with('s') && !key.ends_with("Details");
    if members.get(key).is_none_or(|own| !own.is_object() && !own.is_array()) {
        members[key] = if is_list { json!([{}]) } else { json!({}) };
    }
    let inner = match &mut members[key] {
        Json::Array(elements) => &mut elements[0],
        other => other,
    };
    put(inner, rest, value, in_lists);
}

/// A finding of all attributes but those that a seed leaves out, with a text that many places take.
fn of_attributes(text: &str, in_lists: bool, seed: u64) -> Option<Finding> {
    let mut json = json!({});
    let mut state = seed;
    for attribute in Attribute::all() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if seed > 0 && (state >> 61) == 0 {
            continue;
        }
        let value = match attribute.kind {
            AttributeKind::Text | AttributeKind::Any => match attribute.name.rsplit('.').next() {
                Some("ipAddressV4" | "ip") if seed % 3 == 1 => json!("198.51.100.7"),
                Some("startTime" | "createdTime") => json!("2026-10-01T08:00:00Z"),
                Some("direction" | "connectionDirection") if seed % 2 == 1 => json!("OUTBOUND"),
                Some("mfaStatus") => json!("ENABLED"),
                _ => json!(text),
            },
            AttributeKind::Numeral => json!("64500"),
            AttributeKind::Number => json!(7),
            AttributeKind::Severity => json!(8.9),
            AttributeKind::Boolean => json!(true),
            AttributeKind::Time => json!("2026-10-01T08:00:00Z"),
        };
        put(&mut json, attribute.name, value, in_lists);
    }
    json["id"] = json!("f1");
    Finding::parse(&json.to_string()).ok()
}

/// What depends on several values that belong together.
fn by_hand() -> [Finding; 2] {
    let indicators = json!([
        {"key": "ATTACK_TACTIC", "values": ["Discovery", "TA0010 - Exfiltration"]},
        {"key": "ATTACK_TECHNIQUE", "values": ["T1078 - Valid Accounts", "T1098.001 - Additional Credentials"]},
    ]);
    let signals = json!([{"uid": "s1", "name": "n", "signalIndicators": indicators}]);
    let sequence = json!({"sequenceIndicators": indicators, "signals": signals});
    let lineage = json!([{"executablePath": "/usr/bin/sh"}, {"executablePath": "/usr/bin/init"}]);
    let runtime = json!({"process": {"pid": 7, "lineage": lineage},
        "context": {"targetProcess": {"pid": 8, "lineage": lineage}}});
    [
        json!({"id": "f1", "service": {"detection": {"sequence": sequence}}}),
        json!({"id": "f2", "service": {"runtimeDetails": runtime}}),
    ]
    .map(|json| Finding::parse(&json.to_string()).unwrap())
}

const TEXTS: [&str; 9] = [
    "plain",
    "198.51.100.7",
    "2001:db8::7",
    "c2.example.com",
    "T1078.001 - Valid Accounts",
    "NL",
    "7",
    "\u{1b}]0;\n\"\\",
    "\u{202e}é",
];

/// Findings of every kind that can be made here.
pub(super) fn everything() -> Vec<Finding> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut all = samples(&root);
    assert!(all.len() >= 30, "only {} samples", all.len());
    all.extend(corpus());
    all.extend(by_hand());
    let generated = (0..12).flat_map(|seed| {
        TEXTS.iter().flat_map(move |text| {
            [false, true].into_iter().filter_map(move |lists| of_attributes(text, lists, seed))
        })
    });
    let before = all.len();
    all.extend(generated);
    assert!(all.len() - before >= 200, "only {} generated", all.len() - before);
    all
}
