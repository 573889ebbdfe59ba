//! `guardsift replay`, `reconcile` and `lake compact` against what the real function wrote, and killed on their way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use local::{
    clock,
    guardduty::example_finding,
    machine::{EXPORT_BUCKET, LAKE_BUCKET, Machine, MachineConfig},
};
use serde_json::{Value, json};

use crate::{
    binary::{folder, guardsift, run, stderr, stdout},
    functions::{export_from, new_detector},
};

const QUIET: Duration = Duration::from_secs(60);

/// Every file below a folder, by its path in it.
fn files(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let named = |path: PathBuf| {
        let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
        (name, fs::read(&path).unwrap())
    };
    names(top).into_iter().map(named).collect()
}

/// Days of findings, in shapes that need no bucket: 40 files of JSON Lines over four days.
fn history(folder: &Path) {
    for file in 0..40 {
        let lines: Vec<_> = (0..200)
            .map(|row| {
                json!({"schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1",
                    "id": format!("f{file}-{row}"), "type": "Recon:EC2/Portscan", "severity": 5,
                    "updatedAt": format!("2026-10-0{}T08:00:00.000Z", 1 + row % 4), "service": {"count": 1}})
                .to_string()
            })
            .collect();
        fs::write(folder.join(format!("{file:02}.jsonl")), lines.join("\n")).unwrap();
    }
    fs::write(folder.join("odd.jsonl"), "\nno finding\n{\"id\":\"homeless\"}\n").unwrap();
}

