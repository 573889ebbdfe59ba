//! A sample finding on its way from GuardDuty through the export into the lake, with the time it takes.

use std::{
    collections::BTreeSet,
    io::Read,
    time::{Duration, Instant},
};

use anyhow::{Context, anyhow};
use findings::{ExportLimits, ExportReader, Finding, FindingType, KnownType, Line};
use lake::Versions;
use platform::store::{Listed, Store};
use serde::Serialize;

use super::{
    checks::{Check, fail, pass},
    place::ExportPlace,
};
use crate::{
    figures::counted,
    history::Connection,
    lake_place, moment,
    operate::{Reach, Seat, findings::Selection, refused},
    talk::say,
};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(2);
/// An export object is no larger when nothing but samples is in it.
const MOST_BYTES: usize = 64 << 20;

/// Where the sample was seen, in seconds after it was asked for.
#[derive(Debug, Default, Serialize)]
pub(super) struct Canary {
    finding_id: String,
    #[serde(rename = "type")]
    finding_type: String,
    in_guardduty: Option<f64>,
    in_export: Option<f64>,
    in_lake: Option<f64>,
    export_key: Option<String>,
}

/// The export objects of today and yesterday.
pub(super) async fn exports(seat: &Seat, place: &ExportPlace) -> anyhow::Result<Vec<Listed>> {
    let store = Store::new(seat.aws.clone());
    let mut found = Vec::new();
    let now = moment::now();
    for day in [now.minus(Duration::from_secs(24 * 3600)), now] {
        let prefix = format!(
            "{}AWSLogs/{}/GuardDuty/{}/{}/",
            place.marker().unwrap_or_default(),
            place.account,
            place.region,
            day.date().replace('-', "/")
        );
        let listed = store.list(&place.bucket, &prefix).await;
        found.extend(listed.map_err(|error| {
            anyhow!("{}; allow s3:ListBucket on {}", platform::chain(&error), place.bucket_arn())
        })?);
    }
    Ok(found)
}

/// Reads an export object whole.
pub(super) async fn read(seat: &Seat, place: &ExportPlace, key: &str) -> anyhow::Result<Vec<u8>> {
    let object = Store::new(seat.aws.clone()).get(&place.bucket, key, None, MOST_BYTES).await;
    Ok(object.map_err(|error| anyhow!("{}", platform::chain(&error)))?.bytes.to_vec())
}

/// Makes a sample of a type that has none yet, since only new findings are exported at once.
pub(super) fn fly(
    reach: &Reach,
    seat: &Seat,
    place: &ExportPlace,
    lake: Option<&str>,
    wait: Duration,
) -> anyhow::Result<(Check, Canary)> {
    let selection = Selection::default();
    let chosen = selection.load()?;
    let before = reach.wait(seat.findings(&chosen))?;
    let taken: BTreeSet<&str> = before
        .iter()
        .filter(|own| own.is_sample())
        .filter_map(|own| own.finding_type().map(FindingType::as_str))
        .collect();
    let name = KnownType::all()
        .iter()
        .map(|own| own.name)
        .find(|name| !taken.contains(name) && !name.starts_with("AttackSequence"));
    let name = name.context("there is a sample of every finding type already, and only new findings are exported at once; wait until they are gone after 90 days")?;
    let started = Instant::now();
    let request = async {
        seat.guardduty()
            .await
            .create_sample_findings()
            .detector_id(&place.detector_id)
            .finding_types(name)
            .send()
            .await
    };
    reach.wait(request).map_err(|error| refused("CreateSampleFindings", error, seat))?;
    say!(
        "a sample of {name} was asked for; waiting for it up to {}",
        counted(wait.as_secs().div_ceil(60), "minute")
    );

    let mut canary = Canary { finding_type: name.to_owned(), ..Canary::default() };
    let mut sample: Option<Finding> = None;
    let mut seen = BTreeSet::new();
    let opened = lake.map(|lake| {
        let connection = Connection::shared(seat.aws.clone());
        lake_place::open_existing(lake, &connection).map(|lake| (lake, connection))
    });
    let opened = opened.transpose()?;
    while started.elapsed() < wait {
        let seconds = || Some((started.elapsed().as_secs_f64() * 10.0).round() / 10.0);
        if sample.is_none() {
            let found = reach.wait(seat.findings_of_type(name))?;
            sample = found.into_iter().find(Finding::is_sample);
            if let Some(own) = &sample {
                canary.in_guardduty = seconds();
                canary.finding_id = own.id().to_owned();
            }
        }
        if let Some(own) = &sample {
            if canary.in_export.is_none()
                && let Some(key) = reach.wait(exported(seat, place, own.id(), &mut seen))?
            {
                canary.in_export = seconds();
                canary.export_key = Some(key);
            }
            if let Some((lake, connection)) = &opened
                && canary.in_lake.is_none()
                && canary.in_export.is_some()
            {
                let since = moment::now().minus(Duration::from_secs(2 * 24 * 3600)).date();
                let versions = reach
                    .wait(Versions::since(lake, &since))
                    .map_err(|error| lake_place::explained(&error, connection))?;
                canary.in_lake = versions.holds(&own.version_key()).then(seconds).flatten();
            }
        }
        if canary.in_export.is_some() && (opened.is_none() || canary.in_lake.is_some()) {
            break;
        }
        std::thread::sleep(EVERY.min(wait.saturating_sub(started.elapsed())));
    }
    Ok((judged(&canary, opened.is_some()), canary))
}

