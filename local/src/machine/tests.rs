//! The machine with functions that are shell scripts: what reaches whom, and what becomes of failures.

use std::os::unix::fs::PermissionsExt;

use findings::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::guardduty::example_finding;
use crate::lambda::tests::PRELUDE;

/// Answers every batch with `$reply` after it has written the event to its log.
const LOGGING: &str = r#"while true; do next; printf '%s\n' "$body"; call POST invocation/$id/response "$reply"; done"#;

struct Setup {
    folder: tempfile::TempDir,
    config: MachineConfig,
}

fn setup() -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let binaries = folder.path().join("bin");
    std::fs::create_dir(&binaries).unwrap();
    let config = MachineConfig {
        state: folder.path().join("state"),
        binaries,
        port: 0,
        start: Timestamp::parse("2026-01-02T00:00:00Z").unwrap(),
        rate: 0.0,
        rules: "version: 1\n".into(),
        mode: "apply".into(),
        detector_id: None,
        sweep_every: Duration::from_secs(3600),
        timings: Timings {
            timeout: Duration::from_secs(5),
            visibility: Duration::from_secs(5),
            max_receive_count: 2,
            rest: None,
        },
        workers: 1,
        log_level: "INFO".into(),
        finding_events: Default::default(),
        auto_archive: Default::default(),
        finding_exports: Default::default(),
    };
    let setup = Setup { folder, config };
    FunctionName::ALL
        .iter()
        .for_each(|name| setup.function(*name, &format!("reply='{{}}'; {LOGGING}")));
    setup
}

