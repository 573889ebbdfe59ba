//! `guardsift rules test`: the cases that rules carry, decided by the whole set.

use std::{io, path::PathBuf};

use clap::ValueEnum;
use findings::{RuleSource, Timestamp};

use self::case::Outcome;
use crate::{
    commands::archive::plain,
    exit::Exit,
    figures::so_many,
    moment::{self, now},
    object,
    printable::printable,
    rule_files, stdout,
    talk::say,
};

mod case;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Rule files, and folders of them in the order of their names: together one rule set
    #[arg(default_value = "rules", value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// How to print what happened
    #[arg(long, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// Decide as of this moment instead of now: it matters for rules that expire
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    as_of: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns, then why a case failed
    Table,
    /// One array
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) const EXAMPLES: &str = "\
A case is a finding and what the whole rule set is to do with it; its file is relative to the rule file.
Exit code: 0 when every case is decided as it says, 3 otherwise.

Examples:
  guardsift rules test
  guardsift rules test --as-of 2027-01-01 rules/
  guardsift rules test --output json rules/rules.yaml";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let texts = rule_files::texts(&arguments.paths)?;
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleSource { name, text }).collect();
    let rules = rule_files::parse(&sources)?;
    let as_of = arguments.as_of.unwrap_or_else(now);
    let outcomes: Vec<Outcome> = rules
        .rules()
        .iter()
        .flat_map(|rule| rule.cases.iter().map(move |case| (rule, case)))
        .map(|(rule, case)| Outcome::of(rule, case, &rules, as_of))
        .collect();
    match arguments.output {
        format @ (Format::Json | Format::Yaml) => object::print(&outcomes, format == Format::Yaml)?,
        Format::Table => print(&outcomes)?,
    }
    let without: Vec<_> = rules
        .rules()
        .iter()
        .filter(|rule| rule.cases.is_empty())
        .map(|rule| rule.name.as_str())
        .collect();
    if !without.is_empty() {
        say!("{} without cases: {}", so_many(without.len(), "rule"), without.join(", "));
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    let cases = so_many(outcomes.len(), "case");
    say!("{cases} of {}, {failed} failed", so_many(rules.rules().len(), "rule"));
    Ok(if failed == 0 { Exit::Success } else { Exit::CheckFailed })
}

fn print(outcomes: &[Outcome]) -> io::Result<()> {
    let mut table = plain(&["Rule", "Case", "Expected", "Got", ""]);
    for outcome in outcomes {
        let got = outcome.got.map_or_else(|| "–".to_owned(), |action| action.to_string());
        let mark = if outcome.passed { "ok" } else { "FAILED" };
        let case = printable(&outcome.case).into_owned();
        table.add_row([
            outcome.rule.clone(),
            case,
            outcome.expected.to_string(),
            got,
            mark.to_owned(),
        ]);
    }
    stdout::println!("{}", table.trim_fmt())?;
    for outcome in outcomes.iter().filter(|outcome| !outcome.passed) {
        let case = printable(&outcome.case);
        stdout::println!("\n{}, {case}: expected {}", outcome.rule, outcome.expected)?;
        for line in &outcome.why {
            stdout::println!("  {}", printable(line))?;
        }
    }
    Ok(())
}