/// The key of the object that holds the finding. Objects that were looked into are not read again.
async fn exported(
    seat: &Seat,
    place: &ExportPlace,
    id: &str,
    seen: &mut BTreeSet<String>,
) -> anyhow::Result<Option<String>> {
    for Listed { key, .. } in exports(seat, place).await? {
        if !seen.insert(key.clone()) {
            continue;
        }
        let bytes = read(seat, place, &key).await?;
        if holds(bytes.as_slice(), id) {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

fn holds(bytes: impl Read, id: &str) -> bool {
    let mut reader = ExportReader::new(bytes, ExportLimits::DEFAULT);
    while let Ok(Some(line)) = reader.next_line() {
        if let Line::Findings { findings: found, .. } = line
            && found.iter().any(|own| own.id() == id)
        {
            return true;
        }
    }
    false
}

fn judged(canary: &Canary, wants_lake: bool) -> Check {
    let at = |own: Option<f64>| own.map(|own| format!("{own} s")).unwrap_or_default();
    let name = "canary";
    match (canary.in_guardduty, canary.in_export, canary.in_lake) {
        (None, ..) => fail(
            name,
            "the sample did not come into GuardDuty",
            "look for a filter that suppresses it with `aws guardduty list-filters`",
        ),
        (Some(_), None, _) => fail(
            name,
            format!("in GuardDuty after {}, in no export object", at(canary.in_guardduty)),
            "mend what fails above; a suppressed finding is never exported",
        ),
        (_, Some(_), None) if wants_lake => fail(
            name,
            format!("exported after {}, not in the lake", at(canary.in_export)),
            "look at the queue of finding-exports and its dead letters, and at the pattern of its rule",
        ),
        (_, Some(_), None) => pass(name, format!("exported after {}", at(canary.in_export))),
        (_, Some(_), Some(_)) => pass(
            name,
            format!(
                "exported after {}, in the lake after {}",
                at(canary.in_export),
                at(canary.in_lake)
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_where_it_was_lost_is_said() {
        let canary = |in_export, in_lake| Canary {
            in_guardduty: Some(1.0),
            in_export,
            in_lake,
            ..Canary::default()
        };
        assert!(judged(&canary(None, None), true).why.contains("in no export object"));
        assert!(judged(&canary(Some(2.0), None), true).why.contains("not in the lake"));
        assert_eq!(judged(&canary(Some(2.0), None), false).fix, None);
        assert!(
            judged(&canary(Some(2.0), Some(3.5)), true).why.contains("in the lake after 3.5 s")
        );
    }
}
