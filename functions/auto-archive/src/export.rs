//! Whether GuardDuty still exports, which each sweep asks: what it stops exporting never reaches the lake, and no event
//! says so.

use platform::{Metrics, chain, guardduty::GuardDuty};
use tracing::warn;

/// Counts what is missing of the export. That it can't be known counts as one.
pub(crate) async fn tell(guardduty: &GuardDuty, metrics: &Metrics) {
    let missing = match guardduty.exporting().await {
        Ok(exporting) => exporting.missing() as u64,
        Err(error) => {
            warn!(error = chain(&error), "whether GuardDuty exports can't be known");
            1
        }
    };
    metrics.count("NotExporting", missing);
}
