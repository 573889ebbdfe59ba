//! Findings as GuardDuty has them now, and looking again until it shows what it was told.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use findings::{Finding, Record, decode};
use futures::{StreamExt, TryStreamExt, stream};
use platform::guardduty::{CHUNK, GuardDuty, GuardDutyError};
use tracing::warn;

/// Calls of `GetFindings` that are under way at once: GuardDuty throttles long before S3 does.
const READS: usize = 4;

/// How often, and after which pauses, findings are looked at again. GuardDuty may take a moment to
/// show what it was told.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(500), Duration::from_secs(2)];

/// The findings as GuardDuty has them now. Unknown ids are absent.
pub(crate) async fn read(
    guardduty: &GuardDuty,
    ids: &[String],
) -> Result<Vec<Finding>, GuardDutyError> {
    let chunks = ids.chunks(CHUNK).map(|chunk| guardduty.findings(chunk));
    let answers: Vec<Vec<Bytes>> = stream::iter(chunks).buffered(READS).try_collect().await?;
    let records = answers.iter().flatten().flat_map(|answer| decode(answer));
    Ok(records
        .filter_map(|record| match record {
            Record::Finding(finding) => Some(*finding),
            Record::Event(_) => None,
            Record::Unreadable(reason) => {
                warn!(
                    reason = platform::chain(&reason),
                    "GuardDuty sent a finding that cannot be read; it stays as it is"
                );
                None
            }
        })
        .collect())
}

/// The findings among these that GuardDuty shows as archived, or as open, by id.
pub(crate) async fn seen(
    guardduty: &GuardDuty,
    ids: &[String],
    archived: bool,
) -> Result<HashMap<String, Finding>, GuardDutyError> {
    let mut seen = HashMap::new();
    for pause in LOOKS {
        let missing: Vec<String> =
            ids.iter().filter(|id| !seen.contains_key(*id)).cloned().collect();
        if missing.is_empty() {
            break;
        }
        tokio::time::sleep(pause).await;
        let copies = read(guardduty, &missing).await?;
        let as_told = copies.into_iter().filter(|copy| copy.archived() == Some(archived));
        seen.extend(as_told.map(|copy| (copy.id().to_owned(), copy)));
    }
    Ok(seen)
}
