//! boto3 drives the emulated GuardDuty, as an independent client.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use crate::{
    binary::{guardsift, root, stderr, stdout},
    python::python,
};

/// A machine that ends with the test.
pub(crate) struct Machine(Child);

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a machine and waits for its endpoint.
pub(crate) fn start(folder: &std::path::Path) -> (Machine, String) {
    let mut child = guardsift(&["local", "--folder", folder.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let port = first.trim().rsplit(':').next().unwrap().to_owned();
    (Machine(child), port)
}

#[test]
fn boto3_finds_every_operation_as_the_service_model_says() {
    let Some(python) = python("boto3 against the emulated GuardDuty") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (_machine, port) = start(&folder.path().join("machine"));
    let output = python
        .command(&root().join("tests/python/guardduty_boto3.py"))
        .arg(&port)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}\n{}", stdout(&output), stderr(&output));
}
