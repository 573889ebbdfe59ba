//! `decide`, `backtest`, `finding-events` and `auto-archive` decide the same about the same findings.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::Duration,
};

use local::{
    clock,
    guardduty::{example_finding, finding_types},
    machine::{FunctionName, Machine, MachineConfig, Timings},
};
use serde_json::{Value, json};

use crate::{
    binary::{folder, json_lines, run, stderr, stdout},
    conformance::corpus,
    finding_events::event,
    functions::new_detector,
};

const QUIET: Duration = Duration::from_secs(300);
const HOUR: Duration = Duration::from_secs(3601);

/// Every action, guards that speak and guards that are silent, conditions of every kind.
const RULES: &str = r#"
version: 1
defaults: { hold: 2h, max_archive_share: 1, max_archive_per_run: 10000, max_archive_per_day: 10000 }
lists:
  ours: [ "111122223333", "444455556666" ]
rules:
  - name: from-a-network
    action: notify
    criteria: { severity: { greaterThan: 6 }, service.action.networkConnectionAction.remoteIpDetails.ipAddressV4: { cidr: [ "203.0.113.0/24" ] } }
  - name: mining
    action: notify
    criteria: { type: { matches: [ "CryptoCurrency:*", "*BitcoinTool*" ] } }
  - name: buckets
    action: noop
    criteria: { resource.resourceType: { equals: [ S3Bucket ] }, severity: { lessThan: 7 } }
  - name: probes
    action: archive
    hold: 0
    criteria: { type: { matches: [ "Recon:*" ] }, severity: { lessThan: 4 } }
  - name: samples
    action: archive
    criteria: { service.additionalInfo.sample: { equals: "true" }, severity: { lessThan: 4 } }
  - name: quiet-accounts
    action: archive
    criteria:
      severity: { lessThan: 4 }
      any:
        - { accountId: { equals: [ { list: ours } ] }, severity: { lessThan: 3 } }
        - { service.action.actionType: { equals: [ DNS_REQUEST ] } }
  - name: too-wide
    action: archive
    criteria: { type: { matches: [ "*IAMUser*", "AttackSequence:*" ] } }
"#;

/// One finding's action, rule and guard.
type Verdict = (String, Option<String>, Option<String>);

