//! `guardsift backtest`: what a rule set would have done to one's own history.

use std::{io::Write, path::PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use findings::{RuleSet, Timestamp};

use crate::{
    arguments::ConnectionArguments,
    backtest::{self, Condition, Problem, Question, Summary, outcome::Outcome},
    excerpt::Excerpt,
    exit::{Exit, Unusable},
    figures::grouped,
    history::{self, Connection},
    moment, object,
    printable::printable,
    progress, rule_files, stdout,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Rule files, or folders of them in the order of their names [default: guardsift's own set]
    #[arg(value_name = "RULES")]
    rules: Vec<PathBuf>,
    /// Where findings are: files and folders, `s3://BUCKET/PREFIX`, or `api` for GuardDuty itself
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    history: Vec<String>,
    /// Compare with this rule file or folder
    #[arg(long, value_name = "RULES")]
    against: Option<PathBuf>,
    /// Count every version of a finding, not only the newest
    #[arg(long)]
    all_versions: bool,
    #[command(flatten)]
    excerpt: Excerpt,
    /// Decide as of this moment instead of now: it matters for rules that expire
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    as_of: Option<Timestamp>,
    /// Exit with 3 when this holds, such as `archived.high>0`; may be repeated
    #[arg(long, value_name = "CONDITION")]
    fail_on: Vec<Condition>,
    /// How often a finding may occur again after it would have been archived, before that is regretted
    #[arg(long, default_value_t = 5, value_name = "N")]
    recurrences: u64,
    /// A rule that decides more than this share of all findings is called broad
    #[arg(long, default_value_t = 25.0, value_name = "PERCENT", value_parser = percent)]
    broad: f64,
    /// List the findings themselves, too
    #[arg(long)]
    list: bool,
    /// Write a report for people into this file: one page of HTML that needs nothing else
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print only `rule count` lines: how many records each rule's criteria hold for
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with_all = ["report", "fail_on", "against", "list"])]
    count: Option<Count>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
    /// Exit with 3 when something in the history could not be read
    #[arg(long)]
    strict: bool,
    /// How many objects are read at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Count {
    /// Of all versions, duplicates included
    Matches,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object, guardsift.backtest/v1
    Json,
    /// The same as YAML
    Yaml,
    /// One object per finding
    Jsonl,
    /// One row per rule
    Table,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift backtest rules/ --history exports/
  guardsift backtest new.yaml --against old.yaml --history s3://my-exports/AWSLogs/ --since 90d
  guardsift backtest rules/ --history api --fail-on 'archived.high>0' --fail-on 'regret>0'
  guardsift backtest rules/ --history exports/ --report backtest.html

Conditions of --fail-on are FIGURE COMPARISON NUMBER, the number in percent of all findings when
% follows. Figures: archived, notified, noop, unmatched, rule:NAME and newly-archived, each with
.low .medium .high .critical .unknown or none; regret, or regret.rose .recurred .joined; changed,
never-matched, broad, expired, unreadable. Comparisons: > >= < <= = !=.";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    arguments.excerpt.checked()?;
    let files = rule_files::texts_or_built_in(&arguments.rules)?;
    let rules = rule_files::parse_texts(&files)?;
    let against_files = arguments.against.as_ref().map(|path| rule_files::texts(&[path]));
    let against_files = against_files.transpose()?;
    let against = against_files.as_deref().map(rule_files::parse_texts).transpose()?;
    let connection =
        Connection::new(arguments.connection.settings(arguments.excerpt.regions.first()));
    let sources = history::sources(&arguments.history, &connection)?;
    let question = Question {
        rules: &rules,
        against: against.as_ref(),
        as_of: arguments.as_of.unwrap_or_else(moment::now),
        excerpt: &arguments.excerpt,
        counts_only: arguments.count.is_some(),
    };
    let threads = arguments.threads.map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        usize::from,
    );
    let bar = progress::bytes(sources.iter().map(history::Source::size).sum());
    let mut history =
        backtest::scan(&question, &sources, &connection, threads, |bytes| bar.inc(bytes))?;
    bar.finish_and_clear();
    let unreadable = history.tally.problem_count;
    if arguments.count.is_some() {
        print_counts(&rules, &history.tally.matched)?;
        name_unreadable(&history.tally.problems, unreadable);
        return Ok(exit(arguments.strict && unreadable > 0));
    }
    let rows = std::mem::take(&mut history.rows);
    let summary = Summary {
        question: &question,
        history: &history,
        sources: &arguments.history,
        files: &files,
        against_files: against_files.as_deref().unwrap_or_default(),
        all_versions: arguments.all_versions,
        recurrences: arguments.recurrences,
        broad: arguments.broad / 100.0,
        with_findings: arguments.list || arguments.output == Format::Jsonl,
    };
    let mut outcome = summary.outcome(rows).context("can't read what was kept of the history")?;
    let asked: Result<_, _> = arguments.fail_on.iter().map(|own| own.ask(&outcome)).collect();
    outcome.conditions = asked.map_err(|error| Unusable(format!("--fail-on: {error}")))?;
    if let Some(path) = &arguments.report {
        let html = backtest::report::render(&serde_json::to_value(&outcome)?)?;
        std::fs::write(path, html)
            .with_context(|| Unusable(format!("can't write the report to {}", path.display())))?;
    }
    print(&outcome, arguments.output)?;
    if matches!(arguments.output, Format::Table | Format::Jsonl) {
        name_unreadable(&outcome.history.problems, unreadable);
    }
    let failures = failures(&outcome);
    for failure in &failures {
        anstream::eprintln!("{failure}");
    }
    Ok(exit(!failures.is_empty() || arguments.strict && unreadable > 0))
}

