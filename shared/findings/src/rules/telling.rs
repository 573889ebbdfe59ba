//! What a rule set says on telling beside its routes.

use std::collections::BTreeMap;

use crate::message::NotifyChanges;

/// Destinations are positions in the rule set's list.
#[derive(Debug, Clone, Default)]
pub(super) struct Telling {
    /// Names of accounts by id.
    pub(super) accounts: BTreeMap<String, String>,
    pub(super) notify_changes: NotifyChanges,
    /// Where samples go.
    pub(super) samples: Option<Vec<usize>>,
    /// Where goes what another destination refuses.
    pub(super) fallback: Option<usize>,
}

impl Telling {
    /// Whether anything is sent there by these.
    pub(super) fn names(&self, destination: usize) -> bool {
        self.fallback == Some(destination)
            || self.samples.as_ref().is_some_and(|own| own.contains(&destination))
    }
}