/// Examples of every type with some of the severities, some of them broken, and published findings where there are any.
fn findings() -> Vec<Value> {
    let mut all: Vec<Value> = ["findings.jsonl", "events.jsonl"]
        .into_iter()
        .filter_map(corpus)
        .flatten()
        .map(|own| own.get("detail").cloned().unwrap_or(own))
        .filter(|own| own["id"].is_string() && own["type"].is_string())
        .collect();
    let severities = [json!(1), json!(2.5), json!(3.9), json!(4), json!(6.9), json!(9.5)];
    let odd = [json!("2"), json!(-1), json!(11), Value::Null];
    for (number, row) in finding_types().iter().enumerate() {
        let mut finding = example_finding(row.name);
        if number % 9 == 0 {
            // As GuardDuty writes it: `GetFindings` answers only the second form.
            finding["service"]["additionalInfo"] =
                json!({"sample": true, "value": "{\"sample\":true}", "type": "default"});
        }
        for severity in severities.iter().skip(number % 3).step_by(3) {
            finding["severity"] = severity.clone();
            finding["id"] = json!(format!("generated-{number}-{severity}"));
            finding["accountId"] =
                json!(["111122223333", "444455556666", "777788889999"][number % 3]);
            all.push(finding.clone());
        }
        finding["severity"] = odd[number % odd.len()].clone();
        finding["id"] = json!(format!("odd-{number}"));
        finding["title"] = json!("</script><!channel>\u{202e}\r\n\u{1b}[31m");
        if number % 5 == 0 {
            finding["service"]["action"] = json!(["no", "object"]);
        }
        all.push(finding);
    }
    let mut seen = BTreeSet::new();
    all.retain(|own| seen.insert(own["id"].as_str().unwrap().to_owned()));
    all
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn verdicts(lines: &[Value]) -> BTreeMap<String, Verdict> {
    let verdict = |line: &Value| {
        (text(&line["id"]).unwrap(), (text(&line["action"]).unwrap(), text(&line["rule"]), None))
    };
    lines.iter().map(verdict).collect()
}

#[test]
fn commands_and_functions_decide_the_same() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let state = tempfile::tempdir().unwrap();
        let config = MachineConfig {
            start: clock::wall().minus(Duration::from_secs(3 * 86_400)),
            rules: RULES.to_owned(),
            mode: "plan".to_owned(),
            timings: Timings {
                timeout: Duration::from_secs(60),
                visibility: Duration::from_secs(60),
                max_receive_count: 2,
                rest: None,
            },
            ..MachineConfig::for_people(state.path().join("machine"), folder())
        };
        let machine = Machine::start(config).await.unwrap();
        new_detector(&machine).await;

        let ids: Vec<String> = findings()
            .into_iter()
            .map(|finding| machine.guardduty.observe(finding).unwrap())
            .collect();
        let held: Vec<Value> =
            ids.iter().map(|id| machine.guardduty.finding(id).unwrap()).collect();
        // The event pattern keeps some from finding-events; here it gets every one.
        for finding in &held {
            machine.send(FunctionName::FindingEvents, &event(finding));
        }
        for _ in 0..4 {
            machine.advance(HOUR).await;
        }
        machine.wait_until_quiet(QUIET).await.unwrap();

        let rules = state.path().join("rules.yaml");
        fs::write(&rules, RULES).unwrap();
        let history = state.path().join("history.jsonl");
        let lines: Vec<String> = held.iter().map(Value::to_string).collect();
        fs::write(&history, lines.join("\n")).unwrap();
        let (rules, history) = (rules.to_str().unwrap(), history.to_str().unwrap());

        let decide = run(&["decide", "--output", "jsonl", "--rules", rules, history]);
        assert_eq!(decide.status.code(), Some(0), "{}", stderr(&decide));
        let decided = verdicts(&json_lines(&stdout(&decide)));
        assert_eq!(decided.len(), ids.len());

        let backtest = run(&["backtest", rules, "--history", history, "--output", "jsonl"]);
        assert_eq!(backtest.status.code(), Some(0), "{}", stderr(&backtest));
        let listed = json_lines(&stdout(&backtest));
        assert_eq!(verdicts(&listed), decided);
        let guards: BTreeMap<_, _> =
            listed.iter().map(|line| (text(&line["id"]).unwrap(), text(&line["guard"]))).collect();
        let spoken: BTreeSet<_> = guards.values().flatten().cloned().collect();

        let expected = |action: &str| -> BTreeMap<String, Verdict> {
            decided
                .iter()
                .filter(|(_, verdict)| verdict.0 == action)
                .map(|(id, (action, rule, _))| {
                    (id.clone(), (action.clone(), rule.clone(), guards[id].clone()))
                })
                .collect()
        };
        let log = |function: &str| {
            fs::read_to_string(machine.logs().join(format!("{function}.log"))).unwrap()
        };
        let told: BTreeMap<String, Verdict> = machine
            .inbox
            .notifications()
            .into_iter()
            .map(|own| {
                let body: Value = serde_json::from_str(&own.body).unwrap();
                let decision = &body["decision"];
                let verdict = (
                    text(&decision["action"]).unwrap(),
                    text(&decision["rule"]),
                    text(&decision["guard"]),
                );
                (text(&body["finding"]["id"]).unwrap(), verdict)
            })
            .collect();
        assert_eq!(told, expected("notify"), "{}", log("finding-events"));

        let planned: BTreeMap<String, Option<String>> = log("auto-archive")
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|line| line["decision.action"] == "archive")
            .map(|line| (text(&line["finding.id"]).unwrap(), text(&line["decision.rule"])))
            .collect();
        let archived: BTreeMap<_, _> =
            expected("archive").into_iter().map(|(id, (_, rule, _))| (id, rule)).collect();
        assert_eq!(planned, archived);

        // Otherwise the comparison would say nothing.
        assert!(told.len() > 100 && archived.len() > 100 && !expected("noop").is_empty());
        assert!(spoken.len() >= 3, "{spoken:?}");
        let used: BTreeSet<_> = decided.values().filter_map(|verdict| verdict.1.clone()).collect();
        assert_eq!(used.len(), 7, "every rule decides something: {used:?}");
    });
}
