//! GuardDuty's own findings against the versions in the lake.

use std::{collections::BTreeMap, time::Duration};

use anyhow::anyhow;
use findings::{Record, decode};
use lake::{Lake, Sorted, Sorting, Versions};
use platform::chain;
use sha2::{Digest, Sha256};

use super::{Scope, Tally};
use crate::{
    history::{self, Connection, Opened, Source},
    lake_place,
    printable::printable,
};

/// GuardDuty keeps a finding for 90 days after its last change; the export of that change may lie
/// in the day before.
const KEPT: Duration = Duration::from_secs(92 * 24 * 3600);

/// Findings per Region and account, and those whose newest version is missing.
pub(crate) struct ApiFindings {
    pub(crate) accounts: BTreeMap<(String, String), Tally>,
    /// Those that are missing, ready to be written.
    pub(crate) missing: Sorted,
}

/// Compares every finding that GuardDuty still keeps with the lake. What changed within `delay`
/// before now may not have been exported yet.
pub(crate) fn api_findings(
    lake: &Lake,
    scope: &Scope,
    delay: Duration,
    connection: &Connection,
) -> anyhow::Result<ApiFindings> {
    let versions =
        connection.runtime()?.block_on(Versions::since(lake, &scope.now.minus(KEPT).date()));
    let versions = versions.map_err(|error| lake_place::explained(&error, connection))?;
    let Opened::Texts(texts) = history::open(&Source::Api, connection)? else {
        return Err(anyhow!("GuardDuty gave no findings"));
    };
    let mut accounts: BTreeMap<_, Tally> = BTreeMap::new();
    let mut sorting = Sorting::new("guardduty").map_err(|error| anyhow!("{}", chain(&error)))?;
    let mut digest = Sha256::new();
    for text in texts {
        let (number, text) = text?;
        for record in decode(text.as_bytes()) {
            let finding = match record {
                Record::Finding(finding) => finding,
                // Whatever it is, it can't be said that the lake has it.
                Record::Unreadable(reason) => {
                    let reason = chain(&reason);
                    return Err(anyhow!(
                        "GuardDuty gave a finding that can't be read: {}",
                        printable(&reason)
                    ));
                }
                Record::Event(_) => continue,
            };
            let region = finding.region().unwrap_or("unknown").to_owned();
            let account = finding.account_id().unwrap_or("unknown").to_owned();
            let is_outside = scope.since.as_ref().is_some_and(|since| {
                finding.updated_at().is_some_and(|moment| moment.date() < *since)
            });
            if is_outside || !scope.asks_for(&region, &account) {
                continue;
            }
            let tally = accounts.entry((region, account)).or_default();
            tally.expected += 1;
            if versions.holds(&finding.version_key()) {
                tally.in_lake += 1;
            } else if finding.archived() == Some(true) {
                tally.archived += 1;
            } else if finding.updated_at().is_some_and(|moment| scope.now.since(moment) < delay) {
                tally.pending += 1;
            } else {
                tally.missing += 1;
                digest.update(finding.version_key().as_str());
                let kept = sorting.text(number, 0, text.as_bytes());
                kept.map_err(|error| anyhow!("{}", chain(&error)))?;
            }
        }
    }
    let missing = sorting.finish(&hex::encode(digest.finalize()));
    Ok(ApiFindings { accounts, missing: missing.map_err(|error| anyhow!("{}", chain(&error)))? })
}
