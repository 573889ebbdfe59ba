//! `guardsift rules import`: rules from GuardDuty's own filters.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::Context;
use findings::{Problem, RuleSource, convert};

use crate::{
    diagnostic::Report,
    exit::{Exit, Unusable},
    figures::so_many,
    printable::printable,
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Filters: what `get-filter` or `terraform show -json` prints, or CloudFormation templates; `-` for standard input
    #[arg(required = true, value_name = "FILE|-")]
    paths: Vec<PathBuf>,
}

pub(crate) const EXAMPLES: &str = "\
Prints a rule file. What can't be imported is shown with its place, and the exit code is 3.

Examples:
  for name in $(aws guardduty list-filters --detector-id $ID --query FilterNames --output text); do
    aws guardduty get-filter --detector-id $ID --filter-name $name; done | guardsift rules import - > rules/filters.yaml
  terraform show -json plan.tfplan | guardsift rules import -
  guardsift rules import template.yaml";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let texts: Vec<_> =
        arguments.paths.iter().map(|path| read(path)).collect::<anyhow::Result<_>>()?;
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleSource { name, text }).collect();
    let import = convert::import(&sources);
    stdout::print!("{}", import.text)?;
    anstream::eprint!("{}", shown(&import.problems, &sources));
    let rules = so_many(import.rules.len(), "rule");
    if import.problems.is_empty() {
        say!("{rules} imported");
        return Ok(Exit::Success);
    }
    let problems = so_many(import.problems.len(), "problem");
    anstream::eprintln!("{rules} imported; {problems}: what they are about was not imported");
    Ok(Exit::CheckFailed)
}

/// The problems with the lines they stand in; without them where a line is a whole document.
fn shown(problems: &[Problem], sources: &[RuleSource<'_>]) -> String {
    let is_readable = |problem: &Problem| {
        let source = sources.iter().find(|source| source.name == problem.file);
        let line = usize::try_from(problem.position.line).unwrap_or(usize::MAX).saturating_sub(1);
        let text = source.and_then(|source| source.text.lines().nth(line));
        text.is_none_or(|text| text.len() <= LONGEST_LINE)
    };
    let mut shown = String::new();
    for problem in problems {
        if is_readable(problem) {
            shown += &Report::new(std::slice::from_ref(problem), sources).render(&io::stderr());
        } else {
            shown += &format!("{}\n", printable(&problem.to_string()));
        }
    }
    shown
}

const LONGEST_LINE: usize = 200;

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    let mut text = String::new();
    let read = match path {
        path if path == Path::new("-") => {
            io::stdin().lock().read_to_string(&mut text).map(|_| text)
        }
        path => fs::read_to_string(path),
    };
    let text = read.with_context(|| Unusable(format!("can't read {}", path.display())))?;
    Ok((path.display().to_string(), text))
}
