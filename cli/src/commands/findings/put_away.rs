//! `guardsift findings archive` and `unarchive`: by hand, with a look before and after.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use anyhow::anyhow;
use findings::{Finding, FindingType};
use platform::guardduty::CHUNK;

use crate::{
    exit::{Exit, Unusable},
    operate::{Change, Consent, Places, Seat, change::Plan, findings::Selection},
    printable::printable,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The findings; or choose them by what they are
    #[arg(value_name = "FINDING_ID")]
    ids: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

pub(super) const ARCHIVE_EXAMPLES: &str = "\
Examples:
  guardsift findings archive 12ee67e50f09d8af4180b9c8af947329
  guardsift findings archive --where 'severity < 4 and type ~ \"Recon:*\"' --older-than 7d --dry-run
  guardsift findings archive --where 'service.additionalInfo.sample = true' --yes

Archiving by hand is not in the ledger and `guardsift undo` does not take it back; `guardsift findings
unarchive` does. Only the administrator account may archive. Security Hub is told nothing of it.";

pub(super) const UNARCHIVE_EXAMPLES: &str = "\
Examples:
  guardsift findings unarchive 12ee67e50f09d8af4180b9c8af947329
  guardsift findings unarchive --where 'type = \"Recon:EC2/Portscan\"' --dry-run";

/// Archives what is open, or takes back what is archived.
pub(super) fn run(arguments: &Arguments, archived: bool) -> anyhow::Result<Exit> {
    let Arguments { ids, selection, consent, places } = arguments;
    if ids.is_empty() && selection.is_empty() {
        let message = "no finding was named: give ids, or choose with --where, --rule, --older-than or --severity";
        return Err(Unusable(message.to_owned()).into());
    }
    if selection.asks_for(archived) {
        let (flag, state) = if archived { ("--archived", "archived") } else { ("--open", "open") };
        return Err(Unusable(format!("{flag} chooses findings that are {state} already")).into());
    }
    let selection = selection.of_state(!archived);
    let chosen = selection.load()?;
    let reach = places.reach()?;
    let unknown: Mutex<BTreeSet<String>> = Mutex::new(ids.iter().cloned().collect());
    let plan = Plan::of(&reach, async |seat| {
        let found = if ids.is_empty() {
            seat.findings(&chosen).await?
        } else {
            let mut found = seat.findings_by_id(&seat.finding_calls().await?, ids).await?;
            let mut unknown = unknown.lock().unwrap_or_else(PoisonError::into_inner);
            for finding in &found {
                unknown.remove(finding.id());
            }
            found.retain(|finding| chosen.holds(finding));
            found
        };
        let changes = found.iter().map(|finding| change(finding, archived)).collect();
        Ok((changes, found.iter().map(|finding| finding.id().to_owned()).collect::<Vec<_>>()))
    });
    // GuardDuty says nothing of an id that it does not know: a slip of the pen must not look like done.
    let unknown = unknown.into_inner().unwrap_or_else(PoisonError::into_inner);
    if plan.failures.is_empty()
        && let Some(id) = unknown.first()
    {
        let message = format!(
            "GuardDuty knows no finding {id} in the places that were asked; nothing was done. It keeps findings for 90 days: check the id, and the Region and account"
        );
        return Err(Unusable(message).into());
    }
    plan.carry_out(&reach, consent, async |seat, ids| act(seat, ids, archived).await)
}

fn change(finding: &Finding, archived: bool) -> Change {
    let severity = finding.severity().map(|own| own.to_string()).unwrap_or_default();
    let finding_type = finding.finding_type().map_or("–", FindingType::as_str);
    let what = format!("{severity} {finding_type} {}", finding.id());
    let (from, to) = if archived { ("open", "archived") } else { ("archived", "open") };
    Change::new(what.trim_start(), from, to)
}

/// GuardDuty answers with success for what it did not do, so the findings are looked at again.
async fn act(seat: &Seat, ids: &[String], archived: bool) -> anyhow::Result<()> {
    let calls = seat.finding_calls().await?;
    for (number, chunk) in ids.chunks(CHUNK).enumerate() {
        let result =
            if archived { calls.archive(chunk).await } else { calls.unarchive(chunk).await };
        result.map_err(|error| {
            let error = seat.told(&error);
            anyhow!("{error} ({} of {} were done before)", number * CHUNK, ids.len())
        })?;
    }
    let now = seat.findings_by_id(&calls, ids).await?;
    let left: Vec<_> = now.iter().filter(|own| own.archived() == Some(!archived)).collect();
    match left.first() {
        None => Ok(()),
        Some(first) => Err(anyhow!(
            "GuardDuty took the call in {seat} and left {} of {} as they were, the first is {}; run the same command again",
            left.len(),
            ids.len(),
            printable(first.id())
        )),
    }
}
