//! The deployment packages: the same binary makes the same bytes, and what Lambda could not run is refused.

use std::{fs, path::Path, process::Output};

use crate::{
    binary::{root, stderr, stdout},
    skip::skipped,
};

/// The start of an ELF file for a processor, and versions of glibc as they stand in one.
fn executable(machine: u16, glibc: &str) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
    bytes.extend(machine.to_le_bytes());
    bytes.extend(b"\0GLIBC_2.9\0");
    bytes.extend(glibc.as_bytes());
    bytes
}

/// Packs what lies in `folder/probe/bootstrap`, where there is a Python.
fn pack(folder: &Path, bootstrap: &[u8], architecture: &str) -> Option<Output> {
    fs::create_dir_all(folder.join("probe")).unwrap();
    fs::write(folder.join("probe/bootstrap"), bootstrap).unwrap();
    let mut command = std::process::Command::new("python3");
    command.arg(root().join("infra/pack.py")).arg(folder).args([architecture, "probe"]);
    let output = command.output();
    if output.is_err() {
        skipped("deployment packages: python3 is not installed");
    }
    output.ok()
}

#[test]
fn a_panic_unwinds_in_every_package() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    assert!(makefile.contains("OUR_PROFILE := --disable-optimizations\n"));
    let builds: Vec<&str> =
        makefile.lines().filter(|line| line.contains("cargo lambda build")).collect();
    assert!(builds.len() >= 2, "{builds:?}");
    assert!(builds.iter().all(|line| line.contains("$(OUR_PROFILE)")), "{builds:?}");
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(!workspace.lines().any(|line| line.trim() == "panic = \"abort\""));
}

#[test]
fn the_same_binary_makes_the_same_package() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("probe/bootstrap.zip");
    let binary = executable(183, "GLIBC_2.34\0");
    let Some(output) = pack(folder.path(), &binary, "arm64") else { return };
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("glibc 2.34"), "{}", stdout(&output));
    let first = fs::read(&package).unwrap();
    // As a later build would leave it.
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5000);
    fs::File::options()
        .append(true)
        .open(folder.path().join("probe/bootstrap"))
        .unwrap()
        .set_modified(later)
        .unwrap();
    pack(folder.path(), &binary, "arm64").unwrap();
    assert_eq!(fs::read(&package).unwrap(), first);
}

#[test]
fn what_lambda_could_not_run_is_no_package() {
    let incompressible: Vec<u8> = (0..3_000_000_u32)
        .flat_map(|number| (number.wrapping_mul(2_654_435_761) >> 7).to_le_bytes())
        .collect();
    for (binary, said) in [
        (executable(183, "GLIBC_2.38\0"), "needs glibc 2.38, and Lambda has 2.34"),
        (executable(62, "GLIBC_2.34\0"), "not for arm64"),
        (b"#!/bin/sh\n".to_vec(), "no Linux executable"),
        ([executable(183, ""), incompressible].concat(), "4.0 MB is the most"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let Some(output) = pack(folder.path(), &binary, "arm64") else { return };
        assert!(!output.status.success(), "{said}");
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
        assert!(!folder.path().join("probe/bootstrap.zip").exists(), "{said}");
    }
}
