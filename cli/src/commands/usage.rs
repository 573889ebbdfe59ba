//! `guardsift usage`: what GuardDuty costs, by what, and for how long it is still free.

use clap::ValueEnum;
use serde::Serialize;

use crate::{
    exit::Exit,
    moment, object,
    operate::{Places, Seat, detector::none},
    stdout,
    talk::say,
};

mod costs;
mod sheet;

use costs::Costs;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How to print it
    #[arg(long, value_enum, default_value_t = UsageFormat::Table)]
    output: UsageFormat,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UsageFormat {
    /// Aligned columns, dearest first
    Table,
    /// One object, guardsift.usage/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift usage
  guardsift usage --all-regions --output json

GuardDuty counts the last 30 days, in US dollars, and answers nothing for a detector younger than a
week. The month is estimated from that: the days that were counted, times 30, at the same load and the
same price. During the trial the figures are what it would cost.";

/// `guardsift.usage/v1`. Its members are a contract.
#[derive(Serialize)]
struct UsageV1<'a> {
    schema: &'static str,
    assumptions: [&'static str; 3],
    places: &'a [Costs],
    errors: &'a [String],
}

const ASSUMPTIONS: [&str; 3] = [
    "each day of a month costs what a counted day cost on average",
    "a detector of less than 30 days was counted since it was made",
    "no taxes, discounts or volume tiers beyond what GuardDuty itself counts",
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let (mut places, mut errors) = (Vec::new(), Vec::new());
    let is_several = reach.seats.len() > 1;
    for (seat, answer) in reach.each(async |seat| costs(seat, is_several).await) {
        match answer {
            Ok(Some(costs)) => places.push(costs),
            Ok(None) => say!("{seat}: no detector, no costs"),
            Err(error) => errors.push(format!("{error:#}")),
        }
    }
    match arguments.output {
        UsageFormat::Table => {
            stdout::print!("{}", sheet::text(&places))?;
            if !places.is_empty() {
                stdout::println!("assumed:")?;
                ASSUMPTIONS.iter().try_for_each(|own| stdout::println!("  {own}"))?;
            }
        }
        UsageFormat::Json | UsageFormat::Yaml => {
            let object = UsageV1 {
                schema: "guardsift.usage/v1",
                assumptions: ASSUMPTIONS,
                places: &places,
                errors: &errors,
            };
            object::print(&object, arguments.output == UsageFormat::Yaml)?;
        }
    }
    errors.iter().for_each(|error| anstream::eprintln!("{error}"));
    Ok(if errors.is_empty() { Exit::Success } else { Exit::Other })
}

/// Of several Regions, one without a detector is nothing to complain about.
async fn costs(seat: &Seat, is_several: bool) -> anyhow::Result<Option<Costs>> {
    match seat.detector().await? {
        None if is_several => Ok(None),
        None => Err(none(seat)),
        Some(detector) => seat.costs(&detector, moment::now()).await.map(Some),
    }
}
