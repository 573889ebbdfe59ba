//! `guardsift samples`: GuardDuty's sample findings, which go the way of real ones, and a self-test with them.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{anyhow, bail};
use findings::{Finding, FindingType, KnownType};
use platform::guardduty::CHUNK;

use crate::{
    exit::Exit,
    figures::so_many,
    operate::{
        Change, Consent, Places, Seat, change::Plan, detector::none, findings::Selection, refused,
    },
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A finding type; may be repeated [default: one sample of every type]
    #[arg(value_name = "TYPE", value_parser = known)]
    types: Vec<String>,
    /// Look whether each sample came, and archive every sample that is open
    #[arg(long)]
    self_test: bool,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift samples Recon:EC2/PortProbeUnprotectedPort
  guardsift samples --region eu-west-1 --yes
  guardsift samples --self-test Recon:EC2/Portscan CryptoCurrency:EC2/BitcoinTool.B

Samples are findings like others: whoever is told of findings is told of them. Rules know them by
service.additionalInfo.sample, and archive none that no rule names. --self-test archives only samples.";

/// A sample is there at once or within this time.
const PATIENCE: Duration = Duration::from_secs(60);

fn known(text: &str) -> Result<String, String> {
    if KnownType::named(text).is_some() {
        return Ok(text.to_owned());
    }
    let family = text.split(['/', ':']).next().unwrap_or_default();
    let near = KnownType::all().iter().map(|own| own.name).filter(|name| name.starts_with(family));
    let near: Vec<_> = near.take(5).collect();
    Err(if near.is_empty() || family.is_empty() {
        "GuardDuty has no such finding type; write one such as Recon:EC2/Portscan".to_owned()
    } else {
        format!("GuardDuty has no such finding type; there are {}, …", near.join(", "))
    })
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let types = &arguments.types;
    let plan = Plan::of(&reach, async |seat| {
        let detector = seat.detector().await?.ok_or_else(|| none(seat))?;
        if !detector.enabled {
            bail!(
                "GuardDuty is suspended in {seat} and makes no samples; resume it with `guardsift resume`"
            );
        }
        Ok((changes(types, arguments.self_test), detector.id))
    });
    plan.carry_out(&reach, &arguments.consent, async |seat, detector| {
        make(seat, detector, types).await?;
        if arguments.self_test { self_test(seat, types).await } else { Ok(()) }
    })
}

fn changes(types: &[String], self_test: bool) -> Vec<Change> {
    let to = if self_test { "made and looked for" } else { "made" };
    let change = |name: &str| Change::new(name, "–", to);
    let mut changes = if types.is_empty() {
        vec![change("a sample of every finding type")]
    } else {
        types.iter().map(|name| change(&format!("a sample of {name}"))).collect()
    };
    if self_test {
        changes.push(Change::new("every sample, also earlier ones", "open", "archived"));
    }
    changes
}

async fn make(seat: &Seat, detector: &str, types: &[String]) -> anyhow::Result<()> {
    let mut chunks: Vec<Option<Vec<String>>> =
        types.chunks(CHUNK).map(|chunk| Some(chunk.to_vec())).collect();
    if chunks.is_empty() {
        chunks.push(None);
    }
    for chunk in chunks {
        let request = seat.guardduty().await.create_sample_findings().detector_id(detector);
        let answer = request.set_finding_types(chunk).send().await;
        answer.map_err(|error| refused("CreateSampleFindings", error, seat))?;
    }
    Ok(())
}

/// Waits until each type has a sample, and archives all samples that are open.
async fn self_test(seat: &Seat, types: &[String]) -> anyhow::Result<()> {
    let selection = Selection::default().of_state(false);
    let chosen = selection.load()?;
    let started = std::time::Instant::now();
    let samples: Vec<Finding> = loop {
        let mut open = seat.findings(&chosen).await?;
        open.retain(Finding::is_sample);
        let found: BTreeSet<&str> =
            open.iter().filter_map(|own| own.finding_type().map(FindingType::as_str)).collect();
        let missing: Vec<_> = types.iter().filter(|name| !found.contains(name.as_str())).collect();
        if missing.is_empty() && !open.is_empty() {
            break open;
        }
        if started.elapsed() >= PATIENCE {
            let names: Vec<_> = missing.iter().map(|name| name.as_str()).collect();
            bail!(
                "no sample came in {seat} within {} s of {}; look for a filter that suppresses it with `aws guardduty list-filters`",
                PATIENCE.as_secs(),
                if names.is_empty() { "any type".to_owned() } else { names.join(", ") }
            );
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    };
    let calls = seat.finding_calls().await?;
    let ids: Vec<String> = samples.iter().map(|own| own.id().to_owned()).collect();
    for chunk in ids.chunks(CHUNK) {
        calls.archive(chunk).await.map_err(|error| seat.told(&error))?;
    }
    let left = seat.findings_by_id(&calls, &ids).await?;
    let left = left.iter().filter(|own| own.archived() == Some(false)).count();
    if left > 0 {
        return Err(anyhow!(
            "still open in {seat}: {}; archive what is left with `guardsift findings archive`",
            so_many(left, "sample")
        ));
    }
    say!("{seat}: {} seen and archived again", so_many(ids.len(), "sample"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_of_a_self_test_names_what_it_archives() {
        let types = ["Recon:EC2/Portscan".to_owned()];
        let made = changes(&types, false);
        assert_eq!(made, [Change::new("a sample of Recon:EC2/Portscan", "–", "made")]);
        let tested = changes(&types, true);
        assert_eq!(tested.last().map(|own| own.to.as_str()), Some("archived"), "{tested:?}");
        assert_eq!((changes(&[], false).len(), tested.len()), (1, 2));
    }
}
