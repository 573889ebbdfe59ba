//! `guardsift backtest` on a history of its own: counts, comparisons, conditions, broken input, and the same decisions as `decide`.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::{json_lines, root, run, stderr, stdout},
    conformance::corpus,
};

const RULES: &str = "version: 1
rules:
  - name: probes
    action: archive
    hold: 24h
    reason: noise
    owner: secops@example.com
    criteria: { type: { matches: ['Recon:*'] }, severity: { lessThan: 4 } }
  - { name: brute, action: noop, criteria: { type: { equals: ['UnauthorizedAccess:EC2/SSHBruteForce'] } } }
  - { name: never, action: noop, criteria: { region: { equals: [ap-south-1] } } }
  - { name: old, action: archive, expires: 2026-01-01, criteria: { severity: { lessThan: 9 } } }
";
const AS_OF: &str = "2026-05-01";

fn finding(id: &str, kind: &str, severity: f64, updated_at: &str, count: u64) -> Value {
    json!({"schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1",
        "partition": "aws", "id": id, "type": kind, "severity": severity,
        "createdAt": "2026-04-01T00:00:00.000Z", "updatedAt": updated_at,
        "service": {"count": count, "archived": false}, "title": "<script>alert(1)</script>"})
}

fn history() -> Vec<Value> {
    let probe = "Recon:EC2/PortProbeUnprotectedPort";
    vec![
        finding("rises", probe, 2.0, "2026-04-01T00:00:00.000Z", 1),
        finding("rises", probe, 8.0, "2026-04-05T00:00:00.000Z", 2),
        finding("recurs", probe, 2.0, "2026-04-01T00:00:00.000Z", 1),
        finding("recurs", probe, 2.0, "2026-04-09T00:00:00.000Z", 9),
        finding("quiet", probe, 2.0, "2026-04-02T00:00:00.000Z", 1),
        finding("quiet", probe, 2.0, "2026-04-02T00:00:00.000Z", 1),
        finding(
            "brute",
            "UnauthorizedAccess:EC2/SSHBruteForce",
            5.0,
            "2026-04-03T00:00:00.000Z",
            3,
        ),
        finding("exfil", "Exfiltration:S3/AnomalousBehavior", 8.0, "2026-04-20T00:00:00.000Z", 1),
    ]
}

fn gzip(text: &str) -> Vec<u8> {
    let mut child = Command::new("gzip")
        .arg("-c")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap().stdout
}

