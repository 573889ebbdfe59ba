//! Findings that other people published get the verdict a person would give.

use std::{fs, path::PathBuf};

use findings::{Filter, Record, decode};
use serde_json::Value;

use crate::skip::skipped;

/// A folder of published samples, named by an environment variable; they are not ours to ship.
pub(crate) fn corpus(file: &str) -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("GUARDSIFT_CORPUS").map(PathBuf::from) else {
        skipped(&format!("published samples of {file}: GUARDSIFT_CORPUS is not set"));
        return None;
    };
    let text = fs::read_to_string(folder.join(file)).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// A member in either casing.
fn member<'v>(finding: &'v Value, camel: &str) -> &'v Value {
    let pascal = format!("{}{}", camel[..1].to_uppercase(), &camel[1..]);
    finding.get(camel).or_else(|| finding.get(pascal)).unwrap_or(&Value::Null)
}

/// The decoded header says what the text says, looked up without the decoder.
fn assert_same(text: &Value) {
    let records = decode(text.to_string().as_bytes());
    let finding = text.get("detail").unwrap_or(text);
    if member(finding, "id").is_null() {
        assert!(matches!(records.as_slice(), [Record::Unreadable(_)]), "{text}");
        return;
    }
    let [Record::Finding(decoded)] = records.as_slice() else { panic!("{records:?} of {text}") };
    assert_eq!(decoded.id(), member(finding, "id").as_str().unwrap());
    assert_eq!(decoded.account_id(), member(finding, "accountId").as_str());
    assert_eq!(decoded.region(), member(finding, "region").as_str());
    let kind = decoded.finding_type().map(|kind| kind.as_str());
    assert_eq!(kind, member(finding, "type").as_str());
    let severity = decoded.severity().map(|severity| severity.value());
    assert_eq!(severity, member(finding, "severity").as_f64());
}

#[test]
fn published_findings_decode_in_every_casing_and_wrapper() {
    for (file, count) in [("findings.jsonl", 17), ("api-findings.jsonl", 12), ("events.jsonl", 19)]
    {
        let Some(samples) = corpus(file) else { return };
        assert_eq!(samples.len(), count, "{file}");
        samples.iter().for_each(assert_same);
    }
}

#[test]
fn published_broken_records_are_unreadable_or_recovered_without_a_guess() {
    let Some(samples) = corpus("malformed.jsonl") else { return };
    for sample in samples {
        let (kind, note) = (sample["kind"].as_str().unwrap(), sample["note"].as_str().unwrap());
        let records = decode(sample["raw"].as_str().unwrap().as_bytes());
        let [record] = records.as_slice() else { panic!("{kind} {note}: {records:?}") };
        match (kind, record) {
            ("template" | "edge-case" | "api-response", Record::Finding(_))
            | (
                "asff" | "athena-row" | "api-fragment" | "cloudwatch-flattened" | "missing-id",
                Record::Unreadable(_),
            ) => {}
            ("malformed", Record::Finding(finding)) => {
                let text: Value = serde_json::from_str(finding.raw()).unwrap();
                let severity = finding.severity().map(|severity| severity.value());
                assert_eq!(severity, text["severity"].as_f64(), "{note}");
            }
            ("malformed", Record::Unreadable(_)) => assert!(note.contains("not JSON"), "{note}"),
            other => panic!("{kind} {note}: {other:?}"),
        }
    }
}

#[test]
fn published_filters_load_or_are_refused_for_a_mistake_they_really_hold() {
    let Some(samples) = corpus("filters.jsonl") else { return };
    let mut loaded = 0;
    for sample in samples {
        match Filter::from_criteria_json(&sample["criteria"]) {
            Ok(_) => loaded += 1,
            Err(error) => {
                for problem in error.problems {
                    let known = ["no filter attribute", "expected a", "expected text"];
                    let is_known = known.iter().any(|part| problem.message.contains(part));
                    assert!(is_known, "{}: {problem}", sample["name"]);
                }
            }
        }
    }
    assert!(loaded >= 35, "only {loaded} filters load");
}
