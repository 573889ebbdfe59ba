//! `guardsift export doctor`: why findings do not arrive, and what to do.

use std::time::Duration;

use clap::{ValueEnum, builder::styling::AnsiColor};
use serde::Serialize;

use super::{
    bucket::Asked,
    canary,
    checks::{self, Check, Newest, Seen, Verdict, fail},
    place::ExportPlace,
};
use crate::{
    exit::Exit,
    figures::so_many,
    moment, object,
    operate::{
        Places, Seat,
        aligned::{Cell, aligned},
        detector::none,
        health::Destination,
    },
    stdout,
    talk::say,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Then create a sample finding, and wait until it is in an export object and in the lake
    #[arg(long)]
    canary: bool,
    /// The lake that the sample shall come into: `s3://BUCKET`
    #[arg(long, value_name = "LAKE", requires = "canary")]
    lake: Option<String>,
    /// How long to wait for the sample
    #[arg(long, default_value = "15m", value_name = "AGE", value_parser = moment::age, requires = "canary")]
    wait: Duration,
    /// How to print it
    #[arg(long, value_enum, default_value_t = DoctorFormat::Table)]
    output: DoctorFormat,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DoctorFormat {
    /// Aligned columns
    Table,
    /// One object, guardsift.export-doctor/v1
    Json,
    /// The same as YAML
    Yaml,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift export doctor --region eu-west-1
  guardsift export doctor --region eu-west-1 --canary --lake s3://my-lake
  guardsift export doctor --output json

It changes nothing; --canary makes one sample finding. Exit code 3: a check failed. What these
credentials may not look at is unknown, which is no failure.";

/// `guardsift.export-doctor/v1`. Its members are a contract.
#[derive(Serialize)]
struct DoctorV1<'a> {
    schema: &'static str,
    account: Option<&'a str>,
    region: &'a str,
    destination: Option<&'a Destination>,
    checks: &'a [Check],
    canary: Option<&'a canary::Canary>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let seat = reach.only("one export is examined at a time")?;
    let (mut checks, examined) = reach.wait(examine(seat))?;
    let is_text = arguments.output == DoctorFormat::Table;
    if is_text {
        stdout::print!("{}", text(&checks))?;
    }
    let mut canary = None;
    if arguments.canary
        && let Some((place, _)) = &examined
    {
        match canary::fly(&reach, seat, place, arguments.lake.as_deref(), arguments.wait) {
            Ok((check, flown)) => {
                if is_text {
                    stdout::print!("{}", text(std::slice::from_ref(&check)))?;
                }
                checks.push(check);
                canary = Some(flown);
            }
            Err(error) => {
                let check = fail("canary", format!("{error:#}"), "see what was said");
                if is_text {
                    stdout::print!("{}", text(std::slice::from_ref(&check)))?;
                }
                checks.push(check);
            }
        }
    }
    if !is_text {
        let object = DoctorV1 {
            schema: "guardsift.export-doctor/v1",
            account: seat.account.as_deref(),
            region: &seat.region,
            destination: examined.as_ref().map(|(_, destination)| destination),
            checks: &checks,
            canary: canary.as_ref(),
        };
        object::print(&object, arguments.output == DoctorFormat::Yaml)?;
    }
    let failed = checks.iter().filter(|own| own.verdict == Verdict::Fail).count();
    let open = checks.iter().filter(|own| own.verdict == Verdict::Unknown).count();
    let looked_at = so_many(checks.len(), "check");
    say!("{seat}: {looked_at}, {failed} failed, {open} unknown");
    Ok(if failed == 0 { Exit::Success } else { Exit::CheckFailed })
}

type Examined = (ExportPlace, Destination);

async fn examine(seat: &Seat) -> anyhow::Result<(Vec<Check>, Option<Examined>)> {
    let detector = seat.detector().await?.ok_or_else(|| none(seat))?;
    let Some(destination) = seat.destination(&detector.id).await? else {
        let fix =
            format!("guardsift export setup --region {} --bucket NAME --key-arn ARN", seat.region);
        return Ok((vec![fail("destination", "findings are exported nowhere", fix)], None));
    };
    let arn = destination.arn.clone().unwrap_or_default();
    let path = arn.splitn(6, ':').nth(5).unwrap_or_default().to_owned();
    let (bucket, prefix) = path.split_once('/').unwrap_or((&path, ""));
    let account = seat.account.clone().unwrap_or_default();
    let place = ExportPlace {
        bucket: bucket.to_owned(),
        prefix: prefix.trim_matches('/').to_owned(),
        ..ExportPlace::new(
            seat,
            &account,
            &detector.id,
            destination.key_arn.as_deref().unwrap_or_default(),
        )
    };
    let owner = destination.expected_bucket_owner.as_deref();
    let now = seat.bucket(&place.bucket, place.marker().as_deref(), owner).await;
    let newest = newest(seat, &place).await;
    let key = seat.key(&place.key_arn).await;
    let seen = Seen {
        place: &place,
        detector: &detector,
        destination: &destination,
        bucket: &now,
        key: &key,
        newest: &newest,
    };
    Ok((checks::all(&seen), Some((place, destination))))
}

/// The newest of the last days' export objects, and whether it can be read.
async fn newest(seat: &Seat, place: &ExportPlace) -> Asked<Newest> {
    let mut listed = canary::exports(seat, place).await.map_err(|error| format!("{error:#}"))?;
    listed.sort_by_key(|own| own.modified);
    let Some(last) = listed.pop() else { return Ok(None) };
    let read = canary::read(seat, place, &last.key).await;
    Ok(Some(Newest {
        modified: last.modified,
        key: last.key,
        unreadable: read.err().map(|error| format!("{error:#}")),
    }))
}

fn text(checks: &[Check]) -> String {
    let mut rows = Vec::new();
    for check in checks {
        let (word, colour) = match check.verdict {
            Verdict::Pass => ("pass", AnsiColor::Green),
            Verdict::Fail => ("FAIL", AnsiColor::Red),
            Verdict::Unknown => ("unknown", AnsiColor::Yellow),
        };
        rows.push(vec![
            Cell::new(word).colour(colour),
            Cell::new(check.name),
            Cell::new(&check.why),
        ]);
        if let Some(fix) = &check.fix {
            rows.push(vec![Cell::new(""), Cell::new(""), Cell::new(format!("→ {fix}"))]);
        }
    }
    aligned(&rows)
}
