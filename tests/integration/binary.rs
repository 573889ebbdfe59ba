//! Finds and runs the binaries.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder of the debug binaries, or of those of the profile that `GUARDSIFT_TEST_PROFILE` names.
pub(crate) fn folder() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let profile = std::env::var_os("GUARDSIFT_TEST_PROFILE").unwrap_or_else(|| "debug".into());
    target.join(profile)
}

/// `guardsift`, started in the repository's root with a scrubbed environment.
pub(crate) fn guardsift(arguments: &[&str]) -> Command {
    let binary = folder().join("guardsift");
    assert!(binary.is_file(), "{} is missing: run `make test`, which builds it", binary.display());
    let mut command = Command::new(binary);
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env_clear();
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

/// Runs `guardsift` to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    guardsift(arguments).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Parses JSON Lines.
pub(crate) fn json_lines(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
