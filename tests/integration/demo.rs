//! `guardsift local --demo`: the main job, counted from the outside, with and without killed functions.

use std::{path::Path, sync::OnceLock};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    binary::{root, run, stderr, stdout},
    python::python,
};

/// One run, shared by the tests that only look at it.
struct Run {
    folder: TempDir,
    counts: Value,
}

fn run_demo(extra: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let arguments =
        [&["local", "--demo", "--output", "json", "--folder", path.to_str().unwrap()], extra]
            .concat();
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    Run { counts: serde_json::from_str(&stdout(&output)).unwrap(), folder }
}

fn undisturbed() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| run_demo(&[]))
}

fn count(counts: &Value, name: &str) -> u64 {
    counts[name].as_u64().unwrap_or_else(|| panic!("no count {name} in {counts}"))
}

#[test]
fn nothing_is_lost_and_everything_that_happens_is_counted() {
    let counts = &undisturbed().counts;
    let own: Vec<_> = counts.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "findings",
        "versions",
        "events_delivered",
        "notified",
        "archived",
        "lake_rows",
        "quarantined",
        "dead_lettered",
        "lost",
    ];
    expected.sort_unstable();
    assert_eq!(own, expected);
    assert_eq!(count(counts, "lost"), 0);
    assert_eq!(count(counts, "dead_lettered"), 1, "the poison message and nothing else");
    assert_eq!(count(counts, "quarantined"), 1, "the broken object and nothing else");
    assert!(count(counts, "findings") >= 462, "a sample and a real finding of every type");
    assert!(count(counts, "versions") > count(counts, "findings"), "some were updated");
    assert!(count(counts, "events_delivered") > count(counts, "versions"), "some came twice");
    assert!(count(counts, "archived") > 0 && count(counts, "notified") > 0);
}

#[test]
fn killing_every_function_in_the_middle_of_its_work_changes_no_count() {
    assert_eq!(run_demo(&["--kill"]).counts, undisturbed().counts);
}

#[test]
fn pyarrow_and_duckdb_read_the_lake_and_agree_with_the_count() {
    let Some(python) = python("pyarrow and DuckDB reading the lake") else { return };
    let Run { folder, counts } = undisturbed();
    let lake = folder.path().join("run/buckets/guardsift-lake");
    let output =
        python.command(&root().join("tests/python/read_lake.py")).arg(&lake).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let read: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(count(&read, "rows"), count(counts, "lake_rows"));
    assert!(!read["version_keys"].as_array().unwrap().is_empty());
}

#[test]
fn a_missing_function_binary_is_named_with_the_way_to_build_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["local", "--demo", "--binaries", folder.path().to_str().unwrap()];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(252));
    let shown = stderr(&output);
    assert!(shown.contains("finding-events") && shown.contains("make build"), "{shown}");
    assert!(!Path::new("guardsift-local").exists());
}
