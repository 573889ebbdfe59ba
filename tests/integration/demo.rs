//! `guardsift local --demo`: the main job, counted from the outside, with and without killed functions.

use std::{fs, path::Path, sync::OnceLock};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    binary::{root, run, stderr, stdout},
    python::python,
};

const CATALOG: &str = "infra/modules/catalog";

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
        "escalated",
        "undone",
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
    assert_eq!(count(counts, "escalated"), 1, "the one that became graver");
    assert!(count(counts, "undone") > 0, "what one rule archived");
    assert!(count(counts, "archived") > count(counts, "escalated") + count(counts, "undone"));
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
fn the_views_and_questions_for_athena_answer_in_duckdb() {
    let Some(python) = python("the questions to the lake in DuckDB") else { return };
    let Run { folder, counts } = undisturbed();
    let lake = folder.path().join("run/buckets/guardsift-lake");
    let mut asking = python.command(&root().join("tests/python/ask_lake.py"));
    let output = asking.arg(&lake).arg(root().join(CATALOG)).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let asked: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(asked["unlike"], serde_json::json!([]), "the catalog's columns are the lake's");
    let rows = |view: &str| count(&asked["views"], view);
    assert_eq!(rows("findings_versions"), count(&asked, "versions"));
    assert_eq!(rows("findings_latest"), count(&asked, "findings"));
    assert!(rows("findings_versions") > rows("findings_latest"), "some have several versions");
    assert!(rows("findings_daily") > 0);
    assert_eq!(count(&asked, "archived"), count(counts, "archived"));
    assert_eq!(count(&asked, "set_aside"), count(counts, "quarantined"));
    for (question, rows) in asked["questions"].as_object().unwrap() {
        // The one that becomes graver is archived when its turn to be exported comes.
        let is_answered = rows.as_u64() > Some(0) || question == "risen";
        assert!(is_answered, "{question} has no answer in the demo");
    }
}

#[test]
fn the_page_of_questions_is_what_terraform_installs() {
    let page = fs::read_to_string(root().join("docs/questions.md")).unwrap();
    let files = fs::read_dir(root().join(CATALOG).join("questions")).unwrap();
    let mut questions = 0;
    for file in files {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let (title, query) = text.split_once('\n').unwrap();
        let title = title.strip_prefix("-- ").unwrap();
        assert!(page.contains(&format!("## {title}\n")), "{title}");
        assert!(page.contains(&format!("```sql\n{query}```\n")), "{title}");
        questions += 1;
    }
    assert_eq!(page.matches("\n## ").count(), questions + 1);
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
