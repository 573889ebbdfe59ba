//! `guardsift rules check`: what keeps rules from loading, and what is probably not meant.

use std::path::PathBuf;

use clap::ValueEnum;
use findings::{Level, Problem, RuleSet, RuleSource, Timestamp, lint};
use serde::Serialize;

use crate::{
    diagnostic::Report,
    exit::Exit,
    figures::so_many,
    moment::{self, now},
    rule_files, stdout,
};

mod sarif;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Rule files, and folders of them in the order of their names: together one rule set
    #[arg(default_value = "rules", value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    output: Format,
    /// Exit with 3 for notes, too
    #[arg(long)]
    strict: bool,
    /// Check as of this moment instead of now: it matters for rules that expire
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    as_of: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people: the line, a caret, a way out
    Text,
    /// One array
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(crate) const EXAMPLES: &str = "\
Exit code: 0 when all is well or there are only notes, 3 for errors and warnings.
What each code means and what to do about it: docs/rules/codes.md

Examples:
  guardsift rules check
  guardsift rules check --strict rules/ more-rules.yaml
  guardsift rules check --output sarif rules/ > rules.sarif";

/// One problem as JSON. Its members are a contract.
#[derive(Debug, Serialize)]
struct Line<'p> {
    code: &'static str,
    level: &'static str,
    file: &'p str,
    line: u64,
    column: u64,
    width: usize,
    message: &'p str,
    help: Option<&'p str>,
}

impl<'p> From<&'p Problem> for Line<'p> {
    fn from(problem: &'p Problem) -> Self {
        Self {
            code: problem.code.as_str(),
            level: problem.level().as_str(),
            file: &problem.file,
            line: problem.position.line,
            column: problem.position.column,
            width: problem.width,
            message: &problem.message,
            help: problem.help.as_deref(),
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let texts = rule_files::texts(&arguments.paths)?;
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleSource { name, text }).collect();
    let (problems, rules) = match RuleSet::parse(&sources) {
        Ok(set) => (lint(&set, arguments.as_of.unwrap_or_else(now)), set.rules().len()),
        Err(error) => (error.problems, 0),
    };
    let printed = match arguments.output {
        Format::Text => text(&problems, rules, &sources),
        Format::Json => {
            let lines: Vec<_> = problems.iter().map(Line::from).collect();
            serde_json::to_string_pretty(&lines)?
        }
        Format::Sarif => serde_json::to_string_pretty(&sarif::log(&problems))?,
    };
    stdout::println!("{}", printed.trim_end())?;
    let least = if arguments.strict { Level::Note } else { Level::Warning };
    let is_bad = problems.iter().any(|problem| problem.level() >= least);
    Ok(if is_bad { Exit::CheckFailed } else { Exit::Success })
}

fn text(problems: &[Problem], rules: usize, sources: &[RuleSource<'_>]) -> String {
    let files = so_many(sources.len(), "file");
    if problems.is_empty() {
        return format!("{} in {files}: nothing to report", so_many(rules, "rule"));
    }
    let found: Vec<_> = [Level::Error, Level::Warning, Level::Note]
        .into_iter()
        .map(|level| (problems.iter().filter(|own| own.level() == level).count(), level))
        .filter(|(count, _)| *count > 0)
        .map(|(count, level)| so_many(count, level.as_str()))
        .collect();
    let report = Report::new(problems, sources).render(&std::io::stdout());
    let loads = if rules == 0 { "; the rules don't load" } else { "" };
    format!("{report}{} in {files}{loads}", found.join(", "))
}
