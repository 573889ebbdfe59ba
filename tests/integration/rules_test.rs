//! `guardsift rules test` and `rules schema`: cases that fail say why, and editors get what the loader knows.

use std::{fs, io::Write, process::Stdio};

use findings::{Attribute, AttributeKind, RuleSet, RuleSource};
use serde_json::{Value, json};

use crate::{
    binary::{root, run, stderr, stdout},
    python::python,
};

const AS_OF: [&str; 2] = ["--as-of", "2026-11-01"];

fn test(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = run(&[&["rules", "test"], AS_OF.as_slice(), arguments].concat());
    (output.status.code(), stdout(&output), stderr(&output))
}

#[test]
fn every_case_of_the_default_set_passes() {
    let (code, table, talk) = test(&[]);
    assert_eq!(code, Some(0), "{table}{talk}");
    assert!(talk.contains("0 failed") && !table.contains("FAILED"), "{talk}");
    let (_, json, _) = test(&["--output", "json", "rules/rules.yaml"]);
    let outcomes: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(outcomes.len(), table.lines().count() - 1);
    assert!(outcomes.iter().all(|own| own["passed"] == true && own["why"] == json!([])));
}

const RULES: &str = r#"version: 1
rules:
  - name: first
    action: noop
    criteria: { region: { equals: [eu-west-1] } }
  - name: hides
    action: archive
    expires: 2027-01-01
    criteria: { severity: { lessThan: 4 }, service.count: { lessThan: 10 } }
    tests:
      - { name: as it should be, expect: archive, finding: one.json }
      - { name: no count, expect: archive, finding: { id: a, severity: 2, updatedAt: "2026-10-01T00:00:00Z" } }
      - { name: elsewhere, expect: archive, finding: { id: a, region: eu-west-1 } }
      - { name: too high, expect: archive, finding: { id: a, severity: 3.95, service: { count: 1 }, updatedAt: "2026-10-01T00:00:00Z" } }
      - { name: not there, expect: archive, finding: missing.json }
      - { name: two at once, expect: notify, finding: two.json }
"#;

#[test]
fn a_case_that_fails_says_who_decided_and_which_condition_did_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yaml");
    fs::write(&file, RULES).unwrap();
    let one = r#"{"id":"a","severity":2,"service":{"count":1},"updatedAt":"2026-10-01T00:00:00Z"}"#;
    fs::write(folder.path().join("one.json"), one).unwrap();
    fs::write(folder.path().join("two.json"), format!("[{one},{one}]")).unwrap();
    let file = file.to_str().unwrap();
    let (code, table, talk) = test(&[file]);
    assert_eq!(code, Some(3), "{table}{talk}");
    insta::assert_snapshot!(
        "rules_test_failing",
        table.replace(folder.path().to_str().unwrap(), "FOLDER")
    );
    assert!(talk.contains("1 rule without cases: first"), "{talk}");
    assert!(talk.contains("6 cases of 2 rules, 5 failed"), "{talk}");
    let late = run(&["rules", "test", "--as-of", "2027-02-01", file]);
    assert_eq!(late.status.code(), Some(3));
    assert!(stdout(&late).contains("hides expired at 2027-01-01"), "{}", stdout(&late));
}

#[test]
fn rules_that_do_not_load_are_bad_usage() {
    let (code, _, talk) = test(&["no-such-rules"]);
    assert_eq!(code, Some(252));
    assert!(talk.contains("no-such-rules"), "{talk}");
}

