//! One process of the function: a broken message among others, and SIGKILL at each single call that it makes.

use std::process::{Command, Stdio};

use super::*;
use crate::{
    fault_proxy::{Fault, Proxy},
    finding_exports::rig::{batch, failed},
    runtime_stub::{Answer, Process},
};

const TIMEOUT: Duration = Duration::from_secs(30);

fn function(endpoint: &str) -> Command {
    let mut command = Command::new(folder().join("auto-archive"));
    command.env_clear().stderr(Stdio::null()).envs([
        ("AWS_ENDPOINT_URL", endpoint),
        ("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/rules.yaml"),
        ("GUARDSIFT_LAKE_BUCKET", LAKE_BUCKET),
        ("GUARDSIFT_MODE", "apply"),
    ]);
    command
}

/// A schedule that goes off now.
fn schedule(id: &str) -> Value {
    json!({"version": "0", "id": id, "detail-type": "Scheduled Event", "source": "aws.scheduler",
        "account": "111122223333", "region": "us-east-1", "resources": [], "detail": {}})
}

/// Hands the schedule over; `None` when the process dies without an answer.
fn sweep(process: &mut Process, id: &str) -> Option<Answer> {
    process.invoke(&schedule(id).to_string(), TIMEOUT)
}

/// A machine whose own function only plans.
fn machine() -> (tokio::runtime::Runtime, Running) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let running = runtime.block_on(start(&rules(""), "plan"));
    (runtime, running)
}

/// The lines of one kind about one finding.
fn about(running: &Running, kind: &str, id: &str) -> Vec<Value> {
    let mut lines = running.lines(kind);
    lines.retain(|line| line["finding_id"] == *id);
    lines
}

#[test]
fn r1_one_malformed_message_of_ten_comes_back_and_the_others_are_done() {
    let (_runtime, running) = machine();
    let id = running.observe(2.0);
    let mut events = vec![json!({"source": "aws.ec2", "detail-type": "Other", "detail": {}}); 8];
    events.extend([json!("no JSON"), schedule("s1")]);
    let endpoint = running.machine.endpoint();
    let mut process = Process::start(function(&endpoint), Stdio::null());
    let answer = process.invoke(&batch(&events, 1), TIMEOUT).unwrap();
    assert_eq!(failed(&answer), ["m8"]);
    assert!(running.is_archived(&id));
}

#[test]
fn r5_killed_at_any_call_the_next_attempt_archives_once_and_concludes() {
    let (_runtime, running) = machine();
    let endpoint = running.machine.endpoint();
    let mut kills = 0;
    for (when, fault) in [("before", Fault::KillBefore), ("after", Fault::KillAfter)] {
        for place in 0.. {
            assert!(place < 200, "{when}: no attempt comes to its end");
            let (at, id) = (format!("{when}-{place}"), running.observe(2.0));
            let fault = fault.clone();
            let proxy =
                Proxy::start(&endpoint, move |call| (call.number == place).then(|| fault.clone()));
            let mut process = Process::start(function(&proxy.url), Stdio::null());
            proxy.victim(process.id());
            let first = sweep(&mut process, &at);
            let was_ended = !about(&running, "outcome", &id).is_empty();

            let again = Proxy::start(&endpoint, |_| None);
            let second = sweep(&mut Process::start(function(&again.url), Stdio::null()), &at);
            assert!(
                second.as_ref().is_some_and(|own| own.path.ends_with("/response")),
                "{second:?}"
            );
            assert!(running.is_archived(&id), "{at}");
            let (recorded, ended) =
                (about(&running, "recorded", &id), about(&running, "outcome", &id));
            assert_eq!((recorded.len(), ended.len()), (1, 1), "{at}");
            assert_eq!(recorded[0]["finding"]["service"]["archived"], false, "{at}");
            assert_eq!(ended[0]["event"], "archived", "{at}");
            let archives =
                again.calls().iter().any(|call| call.path.ends_with("/findings/archive"));
            assert!(!(was_ended && archives), "{at}: a version is archived a second time");
            if first.is_some() {
                break;
            }
            kills += 1;
        }
    }
    assert!(kills >= 16, "it reads, records, archives, looks and ends, both ways: {kills}");
}
