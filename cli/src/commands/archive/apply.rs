//! `guardsift archive apply`: the plan, a question, and the acts.

use std::time::Duration;

use archive::{Asked, Done, Planned};
use clap::ValueEnum;

use super::{confirmed, plan, plan::Question, shown};
use crate::{arguments::Format, exit::Exit, figures::so_many, moment, object, stdout, talk::say};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    question: Question,
    /// Archive without asking
    #[arg(long)]
    yes: bool,
    /// Show the plan and archive nothing, as `archive plan` does
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t = DoneFormat::Text)]
    output: DoneFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoneFormat {
    /// For people
    Text,
    /// One object
    Json,
    /// The same as YAML
    Yaml,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift archive apply --lake my-lake
  guardsift archive apply --lake my-lake --rules rules/ --yes

A finding that is updated while you look at the plan stays. `guardsift undo` takes back what a rule
has archived.";

/// How long ago a command may have been cut off whose work is ended first.
const EARLIER: Duration = Duration::from_secs(24 * 3600);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reached = arguments.question.place.reach();
    let rules = arguments.question.rules(&reached)?;
    let archive = arguments.question.archive(&reached, &rules);
    let as_of = moment::now();
    let planned = plan::planned(&reached, &archive, as_of)?;
    if arguments.output == DoneFormat::Text {
        shown::plan(&planned.plan, Format::Table)?;
    } else if !arguments.yes && !arguments.dry_run {
        // Standard output is for the object; nobody is asked about what was not shown.
        anstream::eprint!("{}", shown::text(&planned.plan));
    }
    let stopped = reached.wait(async { Ok(archive.stopped().await) })?;
    let exit = plan::exit(&planned, stopped.as_deref(), &arguments.question);
    if arguments.dry_run {
        match arguments.output {
            DoneFormat::Text => {}
            DoneFormat::Json => shown::plan(&planned.plan, Format::Json)?,
            DoneFormat::Yaml => shown::plan(&planned.plan, Format::Yaml)?,
        }
        return Ok(exit);
    }
    let may_act = stopped.is_none() && planned.plan.over_the_cap.is_none();
    let count = if may_act { planned.plan.candidates().count() } else { 0 };
    if count > 0 {
        let question = format!("Archive {}?", so_many(count, "finding"));
        if !confirmed(&question, arguments.yes)? {
            say!("nothing was archived");
            return Ok(exit);
        }
    }
    let asked = agreed(&planned);
    let mut done = Done { stopped, ..Done::default() };
    let acts = async {
        // What a command that was cut off has begun is ended, stopped or not.
        archive.repair_since(as_of.minus(EARLIER), as_of, &mut done).await?;
        if count == 0 {
            return Ok(());
        }
        let planned = archive.plan(&asked).await?;
        archive.apply(&planned, None, &mut done).await
    };
    let result = reached.wait(acts);
    let printed = print(&done, arguments.output);
    result?;
    printed?;
    Ok(if done.stopped.is_some() { Exit::CheckFailed } else { exit })
}

/// The same versions again, read anew: what was updated since stays.
fn agreed(planned: &Planned) -> Asked {
    let candidates = || planned.plan.candidates();
    Asked {
        ids: candidates().map(|candidate| candidate.finding_id.clone()).collect(),
        is_sweep: false,
        as_of: planned.plan.as_of,
        claims: true,
        agreed: Some(candidates().map(|candidate| candidate.version_key.clone()).collect()),
    }
}

fn print(done: &Done, format: DoneFormat) -> anyhow::Result<()> {
    match format {
        DoneFormat::Json => stdout::println!("{}", serde_json::to_string(done)?)?,
        DoneFormat::Yaml => object::print(done, true)?,
        DoneFormat::Text => {
            stdout::println!(
                "{} archived, {} taken back at once, {} not shown as archived",
                done.archived,
                done.taken_back,
                done.unverified.len()
            )?;
            if let Some(reason) = &done.stopped {
                stdout::println!("stopped: {reason}")?;
            }
        }
    }
    Ok(())
}
