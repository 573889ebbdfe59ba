//! The commands of README.md and of the pages below docs/ run as they are printed.

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use super::{KEY, Rig};
use crate::{
    binary::{folder, root, stderr, stdout},
    skip::skipped,
};

mod prepared;
mod printed;

use printed::{Printed, printed};

/// A page, and whether GuardDuty is there already when somebody begins to type.
const PAGES: [(&str, bool); 7] = [
    ("README.md", true),
    ("docs/archive.md", true),
    ("docs/backtest.md", true),
    ("docs/lake.md", true),
    ("docs/notifications.md", true),
    ("docs/operate.md", false),
    ("docs/shadow.md", true),
];

/// What is printed and not run here, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    ("make run", "a test of its own runs the demo and compares its counts"),
    ("make test", "it would run this test again"),
];

/// Commands whose check has something to say where they are typed.
const SAYS_THREE: [(&str, &str, &str); 4] = [
    ("README.md", "guardsift export doctor", "the README only looks at what a setup would do"),
    ("README.md", "guardsift rules export --target filter", "not every rule can be a filter"),
    ("docs/lake.md", "guardsift reconcile --api", "what GuardDuty found was never exported"),
    ("docs/operate.md", "guardsift disable", "there are findings of which there is no copy"),
];

/// Commands that ask: a person types `y`.
const ASKS: [&str; 3] = ["guardsift archive apply", "guardsift undo", "guardsift rules promote"];

#[test]
fn every_command_that_a_page_prints_runs_as_printed() {
    let mut odd = Odd::default();
    for (page, is_enabled) in PAGES {
        let commands = printed(&fs::read_to_string(root().join(page)).unwrap());
        assert!(commands.len() > 2, "{page}: {commands:?}");
        let rig = Rig::new();
        prepared::prepare(&rig, is_enabled);
        for command in &commands {
            type_in(&rig, page, command, &mut odd);
        }
        rig.stop();
    }
    let known: BTreeSet<_> = LEFT_OUT.iter().map(|(line, _)| *line).collect();
    assert_eq!(odd.left_out, known, "what is left out is printed somewhere");
    let known: BTreeSet<_> = SAYS_THREE.iter().map(|(page, line, _)| (*page, *line)).collect();
    assert_eq!(odd.three, known, "these end with 3, and no others");
}

#[test]
fn no_other_page_prints_commands() {
    let mut folders = vec![root()];
    while let Some(here) = folders.pop() {
        for entry in fs::read_dir(&here).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                folders.push(path);
            } else if name.ends_with(".md") {
                let page = path.strip_prefix(root()).unwrap().display().to_string();
                let is_run = PAGES.iter().any(|(own, _)| *own == page);
                let commands = printed(&fs::read_to_string(&path).unwrap());
                assert!(is_run || commands.is_empty(), "nobody runs those of {page}: {commands:?}");
            }
        }
    }
}

/// What did not simply run.
#[derive(Default)]
struct Odd {
    left_out: BTreeSet<&'static str>,
    three: BTreeSet<(&'static str, &'static str)>,
}

/// Runs one command, or says why not.
fn type_in(rig: &Rig, page: &str, command: &Printed, odd: &mut Odd) {
    let line = command.line.as_str();
    if let Some((own, why)) = LEFT_OUT.iter().find(|(own, _)| line.starts_with(own)) {
        odd.left_out.insert(own);
        return skipped(&format!("`{own}` of {page}: {why}"));
    }
    for program in &command.programs {
        match program.as_str() {
            "guardsift" | "target/release/guardsift" | "echo" => {}
            "aws" if aws().is_some() => {}
            "aws" => return skipped(&format!("`{line}` of {page}: tests/.venv has no aws")),
            other => panic!("{page}: nobody knows how to run {other}: {line}"),
        }
    }
    let asks = ASKS.iter().any(|own| line.starts_with(own)) && !line.contains("--dry-run");
    let output = if asks && has_terminal() { answered(rig, line) } else { shell(rig, line) };
    let says = SAYS_THREE.iter().find(|(own, begins, _)| *own == page && line.starts_with(begins));
    let told = format!("{page}: {line}\n{}{}", stdout(&output), stderr(&output));
    match output.status.code() {
        Some(0) => {}
        Some(3) if says.is_some() => {
            odd.three.extend(says.map(|(page, begins, _)| (*page, *begins)));
        }
        Some(252) if asks && !has_terminal() => assert!(told.contains("no terminal"), "{told}"),
        code => panic!("{code:?} {told}"),
    }
    let mut lines = told.lines();
    for expected in &command.output {
        assert!(lines.any(|line| line == expected), "{page} promises {expected:?}: {told}");
    }
}

fn shell(rig: &Rig, line: &str) -> Output {
    let mut shell = Command::new("bash");
    shell.args(["-euo", "pipefail", "-c", line]).stdin(Stdio::null());
    settled(rig, &mut shell).output().unwrap()
}

/// The same at a terminal, with a person who agrees.
fn answered(rig: &Rig, line: &str) -> Output {
    let mut script = Command::new("script");
    script.args(["-qec", line, "/dev/null"]).stdin(Stdio::piped());
    let script = settled(rig, &mut script).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"y\n").unwrap();
    child.wait_with_output().unwrap()
}

fn has_terminal() -> bool {
    Command::new("script").arg("--version").output().is_ok()
}

/// The AWS CLI among the independent clients.
fn aws() -> Option<PathBuf> {
    Some(root().join("tests/.venv/bin/aws")).filter(|own| own.is_file())
}

/// Where commands are typed, and what the pages say stands in variables.
fn settled<'c>(rig: &Rig, command: &'c mut Command) -> &'c mut Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let own = aws().as_deref().and_then(Path::parent).map(|own| own.display().to_string());
    let path = format!("{}:{}:{path}", folder().display(), own.unwrap_or_default());
    let environment = rig.command(&[]);
    command
        .env_clear()
        .current_dir(rig.path())
        .envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .env("PATH", path)
        .env("HOME", rig.path())
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("KEY", KEY)
        .env("QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/111122223333/finding-exports");
    if let Some((detector, finding)) = prepared::ids(rig) {
        command.env("DETECTOR", detector).env("FINDING", &finding).env("ID", finding);
    }
    command
}
