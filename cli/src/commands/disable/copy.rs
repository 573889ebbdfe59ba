//! A copy of every finding before they go: in a file, or already in the lake.

use std::{fs::OpenOptions, io::Write, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, anyhow};
use platform::guardduty::CHUNK;

use crate::{
    exit::Unusable,
    figures::{counted, so_many},
    history::Connection,
    lake_place, moment,
    operate::{Reach, Seat},
    progress,
    reconciliation::{self, Scope, Tally},
};

/// Writes every finding as GuardDuty has it into a file that is not there yet, and counts.
///
/// # Errors
/// When fewer came than GuardDuty lists: the file stays, and nothing may be destroyed.
pub(super) fn snapshot(reach: &Reach, seat: &Seat, path: &Path) -> anyhow::Result<usize> {
    let unusable = || {
        Unusable(format!(
            "can't write {}; name a new file in a folder that is there",
            path.display()
        ))
    };
    let mut file =
        OpenOptions::new().write(true).create_new(true).open(path).with_context(unusable)?;
    let calls = reach.wait(seat.finding_calls())?;
    let ids = reach.wait(calls.ids()).map_err(|error| seat.told(&error))?;
    let bar = progress::things(ids.len() as u64);
    let mut count = 0;
    for chunk in ids.chunks(CHUNK) {
        for finding in reach.wait(seat.findings_by_id(&calls, chunk))? {
            let line = finding.raw().replace(['\n', '\r'], " ");
            writeln!(file, "{line}").with_context(unusable)?;
            count += 1;
        }
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    file.sync_all().with_context(unusable)?;
    if count == ids.len() {
        return Ok(count);
    }
    Err(anyhow!(
        "GuardDuty in {seat} lists {} and gave {count}; nothing was disabled: delete {} and run the same command again",
        so_many(ids.len(), "finding"),
        path.display()
    ))
}

/// What the lake lacks of GuardDuty's findings, or nothing. What is archived is never exported, so that a lake
/// may lack it for good.
pub(super) fn gap(lake: &str, seat: &Seat) -> anyhow::Result<Option<String>> {
    let connection = Connection::shared(Arc::clone(&seat.aws));
    let opened = lake_place::open_existing(lake, &connection)?;
    let scope =
        Scope { now: moment::now(), since: None, accounts: Vec::new(), regions: Vec::new() };
    let found = reconciliation::api_findings(&opened, &scope, Duration::ZERO, &connection)?;
    let mut total = Tally::default();
    found.accounts.values().for_each(|tally| total.absorb(tally));
    let lacking = total.expected - total.in_lake;
    Ok((lacking > 0).then(|| {
        format!(
            "the lake lacks {lacking} of {} ({} of them archived, which are not exported); write them with --snapshot FILE, or bring them in with `guardsift reconcile --api --fix`",
            counted(total.expected, "finding"),
            total.archived
        )
    }))
}
