//! The commands of docs/operate.md, and those that README.md has of them, run as they are printed.

use std::{
    fs,
    process::{Command, Stdio},
};

use super::{KEY, Rig};
use crate::binary::{folder, root, stderr, stdout};

/// The lines of every block that is marked `sh`.
fn commands(text: &str) -> Vec<String> {
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

/// Runs the lines one after the other on a machine.
fn run(rig: &Rig, commands: &[String]) {
    let path = format!("{}:{}", folder().display(), std::env::var("PATH").unwrap_or_default());
    for line in commands {
        let mut shell = Command::new("sh");
        shell.args(["-euc", line]).env_clear().current_dir(rig.path()).stdin(Stdio::null());
        let environment = rig.command(&[]);
        shell.envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.env("PATH", &path).env("KEY", KEY).env("HOME", rig.path());
        // The id of a finding that is there, once one is.
        let all = rig.run(&["findings", "list", "--output", "jsonl"]);
        if let Some(first) = stdout(&all).lines().next() {
            let finding: serde_json::Value = serde_json::from_str(first).unwrap();
            shell.env("ID", finding["id"].as_str().or(finding["Id"].as_str()).unwrap());
        }
        let output = shell.output().unwrap();
        let code = output.status.code().unwrap();
        // 3 is a check that has something to say.
        assert!([0, 3].contains(&code), "{line}: {code}\n{}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn every_command_of_the_walk_runs_as_printed() {
    let rig = Rig::new();
    let commands = commands(&fs::read_to_string(root().join("docs/operate.md")).unwrap());
    assert!(commands.len() > 20, "{commands:?}");
    run(&rig, &commands);
    rig.stop();
}

#[test]
fn every_command_that_the_readme_has_of_it_runs_as_printed() {
    let rig = Rig::new();
    rig.ok(&["enable", "--yes"]);
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let section = text.split("\n## ").find(|own| own.starts_with("Run GuardDuty itself")).unwrap();
    let commands = commands(section);
    assert!(commands.len() > 4, "{commands:?}");
    run(&rig, &commands);
    rig.stop();
}