fn lines(findings: &[Value]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// A folder with the rules and a history in two objects, the newer versions in the first.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yaml"), RULES).unwrap();
    let exports = folder.path().join("exports/2026/04");
    fs::create_dir_all(&exports).unwrap();
    let mut findings = history();
    findings.reverse();
    let (first, second) = findings.split_at(4);
    fs::write(exports.join("a.jsonl.gz"), gzip(&lines(first))).unwrap();
    fs::write(exports.join("b.jsonl"), lines(second)).unwrap();
    folder
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

fn backtest(folder: &TempDir, more: &[&str]) -> std::process::Output {
    let (rules, exports) = (at(folder, "rules.yaml"), at(folder, "exports"));
    let fixed = ["backtest", &rules, "--history", &exports, "--as-of", AS_OF];
    run(&[fixed.as_slice(), more].concat())
}

fn result(output: &std::process::Output) -> Value {
    serde_json::from_str(&stdout(output))
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

#[test]
fn the_newest_version_of_each_finding_counts_once() {
    let folder = folder();
    let output = backtest(&folder, &["--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let result = result(&output);
    let history = &result["history"];
    assert_eq!(
        [&history["findings"], &history["versions"], &history["duplicates"], &history["objects"]],
        [5, 7, 1, 2]
    );
    let total = |action: &str| result["totals"][action]["findings"].as_u64().unwrap();
    assert_eq!([total("archive"), total("notify"), total("noop")], [2, 2, 1]);
    assert_eq!(result["totals"]["notify"]["high"], 2);
    let rule = &result["rules"][0];
    assert_eq!((&rule["decided"]["low"], &rule["matched"]), (&json!(2), &json!(5)));
    assert_eq!(rule["types"][0]["name"], "Recon:EC2/PortProbeUnprotectedPort");
    assert_eq!(rule["last_seen"], "2026-04-09T00:00:00.000Z");
    assert!(rule["text"].as_str().unwrap().contains("reason: noise"));
    assert_eq!(rule["regret"], json!({"archived": 3, "rose": 1, "recurred": 1, "joined": 0}));
    assert_eq!(result["never_matched"], json!(["never"]));
    assert_eq!(result["expired"], json!(["old"]));
    assert_eq!(result["broad"][0]["rule"], "probes");
    let why: Vec<_> =
        result["regrets"].as_array().unwrap().iter().map(|own| &own["why"][0]).collect();
    assert_eq!(why, ["severity rose 2 → 8", "came back: count 1 → 9"]);
    let all = self::result(&backtest(&folder, &["--output", "json", "--all-versions"]));
    assert_eq!(all["totals"]["archive"]["findings"], 4);
}

#[test]
fn the_text_is_what_a_person_sees() {
    let folder = folder();
    let text = stdout(&backtest(&folder, &[])).replace(&folder.path().display().to_string(), "…");
    insta::assert_snapshot!("backtest", text);
}

#[test]
fn time_account_and_region_narrow_the_history() {
    let folder = folder();
    for (more, findings, outside) in [
        (["--since", "2026-04-09"].as_slice(), 2, 6),
        (&["--until", "2026-04-02"], 2, 6),
        (&["--account", "444455556666"], 0, 8),
        (&["--region", "eu-west-1", "--account", "111122223333"], 5, 0),
    ] {
        let history =
            &result(&backtest(&folder, &[&["--output", "json"], more].concat()))["history"];
        assert_eq!([&history["findings"], &history["outside"]], [findings, outside], "{more:?}");
    }
}

#[test]
fn a_comparison_says_what_changes_finding_by_finding() {
    let folder = folder();
    let old = at(&folder, "old.yaml");
    fs::write(&old, RULES.replace("'Recon:*'", "'Nothing:*'")).unwrap();
    let result = result(&backtest(&folder, &["--against", &old, "--output", "json"]));
    let difference = &result["difference"];
    assert_eq!(difference["changed"], 2);
    let change = &difference["changes"][0];
    assert_eq!((&change["from"], &change["to"]), (&json!("notify"), &json!("archive")));
    let findings = difference["findings"].as_array().unwrap();
    let ids: Vec<_> = findings.iter().map(|own| (&own["id"], &own["to_rule"])).collect();
    assert_eq!(ids, [(&json!("quiet"), &json!("probes")), (&json!("recurs"), &json!("probes"))]);
    let failed = backtest(&folder, &["--against", &old, "--fail-on", "newly-archived>1"]);
    assert_eq!(failed.status.code(), Some(3));
}

#[test]
fn a_condition_that_holds_is_exit_code_3_and_one_without_meaning_is_bad_usage() {
    let folder = folder();
    for (condition, code) in [
        ("archived.high>0", 0),
        ("archived>1", 3),
        ("archived>=40%", 3),
        ("archived>40%", 0),
        ("regret.rose>0", 3),
        ("regret.joined>0", 0),
        ("rule:probes.low=2", 3),
        ("never-matched>1", 0),
        ("unmatched.high>=2", 3),
        ("rule:typo>0", 252),
        ("changed>0", 252),
        ("archived", 252),
    ] {
        let output = backtest(&folder, &["--fail-on", condition]);
        assert_eq!(output.status.code(), Some(code), "{condition}: {}", stderr(&output));
    }
    let both = backtest(&folder, &["--fail-on", "archived>90", "--fail-on", "noop>0"]);
    assert_eq!(both.status.code(), Some(3));
    assert!(
        stdout(&both).contains("passed  archived>90") && stdout(&both).contains("FAILED  noop>0")
    );
}

#[test]
fn a_gate_names_what_failed_whatever_it_prints_and_never_passes_on_nothing() {
    let folder = folder();
    for format in ["text", "table", "json", "jsonl", "yaml"] {
        let failed = backtest(&folder, &["--fail-on", "noop>0", "--output", format]);
        assert_eq!(failed.status.code(), Some(3));
        assert!(stderr(&failed).contains("failed: noop>0, it is 1"), "{}", stderr(&failed));
    }
    let nothing = backtest(&folder, &["--since", "2099-01-01", "--fail-on", "noop>0"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(stderr(&nothing).contains("no finding was counted"), "{}", stderr(&nothing));
    assert!(!stdout(&nothing).contains("passed"), "{}", stdout(&nothing));
    assert_eq!(backtest(&folder, &["--since", "2099-01-01"]).status.code(), Some(0));
    let empty = backtest(&folder, &["--since", "2026-04-02", "--until", "2026-04-01"]);
    assert_eq!(empty.status.code(), Some(252), "{}", stderr(&empty));
}

#[test]
fn what_is_broken_is_named_and_the_rest_goes_on() {
    let folder = folder();
    let exports = folder.path().join("exports");
    let whole = gzip(&lines(&history()));
    fs::write(exports.join("cut.jsonl.gz"), &whole[..whole.len() - 9]).unwrap();
    let bad = format!(
        "{{\"id\":\"x\",\n\n{}\nnot json\n",
        finding("more", "T", 5.0, "2026-04-03T00:00:00Z", 1)
    );
    fs::write(exports.join("lines.jsonl"), bad).unwrap();
    fs::write(exports.join("notes.txt"), "ignored").unwrap();
    let long = json!({"id": "long", "type": "T", "severity": 2, "title": "x".repeat(1 << 20)});
    let endless = json!({"id": "endless", "type": "T", "title": "x".repeat(5 << 20)});
    fs::write(exports.join("long.jsonl"), format!("{long}\n{endless}\n")).unwrap();
    let output = backtest(&folder, &["--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let result = result(&output);
    assert_eq!(result["history"]["findings"], 7);
    let problems: BTreeMap<String, String> = result["history"]["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| {
            let source = Path::new(own["source"].as_str().unwrap());
            (
                source.file_name().unwrap().display().to_string(),
                own["reason"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let names: Vec<_> = problems.keys().map(String::as_str).collect();
    assert_eq!(names, ["cut.jsonl.gz", "lines.jsonl:1", "lines.jsonl:4", "long.jsonl:2"]);
    assert!(problems["cut.jsonl.gz"].contains("left out: no intact gzip stream"), "{problems:?}");
    assert!(problems["long.jsonl:2"].contains("more than the 4194304 of a line"));
    for format in ["table", "jsonl"] {
        let told = stderr(&backtest(&folder, &["--output", format]));
        assert!(told.contains("cut.jsonl.gz: left out: no intact gzip stream"), "{told}");
        assert_eq!(told.matches("deflate stream").count(), 1, "each cause once: {told}");
    }
    assert_eq!(backtest(&folder, &["--strict"]).status.code(), Some(3));
    let counted = backtest(&folder, &["--count", "matches", "--strict"]);
    assert_eq!(counted.status.code(), Some(3));
    assert_eq!(stdout(&counted).lines().next(), Some("probes 5"));
    let nowhere = run(&["backtest", "--history", &at(&folder, "nowhere")]);
    assert_eq!(nowhere.status.code(), Some(252));
    assert!(stderr(&nowhere).contains("nowhere"));
}

#[test]
fn the_report_is_one_file_without_scripts() {
    let folder = folder();
    let report = at(&folder, "report.html");
    let output = backtest(&folder, &["--report", &report]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let html = fs::read_to_string(&report).unwrap();
    assert!(html.contains("probes") && html.contains("severity rose 2 → 8"));
    assert!(!html.contains("<script"));
    let unwritable = backtest(&folder, &["--report", &at(&folder, "no/such/folder.html")]);
    assert_eq!(unwritable.status.code(), Some(252));
}

/// Every finding of a file: `decide` and `backtest` say the same.
fn assert_same_decisions(rules: &str, history: &str) -> usize {
    let arguments = ["--as-of", "2026-11-01", "--output", "jsonl"];
    let decided = run(&[&["decide", "--rules", rules, history], arguments.as_slice()].concat());
    let tested =
        run(&[&["backtest", rules, "--history", history, "--all-versions"], arguments.as_slice()]
            .concat());
    let key = |line: &Value| {
        let [id, account, region] = ["id", "account", "region"].map(|own| line[own].to_string());
        let [action, rule] = ["action", "rule"].map(|own| line[own].to_string());
        format!("{account} {region} {id} {} {action} {rule}", line["severity"])
    };
    let mut expected: Vec<_> = json_lines(&stdout(&decided))
        .iter()
        .filter(|line| line["kind"] == "finding")
        .map(key)
        .collect();
    let mut found: Vec<_> = json_lines(&stdout(&tested)).iter().map(key).collect();
    expected.sort();
    expected.dedup();
    found.sort();
    found.dedup();
    assert_eq!(found, expected, "{history}");
    found.len()
}

#[test]
fn decide_and_backtest_decide_alike() {
    assert!(assert_same_decisions("rules", "events") > 15);
    let folder = folder();
    assert_eq!(assert_same_decisions(&at(&folder, "rules.yaml"), &at(&folder, "exports")), 7 - 1);
    let Some(published) = corpus("findings.jsonl") else { return };
    let file = folder.path().join("published.jsonl");
    fs::write(&file, lines(&published)).unwrap();
    assert!(assert_same_decisions("rules", &file.display().to_string()) > 10);
    assert!(root().join("rules/rules.yaml").is_file());
}

#[test]
fn a_slip_where_no_rule_reads_is_named_whatever_the_object_is_read_with() {
    let folder = folder();
    let exports = folder.path().join("exports");
    fs::remove_dir_all(&exports).unwrap();
    fs::create_dir(&exports).unwrap();
    let whole = lines(&history()[..1]).replacen(
        "\"service\":{",
        "\"resource\":{\"new\":[true]},\"service\":{",
        1,
    );
    let text = format!("{whole}{}", whole.replace("[true]", "[tru]"));
    for (name, bytes) in [
        ("one-member.jsonl.gz", gzip(&text)),
        ("two-members.jsonl.gz", [gzip(&text), gzip("")].concat()),
        ("plain.jsonl", text.into_bytes()),
    ] {
        fs::write(exports.join(name), bytes).unwrap();
        let counts = backtest(&folder, &["--count", "matches", "--strict"]);
        assert_eq!(counts.status.code(), Some(3));
        assert!(stdout(&counts).starts_with("probes 1\n"), "{name}");
        assert!(stderr(&counts).contains(&format!("{name}:2: ")), "{}", stderr(&counts));
        fs::remove_file(exports.join(name)).unwrap();
    }
}
