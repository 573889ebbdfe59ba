//! Whether GuardDuty still exports, which each sweep asks: what it stops exporting never reaches the lake, and no event
//! says so.

use platform::{
    Metrics, chain,
    guardduty::{Exporting, GuardDuty},
};
use tracing::warn;

/// Counts destinations that GuardDuty does not publish to. That there is none, and that it can't be known, count
/// as one.
pub(crate) async fn tell(guardduty: &GuardDuty, metrics: &Metrics) {
    let silent = match guardduty.exporting().await {
        Ok(exporting) => silent(exporting),
        Err(error) => {
            warn!(error = chain(&error), "whether GuardDuty exports can't be known");
            1
        }
    };
    metrics.count("NotExporting", silent);
}

fn silent(exporting: Exporting) -> u64 {
    let is_none = exporting.publishing == 0 && exporting.silent == 0;
    if is_none { 1 } else { exporting.silent as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_destination_at_all_exports_nothing() {
        for (publishing, silent_ones, expected) in [(1, 0, 0), (1, 1, 1), (0, 2, 2), (0, 0, 1)] {
            let exporting = Exporting { publishing, silent: silent_ones };
            assert_eq!(silent(exporting), expected, "{exporting:?}");
        }
    }
}
