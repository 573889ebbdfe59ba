//! `guardsift rules import` and `rules export`: what is converted says the same, and what is not says why.

use std::{fs, io::Write, path::PathBuf, process::Stdio};

use findings::{RuleSet, RuleSource, Timestamp, convert};
use serde_json::{Map, Value, json};

use crate::{
    binary::{guardsift, run, stderr, stdout},
    skip::skipped,
};

const FILTERS: &str = r#"{"Name":"old probes","Action":"ARCHIVE","Rank":2,"Description":"Noise",
 "FindingCriteria":{"Criterion":{"severity":{"Lt":4},"type":{"Eq":["Recon:EC2/PortProbeUnprotectedPort"]}}}}
{"Name":"severe","Action":"NOOP","Rank":1,"FindingCriteria":{"Criterion":{"severity":{"Gte":7}}}}
{"Name":"misspelt","Action":"ARCHIVE","Rank":3,"FindingCriteria":{"Criterion":{"severty":{"Lt":4}}}}
"#;

#[test]
fn import_prints_a_rule_file_and_shows_what_it_leaves_out() {
    let mut child = guardsift(&["rules", "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(FILTERS.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    insta::assert_snapshot!(
        "rules_import",
        format!("{}----\n{}", stdout(&output), stderr(&output))
    );
    let text = stdout(&output);
    let rules = RuleSet::parse(&[RuleSource { name: "rules", text: &text }]).unwrap();
    assert_eq!(rules.rules().len(), 2);
    let missing = run(&["rules", "import", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(252));
    assert!(stderr(&missing).contains("no-such-file.json"));
}

const RULES: &str = "version: 1
rules:
  - { name: keep, action: notify, criteria: { severity: { greaterThanOrEqual: 7 } } }
  - { name: scanner, action: archive, expires: 2027-03-31, reason: \"Our scanner\",
      criteria: { service.action.networkConnectionAction.remoteIpDetails.ipAddressV4: { cidr: [192.0.2.0/24] } } }
  - { name: noise, action: archive, reason: \"Noise\", criteria: { severity: { lessThan: 4 }, region: { notEquals: [us-east-1] } } }
  - { name: brutal, action: archive, criteria: { type: { regex: [Brute] }, severity: { lessThan: 3.5 } } }
";

#[test]
fn export_gives_what_it_can_and_the_reasons_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yaml");
    fs::write(&file, RULES).unwrap();
    let export = |target: &str, more: &[&str]| {
        let arguments = [
            "rules",
            "export",
            "--as-of",
            "2026-11-01",
            "--target",
            target,
            file.to_str().unwrap(),
        ];
        run(&[&arguments, more].concat())
    };
    let filters = export("filter", &[]);
    assert_eq!(filters.status.code(), Some(3));
    insta::assert_snapshot!(
        "rules_export_filter",
        format!("{}----\n{}", stdout(&filters), stderr(&filters))
    );
    let patterns = export("eventbridge", &["--allow-partial"]);
    assert_eq!(patterns.status.code(), Some(0));
    insta::assert_snapshot!(
        "rules_export_eventbridge",
        format!("{}----\n{}", stdout(&patterns), stderr(&patterns))
    );
    let json: Value =
        serde_json::from_str(&stdout(&export("filter", &["--output", "json"]))).unwrap();
    assert_eq!(json[3]["rule"], "brutal");
    assert_eq!(json[3]["exported"], Value::Null);
    let codes: Vec<_> =
        json[3]["reasons"].as_array().unwrap().iter().map(|own| &own["code"]).collect();
    assert_eq!(codes, ["operator", "decimal"]);
    let notes: Vec<_> =
        json[2]["notes"].as_array().unwrap().iter().map(|own| &own["code"]).collect();
    assert_eq!(notes, ["hold", "guards", "order"]);
    assert_eq!(export("other", &[]).status.code(), Some(252));
}

/// A filter with these criteria, as `GetFilter` returns it.
fn with_criteria(criteria: &Value) -> String {
    json!({"Name": "a-filter", "Action": "ARCHIVE", "Rank": 1, "FindingCriteria": criteria})
        .to_string()
}

/// The operators' own names, and operands as filters are exported with them.
fn normalised(criteria: &Value) -> Value {
    let long = |operator: &str| match operator {
        "Eq" => "Equals".to_owned(),
        "Neq" => "NotEquals".to_owned(),
        "Gt" => "GreaterThan".to_owned(),
        "Gte" => "GreaterThanOrEqual".to_owned(),
        "Lt" => "LessThan".to_owned(),
        "Lte" => "LessThanOrEqual".to_owned(),
        other => other.to_owned(),
    };
    let attributes =
        criteria["Criterion"].as_object().unwrap().iter().map(|(attribute, operators)| {
            let operators = operators.as_object().unwrap().iter();
            let operators: Map<_, _> =
                operators.map(|(own, operand)| (long(own), operand.clone())).collect();
            (attribute.clone(), Value::Object(operators))
        });
    Value::Object(attributes.collect())
}

#[test]
fn published_filters_come_back_as_they_were_or_are_refused_for_a_mistake_they_really_hold() {
    let Some(folder) = std::env::var_os("GUARDSIFT_CORPUS").map(PathBuf::from) else {
        skipped("published filters through import and export: GUARDSIFT_CORPUS is not set");
        return;
    };
    let text = fs::read_to_string(folder.join("filters.jsonl")).unwrap();
    let mut round = 0;
    for line in text.lines() {
        let sample: Value = serde_json::from_str(line).unwrap();
        let filter = with_criteria(&sample["criteria"]);
        let import = convert::import(&[RuleSource { name: "filter", text: &filter }]);
        if import.rules.is_empty() {
            assert!(!import.problems.is_empty());
            for problem in import.problems {
                let known = ["no filter attribute", "expected a"];
                assert!(
                    known.iter().any(|part| problem.message.contains(part)),
                    "{filter}: {problem}"
                );
            }
            continue;
        }
        let rules = RuleSet::parse(&[RuleSource { name: "rules", text: &import.text }]).unwrap();
        let exported = convert::filters(&rules, Timestamp::EPOCH).remove(0).outcome.unwrap();
        assert_eq!(
            exported["FindingCriteria"]["Criterion"],
            normalised(&sample["criteria"]),
            "{filter}"
        );
        round += 1;
    }
    assert!(round >= 35, "only {round} filters came back");
}

#[test]
fn a_plan_of_terraform_and_a_template_are_imported_by_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let plan = json!({"planned_values": {"root_module": {"resources": [{"address": "aws_guardduty_filter.a",
        "mode": "managed", "type": "aws_guardduty_filter", "values": {"name": "planned", "action": "ARCHIVE", "rank": 2,
        "finding_criteria": [{"criterion": [{"field": "severity", "less_than": "4", "greater_than": ""}]}]}}]}}});
    let template = "Resources:\n  Declared:\n    Type: AWS::GuardDuty::Filter\n    Properties:\n      Action: NOOP\n      Rank: 1\n      \
        DetectorId: !Ref Detector\n      FindingCriteria: { Criterion: { severity: { Gte: 7 } } }\n";
    let (one, other) = (folder.path().join("plan.json"), folder.path().join("template.yaml"));
    fs::write(&one, plan.to_string()).unwrap();
    fs::write(&other, template).unwrap();
    let output = run(&["rules", "import", one.to_str().unwrap(), other.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    let rules = RuleSet::parse(&[RuleSource { name: "rules", text: &text }]).unwrap();
    let names: Vec<_> = rules.rules().iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["Declared", "planned"]);
}
