//! `guardsift preview`: every sample becomes a body for every destination, and a page.

use std::{fs, path::PathBuf, process::Output};

use serde_json::{Deserializer, Value};

use crate::{
    binary::{json_lines, run, stderr, stdout},
    conformance::corpus,
};

const AS_OF: [&str; 2] = ["--as-of", "2026-11-01"];
const DESTINATIONS: [&str; 7] =
    ["slack", "teams", "pagerduty", "sns", "sqs", "eventbridge", "webhook"];
/// Bytes that each takes at most: Slack's blocks, Teams' webhook, PagerDuty's Events API, SNS, SQS, EventBridge, and what a
/// webhook is sent.
const SIZES: [usize; 7] = [100_000, 28_000, 512_000, 262_144, 1_048_576, 262_144, 1_048_576];

fn preview(arguments: &[&str]) -> Output {
    run(&[&["preview"], AS_OF.as_slice(), arguments].concat())
}

fn bodies(output: &Output) -> Vec<Value> {
    Deserializer::from_str(&stdout(output)).into_iter().map(Result::unwrap).collect()
}

#[test]
fn every_finding_of_the_samples_has_a_body_for_every_destination() {
    let decided = run(&["decide", "--output", "jsonl", "events"]);
    let findings =
        json_lines(&stdout(&decided)).iter().filter(|own| own["kind"] == "finding").count();
    assert!(findings > 40);
    for to in DESTINATIONS {
        let output = preview(&["events", "--to", to]);
        assert_eq!(output.status.code(), Some(0), "{to}: {}", stderr(&output));
        assert_eq!(bodies(&output).len(), findings, "{to}");
    }
}

#[test]
fn every_published_finding_has_a_body_for_every_destination_within_its_size() {
    for file in ["findings.jsonl", "api-findings.jsonl", "events.jsonl"] {
        let Some(findings) = corpus(file) else { return };
        let folder = PathBuf::from(std::env::var_os("GUARDSIFT_CORPUS").unwrap());
        let path = folder.join(file);
        let known = findings.iter().map(|own| own.get("detail").unwrap_or(own));
        let known = known.filter(|own| own["id"].is_string() || own["Id"].is_string()).count();
        for (to, most) in DESTINATIONS.into_iter().zip(SIZES) {
            let output = preview(&[path.to_str().unwrap(), "--to", to]);
            let bodies = bodies(&output);
            assert_eq!(bodies.len(), known, "{file} {to}: {}", stderr(&output));
            for body in bodies {
                assert!(body.to_string().len() <= most, "{file} {to}: {body}");
            }
        }
    }
}

#[test]
fn a_raw_body_is_the_finding_itself() {
    let file = "events/findings/unicode.json";
    let raw = preview(&[file, "--to", "webhook", "--payload", "raw"]);
    let text = fs::read_to_string(crate::binary::root().join(file)).unwrap();
    assert_eq!(bodies(&raw), [serde_json::from_str::<Value>(&text).unwrap()]);
    let shape = preview(&[file, "--to", "webhook"]);
    assert_eq!(bodies(&shape)[0]["schema"], "guardsift.notification/v1");
}

#[test]
fn what_is_new_and_who_would_not_be_told_is_said() {
    let earlier = "events/findings/port-probe.json";
    let output = preview(&[
        "events/findings/port-probe-escalated.json",
        "--earlier",
        earlier,
        "--to",
        "slack",
    ]);
    let told = stdout(&output);
    assert!(told.contains("severity 2 → 5.3, count 3 → 340, new country: Sweden"), "{told}");
    let other =
        preview(&["events/findings/crypto-dns.json", "--earlier", earlier, "--to", "slack"]);
    assert_eq!(other.status.code(), Some(252));
    assert!(stderr(&other).contains("12ee67e50f09d8af4180b9c8af947329"), "{}", stderr(&other));
    let output = preview(&[earlier, "--to", "slack", "--account-name", "production"]);
    assert!(stderr(&output).contains("nobody would be told: it is archived by rule"));
    assert!(stdout(&output).contains("production (111122223333)"));
}

#[test]
fn the_page_shows_every_message_and_needs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for to in DESTINATIONS {
        let file = folder.path().join(format!("{to}.html"));
        let output = preview(&["events/findings", "--to", to, "--html", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{to}: {}", stderr(&output));
        assert!(output.stdout.is_empty());
        let page = fs::read_to_string(&file).unwrap();
        assert_eq!(page.matches("<section>").count(), 22, "{to}");
        assert!(!page.contains("<script") && !page.contains("src="), "{to}");
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn a_page_that_cannot_be_written_and_files_without_a_finding_are_bad_usage() {
    let lost = preview(&["events/findings", "--to", "slack", "--html", "no/such/folder/x.html"]);
    assert_eq!(lost.status.code(), Some(252));
    assert!(stderr(&lost).contains("no/such/folder/x.html"));
    let none = preview(&["events/s3", "--to", "slack"]);
    assert_eq!(none.status.code(), Some(252));
    assert!(stderr(&none).contains("no finding"));
    assert_eq!(preview(&["events/findings"]).status.code(), Some(252), "without --to");
}