#[test]
fn the_printed_schema_is_the_committed_one() {
    let output = run(&["rules", "schema"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(stdout(&output), fs::read_to_string(root().join("rules/schema.json")).unwrap());
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

/// What is wrong with each document, by a validator that is not ours.
fn validated(documents: &[Value]) -> Option<Vec<String>> {
    let python = python("rule files against their JSON Schema")?;
    let schema: Value =
        serde_json::from_str(&fs::read_to_string(root().join("rules/schema.json")).unwrap())
            .unwrap();
    let mut child = python
        .command(&root().join("tests/python/validate_rules.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let given = json!({"schema": schema, "documents": documents}).to_string();
    child.stdin.take().unwrap().write_all(given.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

const EXAMPLE: &str = r#"
version: 1
strict: true
defaults: { hold: 24h, archive_ceiling: 3.9, max_archive_per_run: 500 }
lists: { inside: [10.0.0.0/8, 192.168.0.0/16] }
rules:
  - name: port-probes-on-the-edge
    action: archive
    reason: Internet background noise on the public load balancers
    owner: secops@example.com
    ticket: SEC-1
    runbook: https://runbooks.example.com/port-probes
    expires: 2027-03-31
    hold: 24h
    criteria:
      type: { matches: ["Recon:EC2/PortProbe*"] }
      severity: { lessThan: 4 }
      resource.instanceDetails.tags: { tag: { Role: edge } }
      service.action.portProbeAction.portProbeDetails.remoteIpDetails.ipAddressV4: { notCidr: [{ list: inside }] }
      service.action.portProbeAction.portProbeDetails: { every: { localPortDetails.port: { notEquals: [22] } } }
      any: [ { updatedAt: { olderThan: 7d } }, { accountId: { equals: "111122223333" } } ]
    unless: [ { service.count: { greaterThan: 100 } } ]
    tests:
      - { name: a probe on the edge, finding: ../events/findings/port-probe.json, expect: archive }
      - { name: another, finding: { id: a }, expect: notify }
  - name: pasted
    action: noop
    reason: A filter as GuardDuty has it
    owner: secops@example.com
    criteria: { Criterion: { severity: { Lt: 4, Equals: ["2", 3.5] }, type: { Eq: [a], neq: [b] } } }
destinations:
  security-team: { sns: { topic: "arn:aws:sns:us-east-1:111122223333:security-team" } }
  incidents: { webhook: { url: "https://incidents.example.com/guardduty", payload: raw } }
  queue: { sqs: { queue: "https://sqs.us-east-1.amazonaws.com/111122223333/tickets", payload: ocsf } }
  bus: { eventbridge: { bus: "arn:aws:events:us-east-1:111122223333:event-bus/soc" } }
  chat: { slack: { secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:bot-AbCdEf", channel: C01 } }
  pager: { pagerduty: { secret: "arn:aws:secretsmanager:us-east-1:111122223333:secret:key-AbCdEf" } }
accounts: { "111122223333": production }
notify_changes: { every: false, severity: true, new: [country, address], count: [10, 100], recurrence: true }
samples: [queue, bus]
fallback: security-team
routes:
  - { to: [security-team] }
  - { criteria: { severity: { greaterThanOrEqual: 7 } }, to: incidents }
"#;

#[test]
fn rule_files_that_load_are_valid_for_an_independent_validator() {
    let mut documents = vec![yaml(EXAMPLE)];
    for file in ["rules/rules.yaml", "local/src/demo/rules.yaml"] {
        let text = fs::read_to_string(root().join(file)).unwrap();
        documents.push(yaml(&text.replace("${security_team}", local::machine::SECURITY_TOPIC)));
    }
    RuleSet::parse(&[RuleSource { name: "example", text: EXAMPLE }]).unwrap();
    let Some(verdicts) = validated(&documents) else { return };
    assert_eq!(verdicts, vec![""; documents.len()]);
}

#[test]
fn every_rule_file_in_the_documentation_loads_and_is_valid() {
    let page = fs::read_to_string(root().join("docs/rules/language.md")).unwrap();
    let examples: Vec<_> =
        page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert_eq!(examples.len(), 4);
    for text in &examples {
        RuleSet::parse(&[RuleSource { name: "language.md", text }]).unwrap();
    }
    let documents: Vec<_> = examples.into_iter().map(yaml).collect();
    let Some(verdicts) = validated(&documents) else { return };
    assert_eq!(verdicts, vec![""; documents.len()]);
}

#[test]
fn wrong_rule_files_are_invalid() {
    let pairs = [
        ("severty: { lessThan: 4 }", "severity: { lessThan: 4 }"),
        ("severity: { below: 4 }", "severity: { lessThan: 4 }"),
        ("severity: { equals: [11] }", "severity: { equals: [10] }"),
        ("type: { lessThan: 4 }", "type: { notMatches: [a] }"),
        ("service.count: { olderThan: 7d }", "updatedAt: { olderThan: 7d }"),
        ("updatedAt: { olderThan: 7 days }", "updatedAt: { newerThan: 90s }"),
        (
            "resource.instanceDetails.tags: { element: { name: { equals: [a] } } }",
            "resource.instanceDetails.tags: { element: { key: { equals: [a] } } }",
        ),
        (
            "resource.s3BucketDetails: { tag: { a: b } }",
            "resource.s3BucketDetails: { exists: true }",
        ),
        ("any: []", "any: [ { id: { equals: [a] } } ]"),
    ];
    let document = |criteria: &str| {
        yaml(&format!(
            "version: 1\nrules: [ {{ name: a, action: noop, criteria: {{ {criteria} }} }} ]"
        ))
    };
    let documents: Vec<_> =
        pairs.iter().flat_map(|(wrong, right)| [document(wrong), document(right)]).collect();
    let Some(verdicts) = validated(&documents) else { return };
    for ((wrong, right), verdicts) in pairs.iter().zip(verdicts.chunks(2)) {
        assert!(!verdicts[0].is_empty(), "{wrong} is wrong");
        assert_eq!(verdicts[1], "", "{right}");
    }
    let rest = [
        "version: 2",
        "version: 1\nrule: []",
        "rules: []",
        "version: 1\nrules: [ { name: a, action: archive } ]",
        "version: 1\nrules: [ { name: a b, action: noop, criteria: { id: { equals: [a] } } } ]",
        "version: 1\nrules: [ { name: a, action: hide, criteria: { id: { equals: [a] } } } ]",
        "version: 1\ndefaults: { archive_ceiling: 7 }",
        "version: 1\nroutes: [ { } ]",
        "version: 1\ndestinations: { a: { sns: { topic: b }, webhook: { url: c } } }",
        "version: 1\ndestinations: { a: { slack: { secret: 'https://hooks.slack.com/x' } } }",
        "version: 1\ndestinations: { a: { sqs: { queue: q } } }",
        "version: 1\nnotify_changes: { new: [mood] }",
        "version: 1\naccounts: { production: a }",
    ];
    let Some(verdicts) = validated(&rest.map(yaml)) else { return };
    for (text, verdict) in rest.iter().zip(verdicts) {
        assert!(!verdict.is_empty(), "{text}");
        assert!(RuleSet::parse(&[RuleSource { name: "wrong", text }]).is_err(), "{text}");
    }
}

/// Every kind of attribute with every operator and many operands: what loads has to be valid.
#[test]
fn no_condition_that_loads_is_marked_as_wrong_by_an_editor() {
    let operators = [
        "equals",
        "notEquals",
        "greaterThan",
        "GreaterThanOrEqual",
        "lessThan",
        "lte",
        "Eq",
        "neq",
        "gt",
        "Lt",
        "matches",
        "NotMatches",
        "cidr",
        "notCidr",
        "regex",
        "notRegex",
        "exists",
        "olderThan",
        "newerThan",
        "tag",
        "element",
        "every",
    ];
    let operands = [
        json!(7),
        json!(3.5),
        json!(-1),
        json!(11),
        json!(true),
        json!("7"),
        json!("3.5"),
        json!("true"),
        json!("a"),
        json!("24h"),
        json!(0),
        json!("192.0.2.0/24"),
        json!("2026-03-31T10:00:00Z"),
        json!("2026-03-31"),
        json!([]),
        json!(["7", 7]),
        json!(["a", true]),
        json!({"list": "own"}),
        json!([{"list": "own"}, "8"]),
        json!({"Role": "edge"}),
        json!({"Role": ["edge", 7]}),
        json!({"key": {"equals": ["a"]}}),
        json!(null),
    ];
    let kinds = [
        AttributeKind::Text,
        AttributeKind::Numeral,
        AttributeKind::Number,
        AttributeKind::Severity,
        AttributeKind::Boolean,
        AttributeKind::Time,
        AttributeKind::Any,
    ];
    let attributes = kinds
        .map(|kind| Attribute::all().iter().find(|attribute| attribute.kind == kind).unwrap().name);
    let targets = ["resource.instanceDetails.tags", "resource.instanceDetails"];
    let mut documents = Vec::new();
    let mut loads = Vec::new();
    for attribute in attributes.into_iter().chain(targets) {
        for operator in operators {
            for operand in &operands {
                let document = json!({"version": 1, "lists": {"own": ["1", "2"]},
                    "rules": [{"name": "a", "action": "noop", "criteria": {attribute: {operator: operand}}}]});
                let text = document.to_string();
                loads.push(RuleSet::parse(&[RuleSource { name: "one", text: &text }]).is_ok());
                documents.push(document);
            }
        }
    }
    let Some(verdicts) = validated(&documents) else { return };
    let mut wrong = 0;
    for ((document, loads), verdict) in documents.iter().zip(loads).zip(verdicts) {
        assert!(!loads || verdict.is_empty(), "{document} loads, but: {verdict}");
        wrong += usize::from(!loads && !verdict.is_empty());
    }
    assert!(wrong > documents.len() / 3, "only {wrong} of {} are marked as wrong", documents.len());
}
