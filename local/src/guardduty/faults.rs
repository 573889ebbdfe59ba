//! What goes wrong on purpose: a script that tests write and the emulator plays.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::error::ApiError;

/// Faults to come. Clones share one script; every entry is used up as it happens.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    script: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    throttled: BTreeMap<String, u32>,
    failing: BTreeMap<String, u32>,
    lost: BTreeMap<String, u32>,
    repeated_pages: u32,
    deaf_ids: BTreeSet<String>,
    denied: BTreeSet<String>,
}

impl Faults {
    /// The next `calls` calls of `operation` answer 429 `ThrottlingException` and do nothing.
    pub fn throttle(&self, operation: &str, calls: u32) {
        self.edit(|script| add(&mut script.throttled, operation, calls));
    }

    /// The next `calls` calls of `operation` answer 500 and do nothing.
    pub fn fail(&self, operation: &str, calls: u32) {
        self.edit(|script| add(&mut script.failing, operation, calls));
    }

    /// The next `calls` calls of `operation` are carried out, and answer 500 all the same.
    pub fn lose_answer(&self, operation: &str, calls: u32) {
        self.edit(|script| add(&mut script.lost, operation, calls));
    }

    /// `operation` answers 403 `AccessDeniedException`, until [`Faults::clear`].
    pub fn deny(&self, operation: &str) {
        self.edit(|script| script.denied.insert(operation.to_owned()));
    }

    /// The next `pages` pages of `ListFindings` that have a successor come twice.
    pub fn repeat_pages(&self, pages: u32) {
        self.edit(|script| script.repeated_pages += pages);
    }

    /// `ArchiveFindings` answers success for these ids and does nothing, until [`Faults::clear`].
    pub fn ignore_archive<I: Into<String>>(&self, ids: impl IntoIterator<Item = I>) {
        self.edit(|script| script.deaf_ids.extend(ids.into_iter().map(Into::into)));
    }

    /// Forgets every fault that has not happened yet.
    pub fn clear(&self) {
        self.edit(|script| *script = Script::default());
    }

    pub(super) fn before(&self, operation: &str) -> Result<(), ApiError> {
        self.edit(|script| {
            if script.denied.contains(operation) {
                Err(ApiError::denied(operation))
            } else if take(&mut script.throttled, operation) {
                Err(ApiError::throttled())
            } else if take(&mut script.failing, operation) {
                Err(ApiError::internal())
            } else {
                Ok(())
            }
        })
    }

    pub(super) fn after(&self, operation: &str) -> Result<(), ApiError> {
        self.edit(|script| {
            if take(&mut script.lost, operation) { Err(ApiError::internal()) } else { Ok(()) }
        })
    }

    pub(super) fn repeats_page(&self) -> bool {
        self.edit(|script| {
            let repeats = script.repeated_pages > 0;
            script.repeated_pages = script.repeated_pages.saturating_sub(1);
            repeats
        })
    }

    pub(super) fn ignores_archive(&self, id: &str) -> bool {
        self.edit(|script| script.deaf_ids.contains(id))
    }

    fn edit<T>(&self, edit: impl FnOnce(&mut Script) -> T) -> T {
        edit(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn add(counts: &mut BTreeMap<String, u32>, operation: &str, calls: u32) {
    *counts.entry(operation.to_owned()).or_default() += calls;
}

fn take(counts: &mut BTreeMap<String, u32>, operation: &str) -> bool {
    match counts.get_mut(operation) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_it_was_asked_for() {
        let faults = Faults::default();
        faults.throttle("ListFindings", 2);
        let outcomes: Vec<_> = (0..3).map(|_| faults.before("ListFindings").is_err()).collect();
        assert_eq!(outcomes, [true, true, false]);
        assert!(faults.before("GetFindings").is_ok());
    }

    #[test]
    fn a_lost_answer_comes_after_the_work() {
        let faults = Faults::default();
        faults.lose_answer("ArchiveFindings", 1);
        assert!(faults.before("ArchiveFindings").is_ok());
        assert!(faults.after("ArchiveFindings").is_err());
        assert!(faults.after("ArchiveFindings").is_ok());
    }
}
