//! OCSF events keep to OCSF's own schema, by a validator that is not ours.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use findings::{Attribute, AttributeKind, Finding, Record, decode, ocsf::detection_finding};
use serde_json::{Value, json};

use crate::{
    binary::{root, stderr, stdout},
    conformance::corpus,
    python::python,
};

/// The events of all findings in a document, in whatever they are wrapped.
fn events(document: &[u8]) -> Vec<Value> {
    let findings = decode(document).into_iter().filter_map(|record| match record {
        Record::Finding(finding) => Some(detection_finding(&finding)),
        _ => None,
    });
    findings.collect()
}

/// The events of the samples below a folder.
fn events_below(folder: &Path) -> Vec<Value> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(events_below(&path));
        } else if path.extension().is_some_and(|kind| kind == "json") {
            found.extend(events(&fs::read(path).unwrap()));
        }
    }
    found
}

/// Validates events; `None` where there is nothing to validate them with.
fn validated(events: &[Value]) -> Option<Output> {
    let python = python("OCSF events against OCSF's schema")?;
    let mut child = python
        .command(&root().join("tests/python/validate_ocsf.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Some(output)
}

fn assert_valid(events: &[Value]) {
    let Some(output) = validated(events) else { return };
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output), format!("1.1.0 detection_finding {}\n", events.len()));
}

/// Puts a value at a path, in a list where `in_lists` says so for the member.
fn put(members: &mut Value, path: &str, value: Value, in_lists: bool) {
    let Some((key, rest)) = path.split_once('.') else {
        members[path] = value;
        return;
    };
    let is_list = in_lists && (key.ends_with('s') && !key.ends_with("Details"));
    if members.get(key).is_none_or(|own| !own.is_object() && !own.is_array()) {
        members[key] = if is_list { json!([{}]) } else { json!({}) };
    }
    let inner = match &mut members[key] {
        Value::Array(elements) => &mut elements[0],
        other => other,
    };
    put(inner, rest, value, in_lists);
}

/// A finding that has every attribute at once, each with a value of its kind.
fn of_every_attribute(text: &str, in_lists: bool) -> Value {
    let mut finding = json!({});
    for attribute in Attribute::all() {
        let value = match attribute.kind {
            AttributeKind::Text | AttributeKind::Any => json!(text),
            AttributeKind::Numeral => json!("64500"),
            AttributeKind::Number => json!(7),
            AttributeKind::Severity => json!(8.9),
            AttributeKind::Boolean => json!(true),
            AttributeKind::Time => json!("2026-10-01T08:00:00Z"),
        };
        put(&mut finding, attribute.name, value, in_lists);
    }
    for time in ["createdAt", "updatedAt"] {
        finding[time] = json!("2026-10-01T08:00:00Z");
    }
    finding
}

#[test]
fn the_events_of_all_samples_are_valid() {
    let events = events_below(&root().join("events"));
    assert!(events.len() >= 30, "only {} samples", events.len());
    assert_valid(&events);
}

#[test]
fn the_events_of_published_findings_are_valid_but_for_those_without_any_time() {
    let mut found = Vec::new();
    for file in ["findings.jsonl", "api-findings.jsonl", "events.jsonl"] {
        let Some(samples) = corpus(file) else { return };
        found.extend(samples.iter().flat_map(|sample| events(sample.to_string().as_bytes())));
    }
    assert_eq!(found.len(), 47);
    let (timed, timeless): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|event| event.get("time").is_some());
    assert_eq!((timed.len(), timeless.len()), (45, 2));
    assert_valid(&timed);
    let Some(output) = validated(&timeless) else { return };
    let missing = "$: 'time' is a required property";
    assert_eq!(stderr(&output), format!("event 1: {missing}\nevent 2: {missing}\n"));
}

#[test]
fn a_finding_of_every_attribute_at_once_is_valid_whatever_its_texts() {
    let texts = [
        "plain",
        "198.51.100.7",
        "2001:db8::7",
        "c2.example.com",
        "\u{1b}]0;\n",
        "7",
        "",
        "\u{202e}é",
    ];
    let long = "a".repeat(300);
    let mut events = Vec::new();
    for text in texts.into_iter().chain([long.as_str()]) {
        for in_lists in [false, true] {
            let mut json = of_every_attribute(text, in_lists);
            json["id"] = json!("f1");
            let finding =
                Finding::parse(&json.to_string()).unwrap_or_else(|error| panic!("{error}: {json}"));
            let event = detection_finding(&finding);
            let count = |list: &str| event[list].as_array().map_or(0, Vec::len);
            let has_all = count("resources") >= 15 && count("evidences") >= 10;
            assert!(has_all || text.is_empty(), "{event}");
            events.push(event);
        }
    }
    assert_valid(&events);
}

#[test]
fn the_validator_sees_what_is_wrong() {
    let sample = fs::read(root().join("events/findings/port-probe.json")).unwrap();
    let [event] = <[Value; 1]>::try_from(events(&sample)).unwrap();
    let mistakes = [
        ("/severity_id", json!(7), "7 is not one of"),
        ("/severity", json!("High"), "severity is 'High' beside severity_id 2, which is 'Low'"),
        ("/time", json!("2026-10-01T08:00:00Z"), "is not of type 'integer'"),
        ("/time_dt", json!("yesterday"), "does not match"),
        ("/cloud/provider", Value::Null, "is not of type 'string'"),
        ("/evidences/0", json!({}), "is not valid under any of the given schemas"),
        ("/evidences/0/src_endpoint/ip", json!("host"), "does not match"),
        ("/evidences/0/dst_endpoint/port", json!(65536), "is greater than the maximum"),
        ("/metadata/profiles", json!(["cloud"]), "were unexpected"),
        ("/resources/0", json!({"uid": "i-1", "tags": []}), "'tags' was unexpected"),
    ];
    let broken = mistakes.clone().map(|(place, wrong, _)| {
        let mut event = event.clone();
        *event.pointer_mut(place).unwrap() = wrong;
        event
    });
    let Some(output) = validated(&broken) else { return };
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), ""));
    let said = stderr(&output);
    for (number, (place, _, problem)) in mistakes.into_iter().enumerate() {
        let number = format!("event {}: ", number + 1);
        let mut own = said.lines().filter(|line| line.starts_with(&number));
        assert!(own.any(|line| line.contains(problem)), "{place}: {said}");
    }
}
