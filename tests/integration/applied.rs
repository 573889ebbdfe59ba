//! What Terraform makes, as far as one machine can show: applied to emulators, used, and destroyed.

use std::process::Command;

use crate::{
    binary::{folder, root, stderr, stdout},
    clients,
    python::moto,
    skip::skipped,
};

#[test]
fn the_complete_example_is_applied_used_and_destroyed() {
    const WHAT: &str = "terraform apply against moto";
    let Some(python) = moto(WHAT) else { return };
    let state = tempfile::tempdir().unwrap();
    let (_machine, port) = clients::start(&state.path().join("machine"));
    let output = Command::new(root().join("infra/emulate.sh"))
        .args([python.as_path(), port.as_ref(), folder().as_path()])
        .output()
        .unwrap();
    if output.status.code() == Some(77) {
        return skipped(&format!("{WHAT} ({})", stdout(&output).trim()));
    }
    assert!(output.status.success(), "{}\n{}", stdout(&output), stderr(&output));
}
