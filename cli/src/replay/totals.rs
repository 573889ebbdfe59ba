//! What a replay came to.

use std::collections::BTreeMap;

use lake::{Committed, Counts, Partition};

/// Sums over sources.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) sources: u64,
    /// Files that were there already.
    pub(crate) already: u64,
    /// Of the sources that were read: those whose file was there already were not.
    pub(crate) counts: Counts,
    /// New files and their rows.
    pub(crate) written: BTreeMap<Partition, (u64, u64)>,
    /// New files of OCSF events.
    pub(crate) event_files: u64,
    /// Export objects that give nothing, with the reason that is in quarantine.
    pub(crate) broken: Vec<(String, String)>,
    /// Sources of which nothing or not all was written, and why.
    pub(crate) failed: Vec<(String, String)>,
}

impl Totals {
    pub(super) fn count(&mut self, counts: Counts) {
        let own = &mut self.counts;
        own.lines += counts.lines;
        own.good += counts.good;
        own.rows += counts.rows;
        own.quarantined += counts.quarantined;
        own.blank += counts.blank;
    }

    pub(super) fn wrote(&mut self, partition: &Partition, rows: u64) {
        let (files, own) = self.written.entry(partition.clone()).or_default();
        *files += 1;
        *own += rows;
    }

    pub(super) fn wrote_events(&mut self, committed: Committed) {
        self.event_files += u64::from(committed == Committed::Written);
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.sources += other.sources;
        self.already += other.already;
        self.event_files += other.event_files;
        self.count(other.counts);
        for (partition, (files, rows)) in other.written {
            let own = self.written.entry(partition).or_default();
            *own = (own.0 + files, own.1 + rows);
        }
        self.broken.extend(other.broken);
        self.failed.extend(other.failed);
    }

    /// New files.
    pub(crate) fn files(&self) -> u64 {
        self.written.values().map(|(files, _)| files).sum()
    }
}
