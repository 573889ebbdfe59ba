//! `guardsift archive plan`: what would be archived now.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use archive::{Archive, Asked, Planned, StopParameter};
use findings::{RuleSet, Timestamp};
use platform::{
    rules::{Current, Rules},
    s3_uri::S3Uri,
};

use super::{Place, Reached, shown};
use crate::{arguments::Format, exit::Exit, moment, rule_files};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) question: Question,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = Format::Table)]
    output: Format,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Question {
    /// Rule file, or a folder of them [default: rules/rules.yaml of the lake bucket, as the function]
    #[arg(long, value_name = "FILE|DIR")]
    rules: Option<PathBuf>,
    /// The parameter of Systems Manager that has to say `run`, as the function has it
    #[arg(long, value_name = "ARN", value_parser = stop_parameter)]
    stop_parameter: Option<String>,
    #[command(flatten)]
    pub(super) place: Place,
}

fn stop_parameter(text: &str) -> Result<String, String> {
    platform::parameter_arn(text).ok_or_else(|| format!("write {}", platform::PARAMETER_ALLOWED))
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift archive plan --lake my-lake
  guardsift archive plan --lake my-lake --rules rules/ --output jsonl

It exits with 3 when the plan is above a cap, or when somebody has stopped the archiving.";

/// Where the function has its rules, as Terraform puts them.
const RULES_KEY: &str = "rules/rules.yaml";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reached = arguments.question.place.reach();
    let rules = arguments.question.rules(&reached)?;
    let archive = arguments.question.archive(&reached, &rules);
    let planned = planned(&reached, &archive, moment::now())?;
    shown::plan(&planned.plan, arguments.output)?;
    let stopped = reached.wait(async { Ok(archive.stopped().await) })?;
    Ok(exit(&planned, stopped.as_deref(), &arguments.question))
}

impl Question {
    pub(super) fn archive<'a>(&'a self, reached: &'a Reached, rules: &'a RuleSet) -> Archive<'a> {
        let aws = reached.connection.aws();
        Archive {
            guardduty: &reached.guardduty,
            ledger: reached.ledger(),
            rules,
            now: platform::now,
            stop_parameter: self.stop_parameter.as_deref().map(|arn| StopParameter { aws, arn }),
        }
    }

    pub(super) fn rules(&self, reached: &Reached) -> anyhow::Result<Arc<RuleSet>> {
        if let Some(path) = &self.rules {
            return rule_files::load(Some(path)).map(Arc::new);
        }
        let uri = S3Uri { bucket: reached.lake.clone(), key: RULES_KEY.to_owned() };
        let rules = Rules::new(reached.store.clone(), uri);
        match reached.connection.runtime()?.block_on(rules.current()) {
            Current::Fresh(rules) => Ok(rules),
            Current::Stale(_, problem) | Current::Unavailable(problem) => {
                Err(anyhow!("{}", platform::chain(&*problem)))
                    .context("without rules there is no plan; name a file with --rules")
            }
        }
    }
}

/// The plan of a sweep, which counts for nobody's day.
pub(super) fn planned(
    reached: &Reached,
    archive: &Archive<'_>,
    as_of: Timestamp,
) -> anyhow::Result<Planned> {
    let asked = Asked { ids: Vec::new(), is_sweep: true, as_of, claims: false, agreed: None };
    reached.wait(archive.plan(&asked))
}

/// Says what is in the way of the plan, and ends as a check that failed when something is.
pub(super) fn exit(planned: &Planned, stopped: Option<&str>, question: &Question) -> Exit {
    let plan = &planned.plan;
    let mut exit = Exit::Success;
    let over = plan.over_the_cap.iter().map(ToString::to_string);
    for problem in over.chain(plan.over_the_day.iter().map(ToString::to_string)) {
        anstream::eprintln!("{problem}");
        exit = Exit::CheckFailed;
    }
    if let Some(reason) = stopped {
        let object = format!("s3://{}/{}", question.place.lake, archive::STOP_KEY);
        let next = match &question.stop_parameter {
            None => format!("delete {object} to go on"),
            Some(arn) => {
                format!("to go on, delete {object} and let {arn} say `{}`", archive::RUN)
            }
        };
        anstream::eprintln!("somebody has stopped the archiving: {reason} ({next})");
        exit = Exit::CheckFailed;
    }
    exit
}