fn replay(history: &Path, lake: &Path) -> Value {
    let output = run(&[
        "replay",
        history.to_str().unwrap(),
        "--lake",
        lake.to_str().unwrap(),
        "--output",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

fn compact(lake: &Path, grace: &str) -> Value {
    let place = lake.to_str().unwrap();
    let output = run(&["lake", "compact", "--lake", place, "--grace", grace, "--output", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// Starts a command and kills it once `changes` files have come to the lake or gone from it, again
/// and again. Answers with how many of the runs had not ended by themselves.
fn killed(arguments: &[&str], lake: &Path) -> usize {
    let is_killed = |changes: usize| {
        let before = names(lake);
        let mut child =
            guardsift(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            if before.symmetric_difference(&names(lake)).count() >= changes {
                child.kill().unwrap();
                break;
            }
        }
        !child.wait().unwrap().success()
    };
    [1, 2, 3, 20, 50, 1].into_iter().filter(|changes| is_killed(*changes)).count()
}

/// Every file below a folder, those in the making left out.
fn names(top: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !entry.file_name().to_str().unwrap().starts_with('.') {
                found.insert(path);
            }
        }
    }
    found
}

#[test]
fn a_replay_and_a_compaction_that_are_killed_again_and_again_end_as_if_nothing_had_been() {
    let state = tempfile::tempdir().unwrap();
    let past = state.path().join("history");
    fs::create_dir(&past).unwrap();
    history(&past);
    let (calm, rough) = (state.path().join("calm"), state.path().join("rough"));

    let report = replay(&past, &calm);
    assert_eq!(
        (report["rows"].as_u64(), report["files_written"].as_u64()),
        (Some(8000), Some(160))
    );
    let count = |name: &str| report[name].as_u64().unwrap();
    assert_eq!(
        count("lines"),
        count("lines_with_findings") + count("lines_quarantined") + count("lines_blank")
    );
    assert_eq!((count("lines_quarantined"), count("lines_blank")), (2, 1));
    let again = replay(&past, &calm);
    assert_eq!(
        (again["files_written"].as_u64(), again["files_already_there"].as_u64()),
        (Some(0), Some(160))
    );

    let place = rough.to_str().unwrap();
    let deaths = killed(&["replay", past.to_str().unwrap(), "--lake", place], &rough);
    assert!(deaths >= 2, "only {deaths} runs were killed");
    replay(&past, &rough);
    assert!(files(&calm) == files(&rough), "a killed replay left something else");

    let first = compact(&calm, "0m");
    assert_eq!((first["files_written"].as_u64(), first["rows"].as_u64()), (Some(4), Some(8000)));
    let second = compact(&calm, "0m");
    assert_eq!(second["small_files_removed"].as_u64(), Some(160));
    let deaths = killed(&["lake", "compact", "--lake", place, "--grace", "0m"], &rough);
    assert!(deaths >= 2, "only {deaths} runs were killed");
    for _ in 0..2 {
        compact(&rough, "0m");
    }
    assert!(files(&calm) == files(&rough), "a killed compaction left something else");
    assert_eq!(files(&calm.join("findings")).len(), 4);

    let known = replay(&past, &calm);
    assert_eq!(known["files_written"].as_u64(), Some(0), "what is compacted is not written again");
}

/// `guardsift` with the machine in the place of AWS.
fn against(machine: &Machine, arguments: &[&str]) -> Command {
    let mut command = guardsift(arguments);
    command
        .env("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", machine.endpoint());
    command
}

async fn output(mut command: Command) -> (Option<i32>, Value) {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = stdout(&output);
    let value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{}", stderr(&output)));
    (output.status.code(), value)
}

#[test]
fn e18_what_reconcile_writes_or_asks_for_again_is_byte_for_byte_what_the_function_wrote() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let state = tempfile::tempdir().unwrap();
        let config = MachineConfig {
            start: clock::wall().minus(Duration::from_secs(3 * 86_400)),
            rules: "version: 1\nrules: []".to_owned(),
            ..MachineConfig::for_people(state.path().join("machine"), folder())
        };
        let machine = Machine::start(config).await.unwrap();
        let detector = new_detector(&machine).await;
        export_from(&machine, &detector).await;
        for kind in ["Recon:EC2/PortProbeUnprotectedPort", "Discovery:IAMUser/AnomalousBehavior"] {
            machine.guardduty.observe(example_finding(kind)).unwrap();
        }
        machine.advance(Duration::from_secs(3600)).await;
        machine.wait_until_quiet(QUIET).await.unwrap();
        let written = machine.store.list(LAKE_BUCKET, "findings/v1/");
        assert!(!written.is_empty(), "the function wrote nothing");

        let exports = format!("s3://{EXPORT_BUCKET}/");
        let reconcile = |lake: &str, more: &[&str]| {
            let arguments = ["reconcile", "--exports", &exports, "--lake", lake, "--settle", "0m"];
            let output = ["--output", "json"];
            against(&machine, &[&arguments[..], &output[..], more].concat())
        };
        let bucket = format!("s3://{LAKE_BUCKET}");
        let (code, whole) = output(reconcile(&bucket, &[])).await;
        assert_eq!(
            (code, whole["exports"]["completeness"].as_f64()),
            (Some(0), Some(100.0)),
            "{whole}"
        );

        let own = state.path().join("own");
        let place = own.to_str().unwrap();
        fs::create_dir(&own).unwrap();
        let (code, empty) = output(reconcile(place, &[])).await;
        assert_eq!(
            (code, empty["exports"]["completeness"].as_f64()),
            (Some(3), Some(0.0)),
            "{empty}"
        );
        assert_eq!(empty["still_missing"].as_u64(), Some(written.len() as u64));
        let (code, fixed) = output(reconcile(place, &["--fix"])).await;
        assert_eq!((code, fixed["still_missing"].as_u64()), (Some(0), Some(0)), "{fixed}");
        let (code, _) = output(reconcile(place, &[])).await;
        assert_eq!(code, Some(0));
        let expected: BTreeMap<_, _> = written
            .into_iter()
            .map(|(key, _)| {
                let bytes = machine.store.get(LAKE_BUCKET, &key).unwrap();
                (key, bytes)
            })
            .collect();
        assert!(files(&own) == expected, "another file than the function's");

        // The same by the function itself: its files are gone, and it is asked once more.
        for key in expected.keys() {
            machine.store.remove(LAKE_BUCKET, key);
        }
        let queue = "https://sqs.us-east-1.amazonaws.com/111122223333/finding-exports";
        let (code, queued) = output(reconcile(&bucket, &["--fix", "--queue", queue])).await;
        assert_eq!(
            (code, queued["exports"]["queued"].as_u64()),
            (Some(3), Some(expected.len() as u64)),
            "{queued}"
        );
        machine.wait_until_quiet(QUIET).await.unwrap();
        let (code, whole) = output(reconcile(&bucket, &[])).await;
        assert_eq!((code, whole["still_missing"].as_u64()), (Some(0), Some(0)), "{whole}");
        for (key, bytes) in &expected {
            assert!(machine.store.get(LAKE_BUCKET, key).unwrap() == *bytes, "{key}");
        }
        machine.shutdown().await;
    });
}

#[test]
fn what_is_asked_wrongly_is_bad_usage() {
    for arguments in [
        vec!["replay", "events", "--lake", "s3://lake/prefix"],
        vec!["replay", "no-such-folder", "--lake", "lake"],
        vec!["reconcile", "--lake", "lake"],
        vec!["reconcile", "--lake", "lake", "--exports", "exports"],
        vec!["lake", "compact", "--lake", "lake", "--grace", "soon"],
        vec!["lake", "compact", "--lake", "lake"],
        vec!["reconcile", "--lake", "lake", "--exports", "s3://exports", "--fix"],
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(252), "{arguments:?}: {}", stderr(&output));
    }
    assert!(!Path::new("lake").exists());
}
