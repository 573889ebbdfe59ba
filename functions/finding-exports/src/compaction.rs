//! What a schedule asks for: the small files of days that are over become large ones.

use lake::{Compacted, Compaction, Lake, LakeError};
use platform::{chain, lambda::Scope, now};
use tracing::{info, warn};

/// Compacts partition by partition while half of the time is left; the next run goes on.
///
/// # Errors
/// When the lake could not be listed, and after all partitions when one could not be read or written: the
/// first of those errors. What was done stays right.
pub(crate) async fn compact(lake: &Lake, scope: &Scope) -> Result<Compacted, LakeError> {
    let enough = scope.deadline.remaining() / 2;
    let compaction = Compaction {
        now: now(),
        older_than: Compaction::OLDER_THAN,
        grace: Compaction::GRACE,
        is_dry: false,
    };
    let partitions = compaction.partitions(lake).await?;
    let (mut total, mut failed) = (Compacted::default(), None);
    for (partition, _) in partitions.iter().filter(|(_, small)| **small > 0) {
        if scope.deadline.remaining() < enough {
            break;
        }
        match compaction.partition(lake, partition).await {
            Ok(done) => total += done,
            Err(error) => {
                warn!(partition = partition.folder(), error = chain(&error), "not compacted");
                failed.get_or_insert(error);
            }
        }
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
    failed.map_or(Ok(total), Err)
}
