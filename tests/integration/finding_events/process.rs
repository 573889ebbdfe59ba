//! One process of the function and each single call that it makes.

use std::process::{Command, Stdio};

use local::machine::LAKE_BUCKET;

use super::*;
use crate::{
    fault_proxy::{Fault, Proxy},
    runtime_stub::Process,
};

/// What Lambda gives it; a claim of a process that was killed ends with it.
const TIMEOUT: Duration = Duration::from_millis(1500);

fn function(endpoint: &str) -> Command {
    let mut command = Command::new(folder().join("finding-events"));
    command.env_clear().stderr(Stdio::null()).envs([
        ("AWS_ENDPOINT_URL", endpoint),
        ("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/own.yaml"),
        ("GUARDSIFT_LAKE_BUCKET", LAKE_BUCKET),
        ("GUARDSIFT_DEFAULT_TOPIC_ARN", local::machine::DEFAULT_TOPIC),
    ]);
    command
}

/// A machine whose own functions are not asked.
fn machine(rules: &str) -> (tokio::runtime::Runtime, Stage) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let stage = runtime.block_on(stage(Setting::rules("version: 1")));
    stage.machine.store.put(LAKE_BUCKET, "rules/own.yaml", rules.as_bytes()).unwrap();
    (runtime, stage)
}

#[test]
fn a_decision_without_a_delivery_makes_no_call_but_that_for_its_rules() {
    let rules = "version: 1
rules: [ { name: nobody, action: noop, criteria: { id: { exists: true } } } ]";
    let (_runtime, stage) = machine(rules);
    let proxy = Proxy::start(&stage.machine.endpoint(), |_| None);
    let mut process = Process::start(function(&proxy.url), Stdio::null());
    let other = r#"{"source":"aws.health","detail-type":"AWS Health Event","detail":{}}"#;
    assert!(process.invoke(other, TIMEOUT).unwrap().path.ends_with("/response"));
    assert!(proxy.calls().is_empty(), "for no finding nothing is asked: {:?}", proxy.calls());
    for number in 0..3 {
        let finding = with(version(0, 5.0, 1), "/id", json!(format!("f{number}")));
        let answer = process.invoke(&event(&finding), TIMEOUT).unwrap();
        let summary: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&summary["findings"], &summary["notified"]), (&json!(1), &json!(0)));
    }
    let calls: Vec<_> =
        proxy.calls().into_iter().map(|call| call.method + " " + &call.path).collect();
    assert!(calls.len() == 1 && calls[0].contains("/rules/own.yaml"), "{calls:?}");
}

#[test]
fn r5_killed_at_any_call_a_version_is_told_and_twice_only_where_that_cannot_be_known() {
    let (_runtime, stage) = machine("version: 1");
    let endpoint = stage.machine.endpoint();
    let (mut kills, mut doubles) = (0, Vec::new());
    for (when, fault) in [("before", Fault::KillBefore), ("after", Fault::KillAfter)] {
        for place in 0.. {
            let finding = with(version(0, 5.0, 1), "/id", json!(format!("{when}-{place}")));
            let fault = fault.clone();
            let proxy =
                Proxy::start(&endpoint, move |call| (call.number == place).then(|| fault.clone()));
            let mut process = Process::start(function(&proxy.url), Stdio::null());
            proxy.victim(process.id());
            let first = process.invoke(&event(&finding), TIMEOUT);
            let told = |answer: Option<crate::runtime_stub::Answer>| {
                answer.is_some_and(|own| own.path.ends_with("/response"))
            };
            if told(first) {
                break;
            }
            kills += 1;
            let mut attempts = 0;
            while !told(
                Process::start(function(&endpoint), Stdio::null())
                    .invoke(&event(&finding), TIMEOUT),
            ) {
                attempts += 1;
                assert!(attempts < 10, "{when} {place}: nobody takes over");
            }
            let received: Vec<_> = stage
                .machine
                .inbox
                .notifications()
                .into_iter()
                .filter(|own| own.version_key.as_deref() == Some(key(&finding).as_str()))
                .collect();
            let last = proxy.calls().last().unwrap().clone();
            match received.len() {
                1 => {}
                2 => doubles.push(format!("{when} {} {}", last.method, last.path)),
                other => panic!("{when} {place}: told {other} times, killed at {last:?}"),
            }
        }
    }
    assert!(kills >= 6, "it reads its rules, claims, publishes and notes: {kills}");
    // Between the publication and the note of it, and nowhere else.
    let in_the_window =
        |double: &String| double.starts_with("after POST /") || double.starts_with("before PUT ");
    assert!(doubles.len() <= 2 && doubles.iter().all(in_the_window), "{doubles:?}");
}
