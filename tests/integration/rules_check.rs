//! `guardsift rules check`: what it shows, in every format, and its exit codes.

use std::{collections::BTreeSet, fs};

use findings::{Code, Level};
use serde_json::Value;

use crate::binary::{root, run, stderr, stdout};

const TEN_MISTAKES: &str = "tests/rules/ten-mistakes.yaml";

fn check(arguments: &[&str]) -> std::process::Output {
    run(&[&["rules", "check", "--as-of", "2026-11-01"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(&check(&[&["--output", "json"], arguments].concat()))).unwrap()
}

#[test]
fn ten_mistakes_are_shown_with_a_caret_and_a_way_out() {
    let output = check(&[TEN_MISTAKES]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    insta::assert_snapshot!("ten_mistakes", stdout(&output));
}

#[test]
fn what_does_not_load_is_shown_all_at_once() {
    let output = check(&["tests/rules/does-not-load.yaml"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    insta::assert_snapshot!("does_not_load", stdout(&output));
}

#[test]
fn the_default_rules_pass_their_own_check() {
    let output = check(&["--strict"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(stdout(&output).contains("nothing to report"), "{}", stdout(&output));
}

#[test]
fn json_holds_every_problem_with_exactly_the_members_of_the_contract() {
    let problems = json(&[TEN_MISTAKES]);
    let codes: BTreeSet<_> =
        problems.as_array().unwrap().iter().map(|own| own["code"].as_str().unwrap()).collect();
    assert!(codes.len() >= 10, "{codes:?}");
    let mut keys = ["code", "level", "file", "line", "column", "width", "message", "help"];
    keys.sort_unstable();
    for problem in problems.as_array().unwrap() {
        let own: Vec<_> = problem.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(own, keys, "{problem}");
        let text = fs::read_to_string(root().join(problem["file"].as_str().unwrap())).unwrap();
        let line = usize::try_from(problem["line"].as_u64().unwrap()).unwrap();
        let column = usize::try_from(problem["column"].as_u64().unwrap()).unwrap();
        let width = usize::try_from(problem["width"].as_u64().unwrap()).unwrap();
        let marked: String =
            text.lines().nth(line - 1).unwrap().chars().skip(column - 1).take(width).collect();
        assert!(!marked.trim().is_empty(), "{problem} marks nothing");
    }
    assert_eq!(json(&["rules/rules.yaml"]), Value::Array(Vec::new()));
}

#[test]
fn sarif_names_the_rule_and_the_region_of_every_result() {
    let output = check(&["--output", "sarif", TEN_MISTAKES]);
    assert_eq!(output.status.code(), Some(3));
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), json(&[TEN_MISTAKES]).as_array().unwrap().len());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], TEN_MISTAKES);
        let region = &place["region"];
        assert!(region["endColumn"].as_u64() > region["startColumn"].as_u64(), "{region}");
    }
}

#[test]
fn notes_alone_fail_only_a_strict_check() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("noted.yaml");
    let text = "version: 1\nrules: [ { name: x, action: noop, criteria: { severity: { lessThan: 4 } } } ]\n";
    fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(check(&[file]).status.code(), Some(0));
    assert_eq!(check(&["--strict", file]).status.code(), Some(3));
}

#[test]
fn files_and_folders_are_one_rule_set_and_missing_ones_are_bad_usage() {
    let twice = json(&["rules/rules.yaml", "rules"]);
    let codes: BTreeSet<_> =
        twice.as_array().unwrap().iter().map(|own| own["code"].as_str().unwrap()).collect();
    assert_eq!(codes, BTreeSet::from(["GS0008"]));
    let missing = check(&["no-such-rules.yaml"]);
    assert_eq!(missing.status.code(), Some(252));
    assert!(stderr(&missing).contains("no-such-rules.yaml"), "{}", stderr(&missing));
    assert_eq!(check(&["--output", "xml"]).status.code(), Some(252));
}

#[test]
fn every_code_has_its_section_and_no_section_is_left_over() {
    let text = fs::read_to_string(root().join("docs/rules/codes.md")).unwrap();
    let sections: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .filter(|own| own.starts_with("GS"))
        .collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(sections, codes);
    for (code, section) in Code::ALL.iter().zip(text.split("\n## GS").skip(1)) {
        let level = match code.level() {
            Level::Error => "Error:",
            Level::Warning => "Warning:",
            Level::Note => "Note:",
        };
        assert!(section.contains(level), "{code} does not say its level");
        assert!(section.contains("```yaml"), "{code} has no example");
        assert!(section.contains("What to do:"), "{code} has no way out");
    }
}

/// The example of each section, as a rule file of its own.
#[test]
fn every_example_of_the_docs_triggers_its_code() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("docs/rules/codes.md")).unwrap();
    for (code, section) in Code::ALL.iter().zip(text.split("\n## GS").skip(1)) {
        let example = section.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let file = folder.path().join(format!("{code}.yaml"));
        fs::write(&file, example).unwrap();
        let problems = json(&[file.to_str().unwrap()]);
        let found = problems.as_array().unwrap().iter().any(|own| own["code"] == code.as_str());
        assert!(found, "{code}: {problems:#}");
    }
}
