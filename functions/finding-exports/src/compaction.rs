//! What a schedule asks for: the small files of days that are over become large ones.

use std::time::Duration;

use lake::{Compacted, Compaction, Lake, LakeError};
use platform::{lambda::Scope, now};
use tracing::info;

/// Late exports of a day may come until then.
const OLDER_THAN: Duration = Duration::from_secs(2 * 24 * 3600);
/// Longer than any query runs: Athena ends one after 30 minutes
/// (<https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
const GRACE: Duration = Duration::from_secs(3600);

/// Compacts partition by partition while half of the time is left; the next run goes on.
///
/// # Errors
/// When the lake could not be read or written. What was done before stays right.
pub(crate) async fn compact(lake: &Lake, scope: &Scope) -> Result<Compacted, LakeError> {
    let enough = scope.deadline.remaining() / 2;
    let compaction = Compaction { now: now(), older_than: OLDER_THAN, grace: GRACE, is_dry: false };
    let partitions = compaction.partitions(lake).await?;
    let mut total = Compacted::default();
    for (partition, _) in partitions.iter().filter(|(_, small)| **small > 0) {
        if scope.deadline.remaining() < enough {
            break;
        }
        total += compaction.partition(lake, partition).await?;
    }
    scope.metrics.count("FilesCompacted", total.sources);
    scope.metrics.count("SmallFilesRemoved", total.removed);
    info!(
        files = total.written,
        sources = total.sources,
        rows = total.rows,
        removed = total.removed,
        waiting = total.waiting,
        "compacted"
    );
    Ok(total)
}
