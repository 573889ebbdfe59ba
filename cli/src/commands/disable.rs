//! `guardsift disable`: GuardDuty out of one Region for good, with a copy of what goes.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
};

use anyhow::{Context, anyhow};
use serde::Serialize;

use crate::{
    exit::{Exit, Unusable},
    figures::so_many,
    object,
    operate::{Places, Reach, Seat, change::ChangeFormat, refused},
    printable::printable,
    stdout,
    talk::say,
};

mod copy;
mod loss;
mod partings;

use loss::Loss;
use partings::{Parted, Parting};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// First write every finding, archived or not, into this new file as JSON Lines
    #[arg(long, value_name = "FILE", help_heading = "Copy")]
    snapshot: Option<PathBuf>,
    /// First look whether every finding is in this lake: `s3://BUCKET`, or a folder
    #[arg(long, value_name = "LAKE", conflicts_with = "snapshot", help_heading = "Copy")]
    lake: Option<String>,
    /// There is a copy elsewhere of what is worth keeping
    #[arg(long, help_heading = "Copy")]
    i_have_a_copy: bool,
    /// Only say what would be destroyed
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Do not ask for the detector's id
    #[arg(long, requires = "i_have_a_copy")]
    yes: bool,
    /// How to print what is destroyed
    #[arg(long, value_enum, default_value_t = ChangeFormat::Text)]
    output: ChangeFormat,
    #[command(flatten)]
    places: Places,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift disable --region eu-west-1 --dry-run
  guardsift disable --region eu-west-1 --snapshot eu-west-1.jsonl
  guardsift disable --region eu-west-1 --lake s3://my-lake
  guardsift disable --region eu-west-1 --snapshot eu-west-1.jsonl --yes --i-have-a-copy

Findings, filters and settings of the Region are gone afterwards, and no support case brings them
back. `guardsift suspend` costs nothing either and destroys nothing. Exit code 3: it was refused,
because findings would be lost of which there is no copy.";

/// `guardsift.disable/v1`. Its members are a contract.
#[derive(Serialize)]
struct DisableV1<'a> {
    schema: &'static str,
    dry_run: bool,
    #[serde(flatten)]
    loss: &'a Loss,
    snapshot: Option<String>,
    /// So many of the steps were carried out.
    steps_done: usize,
    /// What another account has to do first.
    left_to_others: Option<String>,
    disabled: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let seat = reach.only("GuardDuty is disabled in one place at a time")?;
    let Some(loss) = reach.wait(seat.loss())? else {
        say!("GuardDuty has no detector in {seat}: nothing to disable");
        return Ok(Exit::Success);
    };
    let is_text = arguments.output == ChangeFormat::Text;
    if is_text {
        stdout::print!("{}", loss.text())?;
    } else if !arguments.yes && !arguments.dry_run {
        anstream::eprint!("{}", loss.text());
    }
    let mut told = DisableV1 {
        schema: "guardsift.disable/v1",
        dry_run: arguments.dry_run,
        loss: &loss,
        snapshot: None,
        steps_done: 0,
        left_to_others: None,
        disabled: false,
    };
    let exit = if arguments.dry_run {
        Exit::Success
    } else {
        act(arguments, &reach, seat, &loss, &mut told)?
    };
    if !is_text {
        object::print(&told, arguments.output == ChangeFormat::Yaml)?;
    }
    Ok(exit)
}

fn act(
    arguments: &Arguments,
    reach: &Reach,
    seat: &Seat,
    loss: &Loss,
    told: &mut DisableV1<'_>,
) -> anyhow::Result<Exit> {
    if loss.findings > 0 {
        if let Some(file) = &arguments.snapshot {
            let count = copy::snapshot(reach, seat, file)?;
            say!("{} written to {}", so_many(count, "finding"), file.display());
            told.snapshot = Some(file.display().to_string());
        } else if let Some(lake) = &arguments.lake {
            if let Some(gap) = copy::gap(lake, seat)? {
                anstream::eprintln!("{seat} is not disabled: {gap}");
                return Ok(Exit::CheckFailed);
            }
        } else if !arguments.i_have_a_copy {
            anstream::eprintln!(
                "{seat} is not disabled: {} would be lost; write them with --snapshot FILE, or name the lake that has them with --lake",
                so_many(loss.findings, "finding")
            );
            return Ok(Exit::CheckFailed);
        }
    }
    if !arguments.yes && !is_typed(&loss.detector_id, seat)? {
        anstream::eprintln!("that is not the detector's id: nothing was disabled");
        return Ok(Exit::Success);
    }
    for step in &loss.steps {
        if let Some(elsewhere) = end(reach, seat, loss, step, told.steps_done)? {
            anstream::eprintln!(
                "{seat} can't be disabled yet, {}: {elsewhere}; then run the same command again",
                done(loss, told.steps_done)
            );
            told.left_to_others = Some(elsewhere);
            return Ok(Exit::CheckFailed);
        }
        told.steps_done += 1;
    }
    let deleted = reach.wait(seat.delete_detector(&loss.detector_id));
    deleted.with_context(|| format!("not disabled, {}", done(loss, told.steps_done)))?;
    told.disabled = true;
    say!("GuardDuty is disabled in {seat}");
    Ok(Exit::Success)
}

/// Carries a step out; gives what another account has to do, where it is not this one's.
fn end(
    reach: &Reach,
    seat: &Seat,
    loss: &Loss,
    step: &Parting,
    before: usize,
) -> anyhow::Result<Option<String>> {
    let parted = reach.wait(seat.part(&loss.detector_id, step));
    let parted = parted.with_context(|| format!("not disabled, {}", done(loss, before)))?;
    match parted {
        Parted::Done => {
            say!("{seat}: {}", step.told().0);
            Ok(None)
        }
        Parted::Elsewhere(what) => Ok(Some(what)),
    }
}

/// What of the steps is carried out, for whoever is told of a failure.
fn done(loss: &Loss, count: usize) -> String {
    let steps: Vec<_> = loss.steps.iter().take(count).map(|own| own.told().0).collect();
    if steps.is_empty() {
        "nothing is changed".to_owned()
    } else {
        format!("done so far: {}", steps.join("; "))
    }
}

fn is_typed(detector: &str, seat: &Seat) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        let message = "there is nobody to ask, since standard input is no terminal: look at --dry-run, then say --yes --i-have-a-copy";
        return Err(Unusable(message.to_owned()).into());
    }
    anstream::eprint!("Type the detector's id, {}, to destroy it in {seat}: ", printable(detector));
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == detector)
}

impl Seat {
    async fn delete_detector(&self, id: &str) -> anyhow::Result<()> {
        let answer = self.guardduty().await.delete_detector().detector_id(id).send().await;
        answer.map_err(|error| refused("DeleteDetector", error, self))?;
        match self.detector_id().await? {
            None => Ok(()),
            Some(_) => Err(anyhow!(
                "GuardDuty took the call in {self} and still has a detector; look again with `guardsift status`"
            )),
        }
    }
}
