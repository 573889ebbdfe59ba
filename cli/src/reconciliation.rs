//! What should be in the lake against what is: export objects against the sources it holds, and
//! GuardDuty's findings against their versions.

use std::{collections::BTreeMap, time::Duration};

use findings::Timestamp;
use lake::{Inventory, Lake, Partition, source_id};
use platform::store::{Listed, Store};
use serde::Serialize;

use crate::{
    exit::Unusable,
    figures::so_many,
    history::{self, Connection, Source},
    lake_place,
    printable::printable,
};

mod api;
pub(crate) mod queue;

pub(crate) use api::api_findings;

/// What is asked.
pub(crate) struct Scope {
    pub(crate) now: Timestamp,
    /// The first day, `YYYY-MM-DD`.
    pub(crate) since: Option<String>,
    /// Empty for all.
    pub(crate) accounts: Vec<String>,
    /// Empty for all.
    pub(crate) regions: Vec<String>,
}

/// How many of something there are, and where they are. `expected` is the sum of the others.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    pub(crate) expected: u64,
    pub(crate) in_lake: u64,
    /// Export objects that give nothing, with a note of why.
    pub(crate) in_quarantine: u64,
    /// So young that they may be on their way.
    pub(crate) pending: u64,
    /// Findings that are archived: GuardDuty does not export what happens to them then.
    pub(crate) archived: u64,
    pub(crate) missing: u64,
}

/// Export objects per partition, and those that are missing.
#[derive(Debug, Default)]
pub(crate) struct Exports {
    pub(crate) days: BTreeMap<Partition, Tally>,
    pub(crate) missing: Vec<Source>,
}

impl Scope {
    fn asks_for(&self, region: &str, account: &str) -> bool {
        let is_named =
            |names: &[String], own| names.is_empty() || names.iter().any(|name| name == own);
        is_named(&self.regions, region) && is_named(&self.accounts, account)
    }
}

impl Tally {
    /// In percent of what had time to arrive and is exported at all. Of nothing there is none.
    pub(crate) fn completeness(&self) -> Option<f64> {
        let due = self.expected - self.pending - self.archived;
        (due > 0).then(|| 100.0 * (due - self.missing) as f64 / due as f64)
    }

    pub(crate) fn absorb(&mut self, other: &Self) {
        self.expected += other.expected;
        self.in_lake += other.in_lake;
        self.in_quarantine += other.in_quarantine;
        self.pending += other.pending;
        self.archived += other.archived;
        self.missing += other.missing;
    }
}

/// An export object that was listed.
struct Exported {
    partition: Partition,
    listed: Listed,
}

/// Compares the export objects below `bucket/prefix` with the sources that the lake holds. The
/// exports are listed first, so that what arrives meanwhile is not missed.
pub(crate) fn exports(
    (bucket, prefix): (&str, &str),
    lake: &Lake,
    scope: &Scope,
    settle: Duration,
    connection: &Connection,
) -> anyhow::Result<Exports> {
    let runtime = connection.runtime()?;
    let store = Store::new(connection.aws().clone());
    let (mut objects, mut asked_for) = (0, 0);
    let mut exported = Vec::new();
    let listing = store.list_each(bucket, prefix, |listed| {
        objects += 1;
        if let Some((partition, _)) = Partition::of_export_below(&listed.key)
            && scope.asks_for(&partition.region, &partition.account)
        {
            asked_for += 1;
            if scope.since.as_ref().is_none_or(|since| partition.date >= *since) {
                exported.push(Exported { partition, listed });
            }
        }
    });
    runtime.block_on(listing).map_err(|error| {
        history::store_explained(
            &error,
            connection,
            &format!("s3:ListBucket on arn:aws:s3:::{bucket}"),
        )
    })?;
    if asked_for == 0 {
        let place = format!("s3://{bucket}/{prefix}");
        return Err(Unusable(nothing_exported(&place, objects, scope)).into());
    }
    let region = match scope.regions.as_slice() {
        [region] => Some(region.as_str()),
        _ => None,
    };
    let inventory = runtime.block_on(Inventory::of(lake, region, scope.since.as_deref()));
    let inventory = inventory.map_err(|error| lake_place::explained(&error, connection))?;
    Ok(compared(bucket, exported, &inventory, scope.now, settle))
}

/// A mistyped prefix, account or Region must not prove that all is well.
fn nothing_exported(place: &str, objects: usize, scope: &Scope) -> String {
    let mut whose = String::new();
    for (what, names) in [("account", &scope.accounts), ("Region", &scope.regions)] {
        if !names.is_empty() {
            whose.push_str(&format!(" of {what} {}", names.join(", ")));
        }
    }
    format!(
        "{} has {}, none of which is an export object{}, whose key has AWSLogs/ACCOUNT/GuardDuty/REGION/; check the prefix, --account and --region",
        printable(place),
        so_many(objects, "object"),
        printable(&whose)
    )
}

fn compared(
    bucket: &str,
    exported: Vec<Exported>,
    inventory: &Inventory,
    now: Timestamp,
    settle: Duration,
) -> Exports {
    let mut found = Exports::default();
    for Exported { partition, listed } in exported {
        let id = source_id(bucket, &listed.key, listed.etag.as_deref().unwrap_or_default());
        let tally = found.days.entry(partition).or_default();
        tally.expected += 1;
        let is_young = || listed.modified.is_some_and(|written| now.since(written) < settle);
        if inventory.holds(&id) {
            tally.in_lake += 1;
        } else if inventory.notes(&id) {
            tally.in_quarantine += 1;
        } else if is_young() {
            tally.pending += 1;
        } else {
            tally.missing += 1;
            let Listed { key, size, etag, .. } = listed;
            found.missing.push(Source::Object { bucket: bucket.to_owned(), key, size, etag });
        }
    }
    found
}

#[cfg(test)]
mod tests;
