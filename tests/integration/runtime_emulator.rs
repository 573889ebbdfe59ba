//! A packed function under AWS's own emulator of Lambda's runtime.

use std::{
    fs::Permissions,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use local::machine::{DEFAULT_TOPIC, LAKE_BUCKET, Machine, MachineConfig, RULES_KEY};

use crate::{
    binary::{folder, root},
    skip::skipped,
};

/// AWS's own emulator of Lambda's runtime, as one of its tools carries it.
fn runtime_emulator() -> Option<PathBuf> {
    let library = root().join("tests/.venv-rie/lib");
    let python = std::fs::read_dir(library).ok()?.next()?.ok()?.path();
    let emulator = python.join("site-packages/samcli/local/rapid/aws-lambda-rie-x86_64");
    (cfg!(target_arch = "x86_64") && emulator.is_file()).then_some(emulator)
}

/// The binary that cargo-lambda packed for this processor, or the one that the other tests use.
fn bootstrap(folder: &Path, function: &str) -> PathBuf {
    let target = self::folder();
    let package = target.with_file_name("lambda").join(function).join("bootstrap.zip");
    let unpacked = Command::new("python3")
        .args(["-m", "zipfile", "-e"])
        .args([package.as_path(), folder])
        .output()
        .is_ok_and(|output| output.status.success());
    let ours = folder.join("bootstrap");
    // Byte 18 of an executable is its processor: 62 is x86-64.
    if unpacked && std::fs::read(&ours).unwrap().get(18) == Some(&62) {
        std::fs::set_permissions(&ours, Permissions::from_mode(0o755)).unwrap();
        return ours;
    }
    skipped(&format!(
        "the package of {function} under AWS's runtime emulator (`make zips ARCH=x86-64` builds it): the test's own binary ran instead"
    ));
    target.join(function)
}

/// A port that nobody listens on.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Posts an event and returns what came back, status line included; the emulator may still be starting.
fn post(port: u16, event: &str) -> String {
    let request = format!(
        "POST /2015-03-31/functions/function/invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{event}",
        event.len()
    );
    for _ in 0..200 {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let mut answer = String::new();
            stream.write_all(request.as_bytes()).unwrap();
            stream.read_to_string(&mut answer).unwrap();
            return answer;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("the runtime emulator does not listen");
}

#[test]
fn a_function_runs_under_the_runtime_emulator_of_aws() {
    let Some(emulator) = runtime_emulator() else {
        return skipped(
            "a function under AWS's runtime emulator (`make emulators` installs it, for x86-64)",
        );
    };
    let state = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = MachineConfig::for_people(state.path().join("machine"), folder());
    let machine = runtime.block_on(Machine::start(config)).unwrap();
    let (door, api) = (free_port(), free_port());
    let child = Command::new(emulator)
        .args(["--runtime-interface-emulator-address", &format!("127.0.0.1:{door}")])
        .args(["--runtime-api-address", &format!("127.0.0.1:{api}")])
        .arg(bootstrap(state.path(), "finding-events"))
        .arg("bootstrap")
        .env_clear()
        .envs([
            ("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL", &machine.endpoint()),
            ("GUARDSIFT_DEFAULT_TOPIC_ARN", DEFAULT_TOPIC),
            ("GUARDSIFT_LAKE_BUCKET", LAKE_BUCKET),
            ("GUARDSIFT_RULES_URI", &format!("s3://{LAKE_BUCKET}/{RULES_KEY}")),
            ("GUARDSIFT_WEBHOOK_PRIVATE_HOSTS", machine.webhook().trim_start_matches("http://")),
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _running = Running(child);
    let mut event: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(root().join("events/eventbridge/finding.json")).unwrap(),
    )
    .unwrap();
    let finding = std::fs::read_to_string(root().join("events/findings/crypto-dns.json")).unwrap();
    event["detail"] = serde_json::from_str(&finding).unwrap();
    let answer = post(door, &event.to_string());
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(!answer.contains("errorType"), "{answer}");
    let told = machine.inbox.notifications();
    assert!(told.iter().any(|one| one.body.contains("BitcoinTool.B!DNS")), "{told:?}\n{answer}");
}
