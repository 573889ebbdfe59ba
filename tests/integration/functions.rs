//! The real function binaries on a machine of their own: what must never happen, and what is said when they can't start.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use local::{
    clock,
    guardduty::example_finding,
    machine::{EXPORT_BUCKET, FunctionName, Machine, MachineConfig, Timings},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    binary::{folder, root},
    runtime_stub,
};

const PROBE: &str = "Recon:EC2/PortProbeUnprotectedPort";
const ARCHIVE_ALL: &str = "version: 1
rules: [ { name: all, action: archive, hold: 0, criteria: { id: { exists: true } } } ]";
const NO_RULES: &str = "version: 1\nrules: []";
const QUIET: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(25 * 3600);

/// A machine with a detector, days in the past.
struct Running {
    machine: Machine,
    detector: String,
    _folder: TempDir,
}

async fn start(rules: &str, mode: &str) -> Running {
    let state = tempfile::tempdir().unwrap();
    let config = MachineConfig {
        start: clock::wall().minus(Duration::from_secs(3 * 86_400)),
        rules: rules.to_owned(),
        mode: mode.to_owned(),
        timings: Timings {
            timeout: Duration::from_secs(3),
            visibility: Duration::from_secs(3),
            max_receive_count: 2,
            rest: None,
        },
        ..MachineConfig::for_people(state.path().join("machine"), folder())
    };
    let machine = Machine::start(config).await.unwrap();
    let detector = new_detector(&machine).await;
    Running { machine, detector, _folder: state }
}

/// One call of GuardDuty's API.
pub(crate) async fn call(machine: &Machine, path: &str, body: &Value) -> Value {
    let request = http::Request::post(path).body(body.to_string().into()).unwrap();
    let response = machine.guardduty.handle(request).await;
    assert!(response.status().is_success(), "{path}: {response:?}");
    serde_json::from_slice(response.body()).unwrap()
}

/// A detector that hands updates over every 15 minutes; gives its id.
pub(crate) async fn new_detector(machine: &Machine) -> String {
    let settings = json!({"enable": true, "findingPublishingFrequency": "FIFTEEN_MINUTES"});
    call(machine, "/detector", &settings).await["detectorId"].as_str().unwrap().to_owned()
}

