//! Rules whose time is over are counted when a rule set comes into use, not for every finding.

use std::sync::{Arc, Mutex, PoisonError};

use findings::RuleSet;
use platform::{Metrics, now};

/// The rule set that was counted last, and how many of its rules were over.
#[derive(Debug, Default)]
pub(crate) struct Expired(Mutex<(String, usize)>);

impl Expired {
    /// Hands the rules on. A rule that has expired no longer decides, which must not go unnoticed:
    /// counted anew when there are others or one more is over.
    pub(crate) fn counted(&self, rules: Arc<RuleSet>, metrics: &Metrics) -> Arc<RuleSet> {
        let over = rules.expired(now()).count();
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if (last.0.as_str(), last.1) != (rules.hash(), over) {
            metrics.count("ExpiredRules", over as u64);
            *last = (rules.hash().to_owned(), over);
        }
        rules
    }
}
