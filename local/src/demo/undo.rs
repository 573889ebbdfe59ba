//! The way back in the demonstration: `guardsift undo`, as a person would run it.

use std::{path::Path, process::Stdio};

use anyhow::{Context, ensure};
use tokio::process::Command;

use crate::demo::story::{Truth, UNDONE_RULE};
use crate::machine::{LAKE_BUCKET, Machine};

pub(super) async fn undo(machine: &Machine, guardsift: &Path, rule: &str) -> anyhow::Result<()> {
    let endpoint = machine.endpoint();
    let output = Command::new(guardsift)
        .args(["undo", "--rule", rule, "--lake", LAKE_BUCKET, "--yes", "--output", "json"])
        .args(["--endpoint-url", &endpoint])
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", crate::ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", crate::SECRET_ACCESS_KEY)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("can't run {}", guardsift.display()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "guardsift undo ended with {}: {said}", output.status);
    Ok(())
}

/// How many it has to take back: what the rule archived, without the one that was taken back before.
pub(super) fn expected(machine: &Machine, truth: &Truth) -> usize {
    let keys = machine.store.list(LAKE_BUCKET, "audit/v1/").into_iter().map(|(key, _)| key);
    let outcomes = keys.filter(|key| key.ends_with(".outcome.json"));
    let lines = outcomes.filter_map(|key| machine.store.get(LAKE_BUCKET, &key).ok());
    let lines = lines.filter_map(|line| serde_json::from_slice::<serde_json::Value>(&line).ok());
    let is_of_rule = |line: &serde_json::Value| {
        let text = |name| line.get(name).and_then(serde_json::Value::as_str);
        text("event") == Some("archived")
            && text("rule") == Some(UNDONE_RULE)
            && text("finding_id") != Some(&truth.risen)
    };
    lines.filter(is_of_rule).count()
}
