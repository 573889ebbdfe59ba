//! The AWS CLI calls every operation that the emulated GuardDuty has, one command after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::{binary::root, clients::start, python::python};

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

/// The AWS CLI, which takes a second to load, loaded once.
struct AwsCli {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    port: String,
}

impl AwsCli {
    fn run(&mut self, account: &str, arguments: &[String]) -> Value {
        let Self { input, output, port, .. } = self;
        let environment = json!({
            "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": local::SECRET_ACCESS_KEY,
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        });
        let endpoint = format!("http://127.0.0.1:{port}");
        let fixed = ["guardduty", "--output", "text", "--endpoint-url", &endpoint];
        let arguments: Vec<_> =
            fixed.into_iter().chain(arguments.iter().map(|own| &**own)).collect();
        writeln!(input, "{}", json!({ "environment": environment, "arguments": arguments }))
            .unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}: {line:?}"))
    }
}

impl Drop for AwsCli {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_aws_cli_calls_every_operation() {
    let called: BTreeSet<_> = rows().iter().map(|row| operation(row.arguments[0])).collect();
    assert_eq!(called, emulated(), "each operation has a row, and no row is of another");
    let Some(python) = python("the AWS CLI against the emulated GuardDuty") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (_machine, port) = start(&folder.path().join("machine"));
    let mut process = python
        .command(&root().join("tests/python/aws_cli.py"))
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
    let mut aws = AwsCli { process, input, output: BufReader::new(output), port };
    let mut kept: BTreeMap<&str, String> = BTreeMap::new();
    for Row { account, arguments, query, answer } in rows() {
        let filled = |text: &str| {
            let fill = |text: String, (name, value): (&&str, &String)| {
                text.replace(&format!("{{{name}}}"), value)
            };
            kept.iter().fold(text.to_owned(), fill)
        };
        let mut own: Vec<_> = arguments.iter().map(|own| filled(own)).collect();
        if !query.is_empty() {
            own.extend(["--query".to_owned(), query.to_owned()]);
        }
        let done = aws.run(account, &own);
        assert_eq!(done["status"], 0, "{arguments:?}: {}", done["stderr"]);
        let said = done["stdout"].as_str().unwrap().trim().to_owned();
        match answer.strip_prefix('$') {
            Some(name) => {
                assert_eq!(said.len(), 32, "{arguments:?}: {said:?} is no id");
                kept.insert(name, said);
            }
            None => assert_eq!(said, filled(&answer.replace("\\t", "\t")), "{arguments:?} {query}"),
        }
    }
}
