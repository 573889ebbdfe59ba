//! `guardsift status`: GuardDuty in all Regions side by side.

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    exit::Exit,
    object,
    operate::{
        Places,
        health::{Destination, Health, State},
    },
    stdout,
};

mod covered;
mod sheet;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    places: Places,
    /// Also count what runtime monitoring covers, and name what it does not
    #[arg(long)]
    coverage: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = StatusFormat::Table)]
    output: StatusFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    /// Aligned columns: Regions side by side, or below each other where they are many
    Table,
    /// One object, guardsift.status/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift status
  guardsift status --region eu-west-1 --region us-east-1
  guardsift status --all-regions --output json
  guardsift status --region eu-west-1 --coverage
  guardsift status --account 444455556666 --role-name SecurityAudit --all-regions

It changes nothing. Exit code 3: a detector can't export its findings; 255: somewhere GuardDuty did
not say how it is.";

#[derive(Serialize)]
struct StatusV1<'a> {
    schema: &'static str,
    places: &'a [Health],
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let mut places = Vec::new();
    for (_, answer) in reach.each(async |seat| seat.health(arguments.coverage).await) {
        places.push(answer?);
    }
    match arguments.output {
        StatusFormat::Table => {
            stdout::print!("{}{}", sheet::text(&places), covered::text(&places))?;
        }
        StatusFormat::Json | StatusFormat::Yaml => {
            let object = StatusV1 { schema: "guardsift.status/v1", places: &places };
            object::print(&object, arguments.output == StatusFormat::Yaml)?;
        }
    }
    for error in places.iter().flat_map(|place| &place.errors) {
        anstream::eprintln!("{error}");
    }
    Ok(exit(&places))
}

fn exit(places: &[Health]) -> Exit {
    let is_stuck = |place: &Health| place.destination.iter().flatten().any(Destination::is_stuck);
    if places.iter().any(|place| place.state == State::Unknown || !place.errors.is_empty()) {
        Exit::Other
    } else if places.iter().any(is_stuck) {
        Exit::CheckFailed
    } else {
        Exit::Success
    }
}