/// Has the detector export to the machine's bucket.
pub(crate) async fn export_from(machine: &Machine, detector: &str) {
    let destination = json!({
        "destinationType": "S3",
        "destinationProperties": {
            "destinationArn": format!("arn:aws:s3:::{EXPORT_BUCKET}"),
            "kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        },
    });
    call(machine, &format!("/detector/{detector}/publishingDestination"), &destination).await;
}

/// Until it is done, beside what it starts.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}

fn log(machine: &Machine, function: &str) -> String {
    std::fs::read_to_string(machine.logs().join(format!("{function}.log"))).unwrap()
}

#[test]
fn with_rules_that_do_not_load_nothing_is_archived_and_everybody_is_told() {
    block_on(async {
        let running = start("version: [", "apply").await;
        let machine = &running.machine;
        let id = machine.guardduty.observe(example_finding(PROBE)).unwrap();
        machine.advance(DAY).await;
        machine.wait_until_quiet(QUIET).await.unwrap();
        assert_eq!(machine.guardduty.finding(&id).unwrap()["service"]["archived"], false);
        assert!(log(machine, "auto-archive").contains("RulesUnavailable"));
        assert!(!machine.dead_letters(FunctionName::AutoArchive).is_empty(), "and it is an error");
        assert_eq!(machine.inbox.notifications().len(), 1, "the default topic heard of it");
    });
}

#[test]
fn a_finding_of_unknown_severity_is_never_archived_and_always_told() {
    block_on(async {
        let running = start(ARCHIVE_ALL, "apply").await;
        let machine = &running.machine;
        let mut unknown = example_finding(PROBE);
        unknown["severity"] = json!("2");
        let unknown = machine.guardduty.observe(unknown).unwrap();
        let known = machine
            .guardduty
            .observe(example_finding("Discovery:IAMUser/AnomalousBehavior"))
            .unwrap();
        machine.advance(DAY).await;
        machine.wait_until_quiet(QUIET).await.unwrap();
        let is_archived =
            |id: &str| machine.guardduty.finding(id).unwrap()["service"]["archived"] == true;
        assert!(is_archived(&known), "the rule does archive");
        assert!(!is_archived(&unknown));
        let told = machine.inbox.notifications();
        assert!(told.iter().all(|one| one.body.contains(&unknown)) && told.len() == 1, "{told:?}");
    });
}

#[test]
fn in_plan_mode_nothing_is_archived_and_the_plan_is_in_the_log() {
    block_on(async {
        let running = start(ARCHIVE_ALL, "aply").await;
        let machine = &running.machine;
        let id = machine.guardduty.observe(example_finding(PROBE)).unwrap();
        machine.advance(DAY).await;
        machine.wait_until_quiet(QUIET).await.unwrap();
        assert_eq!(machine.guardduty.finding(&id).unwrap()["service"]["archived"], false);
        let log = log(machine, "auto-archive");
        assert!(log.contains("\"mode\":\"plan\"") && log.contains(&id), "{log}");
        assert!(log.contains("neither apply nor plan"), "{log}");
    });
}

#[test]
fn a_sample_pages_nobody_unless_a_rule_says_so() {
    block_on(async {
        for (rules, told) in [
            (NO_RULES, 0),
            (
                "version: 1
rules: [ { name: s, action: notify, criteria: { service.additionalInfo.sample: { equals: true } } } ]",
                1,
            ),
        ] {
            let running = start(rules, "plan").await;
            let path = format!("/detector/{}/findings/create", running.detector);
            call(&running.machine, &path, &json!({"findingTypes": ["Backdoor:EC2/Spambot"]})).await;
            running.machine.wait_until_quiet(QUIET).await.unwrap();
            assert_eq!(running.machine.inbox.notifications().len(), told, "{rules}");
        }
    });
}

#[test]
fn a_bare_event_is_taken_as_well_as_a_batch() {
    let event = std::fs::read_to_string(root().join("events/eventbridge/finding.json")).unwrap();
    block_on(async {
        let running = start(NO_RULES, "plan").await;
        let endpoint = running.machine.endpoint();
        let settings = [
            ("GUARDSIFT_RULES_URI", "s3://guardsift-lake/rules/rules.yaml"),
            ("GUARDSIFT_LAKE_BUCKET", "guardsift-lake"),
        ];
        let topic = ("GUARDSIFT_DEFAULT_TOPIC_ARN", local::machine::DEFAULT_TOPIC);
        for (function, extra) in [("finding-events", vec![topic]), ("auto-archive", vec![])] {
            let mut command = Command::new(folder().join(function));
            command.env_clear().env("AWS_ENDPOINT_URL", &endpoint).envs(settings).envs(extra);
            let event = event.clone();
            let answer = tokio::task::spawn_blocking(move || runtime_stub::invoke(command, &event))
                .await
                .unwrap();
            assert!(answer.path.ends_with("/response"), "{function}: {answer:?}");
            assert!(answer.body.starts_with('{'), "{function}: {answer:?}");
        }
        assert_eq!(running.machine.inbox.notifications().len(), 1);
    });
}

#[test]
fn r7_a_wrong_environment_is_one_error_that_names_all_of_it() {
    for (function, bad) in [
        (
            "finding-events",
            vec!["GUARDSIFT_RULES_URI", "GUARDSIFT_LAKE_BUCKET", "GUARDSIFT_DEFAULT_TOPIC_ARN"],
        ),
        ("finding-exports", vec!["GUARDSIFT_LAKE_BUCKET", "GUARDSIFT_EXPORT_BUCKET"]),
        ("auto-archive", vec!["GUARDSIFT_RULES_URI", "GUARDSIFT_LAKE_BUCKET"]),
    ] {
        let mut command = Command::new(folder().join(function));
        command
            .env_clear()
            .env("GUARDSIFT_RULES_URI", "https://example.com/rules.yaml")
            .env("GUARDSIFT_LAKE_BUKET", "lake");
        let mut process = runtime_stub::Process::start(command, Stdio::null());
        let answer = process.invoke("{}", QUIET).unwrap();
        assert!(answer.path.ends_with("/init/error"), "{function}: {answer:?}");
        let error: Value = serde_json::from_str(&answer.body).unwrap();
        let message = error["errorMessage"].as_str().unwrap();
        let said = ["it must be", "see \"Settings\" in its README", "GUARDSIFT_LAKE_BUKET"];
        for part in bad.into_iter().chain(said) {
            assert!(message.contains(part), "{function} does not say {part}: {message}");
        }
        let page = root().join("functions").join(function).join("README.md");
        assert!(std::fs::read_to_string(page).unwrap().contains("\n## Settings\n"), "{function}");
        assert!(process.ended_within(QUIET), "{function} goes on");
        assert_ne!(process.exit_code(), Some(0), "{function}");
    }
}

#[test]
fn r3_a_panic_unwinds_in_the_binaries_that_are_shipped() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let release = manifest.split("[profile.release]").nth(1).unwrap();
    assert!(!release.split("[profile").next().unwrap().contains("panic ="), "{release}");
}

/// The C library of Lambda's `provided.al2023` (Amazon Linux 2023 release notes: glibc 2.34).
const NEWEST_GLIBC: (u32, u32) = (2, 34);

#[test]
fn r11_no_function_needs_a_newer_c_library_than_lambda_has() {
    for function in ["finding-events", "finding-exports", "auto-archive"] {
        let bytes = std::fs::read(folder().join(function)).unwrap();
        let versions: Vec<(u32, u32)> = places_of(&bytes, b"GLIBC_")
            .filter_map(|place| {
                let text: String = bytes[place + 6..]
                    .iter()
                    .map(|byte| char::from(*byte))
                    .take_while(|own| own.is_ascii_digit() || *own == '.')
                    .collect();
                let (major, minor) = text.split_once('.')?;
                Some((major.parse().ok()?, minor.split('.').next()?.parse().ok()?))
            })
            .collect();
        let newest = versions.iter().max().unwrap();
        assert!(
            *newest <= NEWEST_GLIBC,
            "{function} needs glibc {newest:?}: build it with cargo-lambda"
        );
    }
}

/// Where `needle` begins.
fn places_of<'h>(haystack: &'h [u8], needle: &'h [u8]) -> impl Iterator<Item = usize> + 'h {
    haystack
        .windows(needle.len())
        .enumerate()
        .filter(move |(_, own)| *own == needle)
        .map(|(at, _)| at)
}
