//! The commands of docs/operate.md, run as they are printed.

use std::{fs, process::Stdio};

use super::{KEY, Rig};
use crate::binary::{folder, root, stderr, stdout};

/// The lines of every block that is marked `sh`.
fn commands() -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/operate.md")).unwrap();
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            _ if inside => lines.push(line.to_owned()),
            _ => {}
        }
    }
    lines
}

#[test]
fn every_command_of_the_walk_runs_as_printed() {
    let rig = Rig::new();
    let commands = commands();
    assert!(commands.len() > 20, "{commands:?}");
    for line in commands {
        let before = folder();
        let path = format!("{}:{}", before.display(), std::env::var("PATH").unwrap_or_default());
        let mut shell = std::process::Command::new("sh");
        shell.args(["-euc", &line]).env_clear().current_dir(rig.path()).stdin(Stdio::null());
        shell.envs(rig.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("PATH", path).env("KEY", KEY).env("HOME", rig.path());
        // The id of a finding that is there, once one is.
        let open = rig.run(&["findings", "list", "--output", "jsonl"]);
        if let Some(first) = stdout(&open).lines().next() {
            let finding: serde_json::Value = serde_json::from_str(first).unwrap();
            shell.env("ID", finding["id"].as_str().or(finding["Id"].as_str()).unwrap());
        }
        let output = shell.output().unwrap();
        let code = output.status.code().unwrap();
        // 3 is a check that has something to say.
        assert!(code == 0 || code == 3, "{line}: {code}\n{}{}", stdout(&output), stderr(&output));
    }
    rig.stop();
}
