//! `guardsift decide` and `explain`: the contract of their output, their errors and exit codes.

use std::{fs, io::Write, process::Stdio};

use crate::binary::{guardsift, json_lines, run, stderr, stdout};

const AS_OF: [&str; 2] = ["--as-of", "2026-11-01"];
const KEYS: [&str; 13] = [
    "source",
    "kind",
    "id",
    "account",
    "region",
    "type",
    "severity",
    "level",
    "sample",
    "action",
    "rule",
    "hold_until",
    "error",
];

fn decide(arguments: &[&str]) -> std::process::Output {
    run(&[&["decide", "--output", "jsonl"], AS_OF.as_slice(), arguments].concat())
}

#[test]
fn every_sample_of_every_shape_is_decided_as_recorded() {
    let output = decide(&["events"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::assert_snapshot!("decide_events", stdout(&output));
}

#[test]
fn each_line_holds_exactly_the_members_of_the_contract() {
    let lines = json_lines(&stdout(&decide(&["events"])));
    let mut keys: Vec<_> = KEYS.to_vec();
    keys.sort_unstable();
    for line in &lines {
        let own: Vec<_> = line.as_object().unwrap().keys().cloned().collect();
        assert_eq!(own, keys, "{line}");
        match line["kind"].as_str().unwrap() {
            "finding" => assert!(line["action"].is_string() && line["error"].is_null(), "{line}"),
            "event" => assert!(line["action"].is_null() && line["severity"].is_null(), "{line}"),
            "unreadable" => assert!(line["error"].is_string(), "{line}"),
            other => panic!("{other}"),
        }
    }
    assert!(lines.len() > 40);
}

#[test]
fn standard_input_takes_the_same_shapes() {
    let text = fs::read(crate::binary::root().join("events/api/get-findings-cli.json")).unwrap();
    let mut child = guardsift(&["decide", "--output", "jsonl", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let output = child.wait_with_output().unwrap();
    let lines = json_lines(&stdout(&output));
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["kind"] == "finding" && line["source"] == "-:1"));
}

#[test]
fn unreadable_records_fail_only_a_strict_run() {
    let broken = "events/exports/with-bad-lines.jsonl";
    assert_eq!(decide(&[broken]).status.code(), Some(0));
    let strict = decide(&["--strict", broken]);
    assert_eq!(strict.status.code(), Some(3));
    assert_eq!(json_lines(&stdout(&strict)).len(), 6);
}

#[test]
fn a_missing_file_is_named_and_the_others_are_decided() {
    let output = decide(&["no-such-file.json", "events/findings/port-probe.json"]);
    assert_eq!(output.status.code(), Some(252));
    assert!(stderr(&output).contains("no-such-file.json"), "{}", stderr(&output));
    assert_eq!(json_lines(&stdout(&output)).len(), 1);
}

#[test]
fn a_cut_gzip_file_is_named_and_none_of_its_lines_counts() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read(crate::binary::root().join("events/exports/findings.jsonl.gz")).unwrap();
    let cut = folder.path().join("cut.jsonl.gz");
    fs::write(&cut, &whole[..whole.len() - 5]).unwrap();
    let output = decide(&[cut.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(252));
    assert!(stderr(&output).contains("cut.jsonl.gz"), "{}", stderr(&output));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_bad_rule_file_is_shown_with_a_caret_and_the_nearest_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.yaml");
    let text = "version: 1\nrules:\n  - name: x\n    action: archve\n    criteria: { severty: { lessThan: 4 } }\n";
    fs::write(&file, text).unwrap();
    let output = run(&["decide", "--rules", file.to_str().unwrap(), "events/findings"]);
    assert_eq!(output.status.code(), Some(252));
    let shown = stderr(&output).replace(file.to_str().unwrap(), "bad.yaml");
    insta::assert_snapshot!("bad_rule_file", shown);
    let missing = run(&["decide", "--rules", "no-such-rules.yaml", "events/findings"]);
    assert_eq!(missing.status.code(), Some(252));
    assert!(stderr(&missing).contains("no-such-rules.yaml"), "{}", stderr(&missing));
}

#[test]
fn explain_shows_every_condition_with_what_it_found() {
    let output =
        run(&[&["explain"], AS_OF.as_slice(), &["events/findings/port-probe.json"]].concat());
    assert_eq!(output.status.code(), Some(0));
    insta::assert_snapshot!("explain_port_probe", stdout(&output));
    let unknown = run(&["explain", "--id", "nobody", "events/findings"]);
    assert_eq!(unknown.status.code(), Some(252));
    assert!(stderr(&unknown).contains("nobody"));
}

#[test]
fn bad_usage_has_its_own_exit_code_and_help_none() {
    assert_eq!(run(&["decide"]).status.code(), Some(252));
    assert_eq!(run(&["no-such-command"]).status.code(), Some(252));
    let help = run(&["decide", "--help"]);
    assert_eq!(help.status.code(), Some(0));
    assert!(stdout(&help).contains("Examples:"));
}

#[test]
fn what_can_not_be_written_is_an_error_and_a_reader_that_has_gone_is_none() {
    for arguments in [
        &["decide", "events/findings"][..],
        &["decide", "--output", "jsonl", "events/findings"],
        &["explain", "events/findings"],
        &["findings", "export", "--format", "jsonl", "events/findings"],
        &["backtest", "--history", "events/findings"],
        &["rules", "check"],
        &["rules", "schema"],
        &["completions", "bash"],
        &["--help"],
    ] {
        // Only Linux has a disk that is always full.
        if let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") {
            let output = guardsift(arguments).stdout(full).output().unwrap();
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(255), "{arguments:?}: {told}");
            assert!(told.contains("can't write to standard output: No space left"), "{told}");
        }
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = guardsift(arguments).stdout(writer).output().unwrap();
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {told}");
        assert!(!told.contains("Broken pipe") && !told.contains("panicked"), "{told}");
    }
}

#[test]
fn a_folder_with_nothing_to_read_is_bad_usage() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["decide", "explain"] {
        let output = run(&[command, folder.path().to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(252));
        assert!(
            stderr(&output).contains("holds no file that ends in .json"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn quiet_keeps_to_what_failed() {
    let rules = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    let text = "version: 1\nrules:\n  - { name: quiet, action: archive, criteria: { severity: { lessThan: 4 } } }\n";
    fs::write(rules.path(), text).unwrap();
    for arguments in [
        &["preview", "--to", "slack", "events/findings/port-probe.json"][..],
        &["explain", "events/eventbridge/object-created.json"],
        &["rules", "export", "--target", "filter", rules.path().to_str().unwrap()],
    ] {
        assert_ne!(stderr(&run(arguments)), "", "{arguments:?}");
        let output = run(&[arguments, &["-q"]].concat());
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(0), String::new()),
            "{arguments:?}"
        );
    }
}