impl Setup {
    fn function(&self, name: FunctionName, script: &str) {
        let binary = self.config.binaries.join(name.as_str());
        std::fs::write(&binary, format!("{PRELUDE}\n{script}")).unwrap();
        std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    async fn start(&self) -> Machine {
        Machine::start(self.config.clone()).await.unwrap()
    }
}

/// The bodies of all records that a logging function got.
fn bodies(machine: &Machine, name: FunctionName) -> Vec<Value> {
    let log = std::fs::read_to_string(machine.logs().join(format!("{name}.log"))).unwrap();
    let events = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let records = events.flat_map(|event| event["Records"].as_array().unwrap().clone());
    records.map(|record| serde_json::from_str(record["body"].as_str().unwrap()).unwrap()).collect()
}

async fn set_up_guardduty(machine: &Machine) {
    let request = |path: &str, body: Value| {
        hyper::Request::builder()
            .method("POST")
            .uri(path.to_owned())
            .body(bytes::Bytes::from(body.to_string()))
            .unwrap()
    };
    let answer = machine.guardduty.handle(request("/detector", json!({"enable": true}))).await;
    let detector: Value = serde_json::from_slice(answer.body()).unwrap();
    let path =
        format!("/detector/{}/publishingDestination", detector["detectorId"].as_str().unwrap());
    let properties = json!({
        "destinationArn": format!("arn:aws:s3:::{EXPORT_BUCKET}"),
        "kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    });
    let body = json!({"destinationType": "S3", "destinationProperties": properties});
    assert!(machine.guardduty.handle(request(&path, body)).await.status().is_success());
}

const LIMIT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_detection_reaches_the_functions_as_event_as_export_and_by_the_sweep() {
    let setup = setup();
    let machine = setup.start().await;
    set_up_guardduty(&machine).await;
    machine.guardduty.observe(example_finding("Recon:EC2/PortProbeUnprotectedPort")).unwrap();
    machine.advance(Duration::from_secs(6 * 60)).await;
    machine.advance(Duration::from_secs(3600)).await;
    machine.wait_until_quiet(LIMIT).await.unwrap();

    let events = bodies(&machine, FunctionName::FindingEvents);
    assert_eq!((events.len(), &events[0]["detail-type"]), (1, &json!("GuardDuty Finding")));
    let archive = bodies(&machine, FunctionName::AutoArchive);
    let kinds: Vec<&str> =
        archive.iter().map(|event| event["detail-type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["GuardDuty Finding", "Scheduled Event"]);
    let exports = bodies(&machine, FunctionName::FindingExports);
    assert_eq!(
        (exports.len(), &exports[0]["detail"]["bucket"]["name"]),
        (1, &json!(EXPORT_BUCKET))
    );
    let key = exports[0]["detail"]["object"]["key"].as_str().unwrap();
    assert!(machine.store.contains(EXPORT_BUCKET, key), "{key}");

    let versions = machine.handover.versions();
    let version = versions.values().next().unwrap();
    assert_eq!((versions.len(), version.events, version.exports), (1, 1, 1));
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_always_fails_is_given_up_and_kept() {
    let mut setup = setup();
    (setup.config.timings.timeout, setup.config.timings.visibility) =
        (Duration::from_millis(400), Duration::from_millis(400));
    setup.function(
        FunctionName::FindingEvents,
        "while true; do next; call POST invocation/$id/error '{}'; done",
    );
    let machine = setup.start().await;
    machine.send(FunctionName::FindingEvents, "poison");
    machine.wait_until_left(1, LIMIT).await.unwrap();
    machine.wait_until_quiet(LIMIT).await.unwrap();
    assert_eq!(machine.dead_letters(FunctionName::FindingEvents), ["poison"]);
    let file = std::fs::read_to_string(machine.dead_letters_file()).unwrap();
    assert_eq!(file, "{\"body\":\"poison\",\"function\":\"finding-events\"}\n");
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_messages_that_a_function_names_come_back() {
    let mut setup = setup();
    (setup.config.timings.timeout, setup.config.timings.visibility) =
        (Duration::from_secs(1), Duration::from_secs(1));
    let bad = r#"grep -o '"body":"bad[^}]*}[^}]*"messageId":"[^"]*"' <<< "$body" | grep -o '[^"]*"$' | tr -d '"'"#;
    let script = format!(
        r#"while true; do next; bad=$({bad}); reply='{{}}'
        [[ -n $bad ]] && reply="{{\"batchItemFailures\":[{{\"itemIdentifier\":\"$bad\"}}]}}"
        call POST invocation/$id/response "$reply"; done"#
    );
    setup.function(FunctionName::FindingEvents, &script);
    let machine = setup.start().await;
    ["good", "bad", "good"].iter().for_each(|body| machine.send(FunctionName::FindingEvents, body));
    machine.wait_until_quiet(LIMIT).await.unwrap();
    let counts =
        machine.counts().into_iter().find(|lane| lane.name == FunctionName::FindingEvents).unwrap();
    assert_eq!(
        (counts.mapping.succeeded, counts.mapping.failed),
        (2, 2),
        "the bad one twice, the good ones once"
    );
    assert_eq!(machine.dead_letters(FunctionName::FindingEvents), ["bad"]);
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_remembers_what_was_posted_and_under_which_key() {
    let setup = setup();
    let machine = setup.start().await;
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http();
    let request = |method: &str, key: &str| {
        let request = hyper::Request::builder()
            .method(method)
            .uri(format!("{}/incidents", machine.webhook()));
        let body = http_body_util::Full::new(bytes::Bytes::from("told"));
        request.header("idempotency-key", key.to_owned()).body(body).unwrap()
    };
    assert_eq!(client.request(request("POST", "abc")).await.unwrap().status(), 200);
    assert_eq!(client.request(request("GET", "def")).await.unwrap().status(), 405);
    let received = machine.inbox.notifications();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].destination.as_str(), received[0].body.as_str()),
        ("/incidents", "told")
    );
    assert_eq!(received[0].version_key.as_deref(), Some("abc"));
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_killed_from_outside_loses_no_message() {
    let mut setup = setup();
    setup.config.timings.timeout = Duration::from_secs(1);
    setup.config.timings.visibility = Duration::from_secs(1);
    let flag = setup.folder.path().join("once");
    let script = format!(
        "while true; do next; if mkdir {} 2>/dev/null; then kill -9 $$; fi; call POST invocation/$id/response '{{}}'; done",
        flag.display()
    );
    setup.function(FunctionName::FindingEvents, &script);
    let machine = setup.start().await;
    machine.send(FunctionName::FindingEvents, "{}");
    machine.wait_until_quiet(LIMIT).await.unwrap();
    let counts =
        machine.counts().into_iter().find(|lane| lane.name == FunctionName::FindingEvents).unwrap();
    assert_eq!((counts.mapping.succeeded, counts.mapping.failed, counts.dead_letters), (1, 1, 0));
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_cannot_start_ends_the_wait_with_its_own_message() {
    let setup = setup();
    setup.function(
        FunctionName::AutoArchive,
        "call POST init/error 'GUARDSIFT_MODE is misspelt'; exit 1",
    );
    let machine = setup.start().await;
    machine.send(FunctionName::AutoArchive, "{}");
    let error = machine.wait_until_quiet(LIMIT).await.unwrap_err().to_string();
    assert!(
        error.contains("auto-archive") && error.contains("GUARDSIFT_MODE is misspelt"),
        "{error}"
    );
    machine.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_messages_would_come_back_too_early_does_not_start() {
    let mut setup = setup();
    setup.config.timings.visibility = Duration::from_secs(4);
    let error = Machine::start(setup.config.clone()).await.err().unwrap().to_string();
    assert!(error.contains("visibility"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_binary_is_named_with_the_command_that_builds_it() {
    let setup = setup();
    std::fs::remove_file(setup.config.binaries.join("auto-archive")).unwrap();
    let error = Machine::start(setup.config.clone()).await.err().unwrap().to_string();
    assert!(error.contains("cargo build --release -p auto-archive"), "{error}");
}
