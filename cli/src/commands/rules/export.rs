//! `guardsift rules export`: rules as GuardDuty's filters or EventBridge patterns, where they say the same.

use std::path::PathBuf;

use clap::ValueEnum;
use findings::{
    RuleSource, Timestamp,
    convert::{self, Exported},
};

use self::report::{Line, notes, reasons};
use crate::{
    exit::Exit,
    figures::so_many,
    moment::{self, now},
    rule_files, stdout,
    talk::{is_quiet, say},
};

mod report;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to turn the rules into
    #[arg(long, value_enum)]
    target: Target,
    /// Rule files, and folders of them in the order of their names: together one rule set
    #[arg(default_value = "rules", value_name = "FILE|DIR")]
    paths: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Plain)]
    output: Format,
    /// Exit with 0 even when a rule has no counterpart
    #[arg(long)]
    allow_partial: bool,
    /// Leave out what has expired as of this moment instead of now
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    as_of: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The input of GuardDuty's `create-filter`
    Filter,
    /// The input of EventBridge's `put-rule`, its pattern still an object
    Eventbridge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// What the target takes, one array
    Plain,
    /// Every rule with what became of it, the reasons and notes included
    Json,
}

pub(crate) const EXAMPLES: &str = "\
A rule that can't be said exactly is not exported: the reasons go to standard error, and the exit code is 3.
What each reason means: docs/rules/language.md

Examples:
  guardsift rules export --target filter rules/ | jq -c '.[]' | while read -r filter; do
    aws guardduty create-filter --detector-id $ID --cli-input-json \"$filter\"; done
  guardsift rules export --target eventbridge --allow-partial rules/ | jq '.[0].EventPattern'
  guardsift rules export --target filter --output json rules/ | jq '.[] | select(.reasons != [])'";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let texts = rule_files::texts(&arguments.paths)?;
    let sources: Vec<_> = texts.iter().map(|(name, text)| RuleSource { name, text }).collect();
    let rules = rule_files::parse(&sources)?;
    let as_of = arguments.as_of.unwrap_or_else(now);
    let exported = match arguments.target {
        Target::Filter => convert::filters(&rules, as_of),
        Target::Eventbridge => convert::event_patterns(&rules, as_of),
    };
    let lines: Vec<_> =
        exported.iter().map(|own| Line::of(own, input(arguments.target, own))).collect();
    let printed = match arguments.output {
        Format::Plain => {
            let made: Vec<_> = lines.iter().filter_map(|line| line.exported.as_ref()).collect();
            serde_json::to_string_pretty(&made)?
        }
        Format::Json => serde_json::to_string_pretty(&lines)?,
    };
    stdout::println!("{printed}")?;
    let noun = match arguments.target {
        Target::Filter => "filter",
        Target::Eventbridge => "event pattern",
    };
    anstream::eprint!("{}", reasons(&lines, noun));
    if !is_quiet() {
        anstream::eprint!("{}", notes(&lines));
    }
    let missing = lines.iter().filter(|line| line.exported.is_none()).count();
    let of = so_many(lines.len(), "rule");
    say!("{} of {of} exported", lines.len() - missing);
    let is_whole = missing == 0 || arguments.allow_partial;
    Ok(if is_whole { Exit::Success } else { Exit::CheckFailed })
}

/// The input of the call that makes it.
fn input(target: Target, exported: &Exported<'_>) -> Option<serde_json::Value> {
    let made = exported.outcome.as_ref().ok()?;
    if target == Target::Filter {
        return Some(made.clone());
    }
    let mut input = serde_json::json!({ "Name": exported.rule.name, "EventPattern": made });
    if let (Some(reason), Some(members)) = (&exported.rule.reason, input.as_object_mut()) {
        members.insert("Description".to_owned(), reason.as_str().into());
    }
    Some(input)
}
