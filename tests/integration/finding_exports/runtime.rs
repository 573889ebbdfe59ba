//! What Lambda, its credentials and its log can do to finding-exports.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;

use super::rig::{Buckets, DONE, KEY, batch, failed, findings, gzip, machine};
use crate::{
    fault_proxy::{Fault, Proxy},
    runtime_stub::Process,
    skip::skipped,
    small_disk::SmallDisk,
};

const TIMEOUT: Duration = Duration::from_secs(20);

#[test]
fn r4_an_object_that_does_not_come_ends_before_lambda_does() {
    let buckets = Buckets::new();
    let events = [
        buckets.put(KEY, &gzip(&findings(3))),
        buckets.put(&KEY.replace("0b5e", "stuck"), &gzip(&findings(3))),
    ];
    let proxy = Proxy::start(&machine().endpoint(), |call| {
        call.path.contains("stuck").then_some(Fault::Hang(Duration::from_secs(60)))
    });
    let mut process = Process::start(buckets.command(&proxy.url), Stdio::null());
    let timeout = Duration::from_secs(6);
    let begun = Instant::now();
    let answer = process.invoke(&batch(&events, 1), timeout).unwrap();
    assert!(begun.elapsed() < timeout, "answered after {:?}", begun.elapsed());
    assert_eq!(failed(&answer), ["m1"], "{answer:?}");
    assert_eq!(buckets.counts(), [[3, 0, 0]]);
}

#[test]
fn r6_a_process_that_was_frozen_connects_anew_and_one_that_is_ended_ends() {
    let buckets = Buckets::new();
    let proxy = Proxy::start(&machine().endpoint(), |_| Some(Fault::CloseAfter));
    let mut process = Process::start(buckets.command(&proxy.url), Stdio::null());
    for number in 0..4 {
        let event = buckets.put(&KEY.replace("0b5e", &format!("{number}")), &gzip(&findings(2)));
        let answer = process.invoke(&batch(&[event], 1), TIMEOUT).unwrap();
        assert_eq!(failed(&answer), DONE, "{answer:?}");
        process.signal("-STOP");
        std::thread::sleep(Duration::from_millis(300));
        process.signal("-CONT");
    }
    assert_eq!(buckets.counts(), [[2, 0, 0]; 4]);
    process.signal("-TERM");
    assert!(process.ended_within(Duration::from_secs(2)), "nothing is left to be written");
}

#[test]
fn r9_credentials_that_have_expired_fail_the_batch_with_one_cause() {
    const EXPIRED: &str = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    let buckets = Buckets::new();
    let events: Vec<_> = (0..10)
        .map(|number| buckets.put(&KEY.replace("0b5e", &format!("{number}")), &gzip(&findings(1))))
        .collect();
    let proxy = Proxy::start(&machine().endpoint(), |_| Some(Fault::Answer(403, EXPIRED)));
    let mut process = Process::start(buckets.command(&proxy.url), Stdio::null());
    let answer = process.invoke(&batch(&events, 1), TIMEOUT).unwrap();
    assert!(answer.path.ends_with("/error"), "{answer:?}");
    let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(error["errorType"], "CredentialsUnusable", "{error}");
    assert!(proxy.calls().len() <= 10, "no object is asked for twice: {:?}", proxy.calls());
    assert!(buckets.quarantine().is_empty(), "an object is not at fault");
    let again = buckets.batch(&machine().endpoint(), &events, 2);
    assert_eq!(failed(&again), DONE);
    assert_eq!(buckets.counts(), [[1, 0, 0]; 10]);
}

#[test]
fn r12_nothing_that_is_secret_is_in_any_output() {
    let hostile = json!({"id": "f1", "type": "canary-type", "title": "canary-title\nERROR forged",
        "severity": "canary-severity", "service": {"additionalInfo": {"value": "canary-value"}}});
    let text = format!("{hostile}\ncanary-line\n{}", findings(1));
    for level in ["INFO", "DEBUG"] {
        let buckets = Buckets::new();
        let broken = gzip(&text);
        let events = [
            buckets.put(KEY, &gzip(&text)),
            buckets.put(&KEY.replace("0b5e", "broken"), broken.get(..broken.len() - 9).unwrap()),
        ];
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = buckets.command(&machine().endpoint());
        command.env("AWS_LAMBDA_LOG_LEVEL", level).env("AWS_SESSION_TOKEN", "canary-token");
        let mut process = Process::start(command, Stdio::from(File::create(&log).unwrap()));
        let answer = process.invoke(&batch(&events, 3), TIMEOUT).unwrap();
        let output = fs::read_to_string(&log).unwrap() + &answer.body;
        assert!(output.contains("\"level\":"), "it does write: {output}");
        for secret in ["canary", local::SECRET_ACCESS_KEY] {
            assert!(!output.contains(secret), "{level}: {secret} in {output}");
        }
        assert_eq!(buckets.counts(), [[2, 1, 0]], "all of it is kept where it belongs");
    }
}

#[test]
fn a_full_disk_fails_the_batch_with_one_cause_and_loses_nothing() {
    let Some(disk) = SmallDisk::of("finding-exports", "4k") else {
        return skipped("a function on a full disk (no mounts of one's own are allowed here)");
    };
    let buckets = Buckets::new();
    let event = buckets.put(KEY, &gzip(&findings(50)));
    let function = buckets.command(&machine().endpoint());
    let mut command = Command::new(disk.binaries().join("finding-exports"));
    command.env_clear().stderr(Stdio::null());
    for (name, value) in function.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut process = Process::start(command, Stdio::null());
    let answer = process.invoke(&batch(std::slice::from_ref(&event), 1), TIMEOUT).unwrap();
    assert!(answer.path.ends_with("/error"), "{answer:?}");
    let error: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(error["errorType"], "DiskFull", "{error}");
    assert!(buckets.lake().is_empty() && buckets.quarantine().is_empty(), "nothing half of it");
    assert_eq!(failed(&buckets.export(&event)), DONE);
    assert_eq!(buckets.counts(), [[50, 0, 0]]);
}