/// Why the conditions don't pass. A gate that looked at nothing never does.
fn failures(outcome: &Outcome) -> Vec<String> {
    let failed = outcome.conditions.iter().filter(|condition| condition.failed);
    let mut failures: Vec<_> =
        failed.map(|own| format!("failed: {}, it is {}", own.condition, own.value)).collect();
    if !outcome.conditions.is_empty() && outcome.totals.findings() == 0 {
        failures.push(
            "failed: no finding was counted, so that no condition can pass; check --history, --since, --until, --account and --region"
                .to_owned(),
        );
    }
    failures
}

/// What the other formats have in themselves, and these have no place for.
fn name_unreadable(problems: &[Problem], count: u64) {
    for problem in problems {
        anstream::eprintln!("{}: {}", printable(&problem.source), printable(&problem.reason));
    }
    let unnamed = count.saturating_sub(problems.len() as u64);
    if unnamed > 0 {
        anstream::eprintln!("and {} more that could not be read", grouped(unnamed));
    }
}

fn exit(has_failed: bool) -> Exit {
    if has_failed { Exit::CheckFailed } else { Exit::Success }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse().ok();
    number
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "write a number from 0 to 100".to_owned())
}

fn print_counts(rules: &RuleSet, matched: &[u64]) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(stdout::raw());
    for (position, rule) in rules.rules().iter().enumerate() {
        writeln!(out, "{} {}", rule.name, matched.get(position).copied().unwrap_or_default())?;
    }
    Ok(out.flush()?)
}

fn print(outcome: &Outcome, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => stdout::print!("{}", backtest::text(outcome))?,
        Format::Table => stdout::print!("{}", backtest::rules_table(outcome))?,
        format @ (Format::Json | Format::Yaml) => object::print(outcome, format == Format::Yaml)?,
        Format::Jsonl => {
            let mut out = std::io::BufWriter::new(stdout::raw());
            for finding in outcome.findings.iter().flatten() {
                writeln!(out, "{}", serde_json::to_string(finding)?)?;
            }
            out.flush()?;
        }
    }
    Ok(())
}
