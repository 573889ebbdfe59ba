//! The AWS CLI calls every operation that the emulated GuardDuty has, one command after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use crate::{
    binary::{root, stderr, stdout},
    clients::start,
    skip::skipped,
};

/// One command of `aws guardduty` per row.
const ROWS: &str = include_str!("aws_cli/commands.tsv");

struct Row {
    /// An access key of twelve digits is that account's.
    account: &'static str,
    /// No argument holds a space.
    arguments: Vec<&'static str>,
    /// In `JMESPath`; none for what answers nothing.
    query: &'static str,
    /// What the AWS CLI prints; `$name` keeps an id that later rows name as `{name}`.
    answer: &'static str,
}

fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let cells: Vec<_> = line.split('\t').collect();
        let [account, command, query, answer] = cells[..] else { panic!("{line}") };
        Row { account, arguments: command.split(' ').collect(), query, answer }
    };
    ROWS.lines().skip(1).map(row).collect()
}

/// `ListDetectors` of `list-detectors`.
fn operation(command: &str) -> String {
    let word = |word: &str| format!("{}{}", word[..1].to_uppercase(), &word[1..]);
    command.split('-').map(word).collect()
}

/// What the emulator carries out, as its own source says.
fn emulated() -> BTreeSet<String> {
    let source = fs::read_to_string(root().join("local/src/guardduty/dispatch.rs")).unwrap();
    let arms = source.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" =>"));
    arms.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn the_aws_cli_calls_every_operation() {
    let called: BTreeSet<_> = rows().iter().map(|row| operation(row.arguments[0])).collect();
    assert_eq!(called, emulated(), "each operation has a row, and no row is of another");
    let aws = root().join("tests/.venv/bin/aws");
    if !aws.is_file() {
        return skipped("the AWS CLI against the emulated GuardDuty: tests/.venv has no aws");
    }
    let folder = tempfile::tempdir().unwrap();
    let (_machine, port) = start(&folder.path().join("machine"));
    let mut kept: BTreeMap<&str, String> = BTreeMap::new();
    for Row { account, arguments, query, answer } in rows() {
        let filled = |text: &str| {
            let fill = |text: String, (name, value): (&&str, &String)| {
                text.replace(&format!("{{{name}}}"), value)
            };
            kept.iter().fold(text.to_owned(), fill)
        };
        let mut command = Command::new(&aws);
        command
            .env_clear()
            .current_dir(folder.path())
            .env("AWS_ACCESS_KEY_ID", account)
            .env("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .args(["guardduty", "--output", "text"])
            .args(["--endpoint-url", &format!("http://127.0.0.1:{port}")])
            .args(arguments.iter().map(|own| filled(own)));
        if !query.is_empty() {
            command.args(["--query", query]);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        let said = stdout(&output).trim().to_owned();
        match answer.strip_prefix('$') {
            Some(name) => {
                assert_eq!(said.len(), 32, "{arguments:?}: {said:?} is no id");
                kept.insert(name, said);
            }
            None => assert_eq!(said, filled(&answer.replace("\\t", "\t")), "{arguments:?} {query}"),
        }
    }
}
