//! What auto-archive has done with a finding before it came back: part of the story, and sometimes the
//! reason to tell it.

use archive::{ArchiveError, Ledger};
use findings::{Action, Decision, Finding, message::ArchivedBefore};
use platform::{Metrics, RecordFailure, chain};
use tracing::warn;

/// What rules have archived of the finding before, on which this was decided. Nothing is asked about one
/// that lies in the archive.
///
/// # Errors
/// When a rule archives the finding and the ledger, which alone knows whether it stays open all the
/// same, can't be read. Of a finding that is told anyway only the story is missing then.
pub(crate) async fn archived_before(
    ledger: Ledger<'_>,
    decision: &Decision<'_>,
    finding: &Finding,
    metrics: &Metrics,
) -> Result<Option<ArchivedBefore>, RecordFailure> {
    if finding.archived() == Some(true) || finding.is_sample() {
        return Ok(None);
    }
    let archives = decision.rule.filter(|_| decision.action == Action::Archive);
    if archives.is_none() && decision.action != Action::Notify {
        return Ok(None);
    }
    match ledger.archived_before(archives, finding).await {
        Ok(before) => Ok(before),
        Err(error) if archives.is_none() => {
            metrics.count("LedgerUnavailable", 1);
            warn!(error = chain(&error), "told without what was archived before");
            Ok(None)
        }
        Err(error) => {
            let systemic = match &error {
                ArchiveError::Ledger(call) => call.systemic(),
                _ => None,
            };
            Err(match systemic {
                Some(kind) => RecordFailure::systemic(kind, error),
                None => RecordFailure::alone(error),
            })
        }
    }
}
