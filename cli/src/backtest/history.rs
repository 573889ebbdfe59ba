//! What was read of a history: every version of every finding, with the decision on each.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    io,
};

use findings::{Action, Guard, Severity, Timestamp};

use serde::Serialize;

use super::{
    names::Names,
    spool::{Row, Spool},
};

/// One version of a finding and what the rules said of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Version {
    pub(crate) updated_at: Option<Timestamp>,
    pub(crate) count: Option<u64>,
    pub(crate) severity: Option<Severity>,
    pub(crate) is_sample: bool,
    pub(crate) concerns_attack_sequence: bool,
    pub(crate) verdict: Verdict,
    /// What the rule set it is compared with said.
    pub(crate) earlier: Option<Verdict>,
}

/// A decision without the finding it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) action: Action,
    /// The rule's position in its set.
    pub(crate) rule: Option<u32>,
    pub(crate) guard: Option<Guard>,
}

impl Version {
    /// Versions are ordered by time, then by count; what is undated comes first. Two copies of one
    /// version that differ are both kept, and the graver stands last, so that it counts.
    fn order(&self) -> impl Ord + use<> {
        let severity = self.severity.map_or(u64::MAX, |own| own.value().to_bits());
        (self.updated_at, self.count, severity, !self.is_sample, self.verdict.rule)
    }
}

/// A finding's identity: its id is unique within a Region of an account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Identity {
    pub(crate) account: u32,
    pub(crate) region: u32,
    pub(crate) id: Box<str>,
}

/// All versions of one finding, oldest first.
#[derive(Debug)]
pub(crate) struct Versions {
    /// The number of its type.
    pub(crate) kind: u32,
    pub(crate) versions: Vec<Version>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Problem {
    pub(crate) source: String,
    pub(crate) reason: String,
}

/// How many problems are named; the rest is counted.
const MAX_PROBLEMS: usize = 1000;

/// What one object held. It counts only when the object was read to its clean end.
pub(crate) struct Batch {
    pub(crate) names: Names,
    pub(crate) rows: Spool,
    pub(crate) tally: Tally,
}

impl Default for Batch {
    fn default() -> Self {
        Self { names: Names::default(), rows: Spool::new(BATCH_BYTES), tally: Tally::default() }
    }
}

/// Beyond this an object's rows wait on disk for its end.
const BATCH_BYTES: usize = 4 << 20;
/// A history is summed up one part after the other, so that only one part's findings are in memory.
const PARTS: usize = 128;
const PART_BYTES: usize = 128 << 10;

/// Counts of what was read.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) objects: u64,
    /// Findings as they stand in the history, duplicates included.
    pub(crate) records: u64,
    /// Events that are no findings.
    pub(crate) events: u64,
    /// Findings outside of the time, accounts or Regions that were asked for.
    pub(crate) outside: u64,
    /// How many records each rule's criteria hold for.
    pub(crate) matched: Vec<u64>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) problem_count: u64,
}

impl Tally {
    pub(crate) fn problem(&mut self, source: String, reason: String) {
        self.problem_count += 1;
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { source, reason });
        }
    }

    fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.records += other.records;
        self.events += other.events;
        self.outside += other.outside;
        if self.matched.len() < other.matched.len() {
            self.matched.resize(other.matched.len(), 0);
        }
        for (own, more) in self.matched.iter_mut().zip(other.matched) {
            *own += more;
        }
        self.problem_count += other.problem_count;
        let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(other.problems.into_iter().take(room));
    }
}

/// Everything that was read.
#[derive(Default)]
pub(crate) struct History {
    pub(crate) names: Names,
    pub(crate) tally: Tally,
    pub(crate) rows: Rows,
}

/// All rows of a history: each finding's are in one part, whatever object they came from.
pub(crate) struct Rows(Vec<Spool>);

/// How much there was in all rows.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) findings: u64,
    pub(crate) versions: u64,
    pub(crate) duplicates: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Self(std::iter::repeat_with(|| Spool::new(PART_BYTES)).take(PARTS).collect())
    }
}

impl History {
    /// Takes in what an object held. The order of objects makes no difference.
    ///
    /// # Errors
    /// When the folder for temporary files can't be written to.
    pub(crate) fn absorb(&mut self, batch: Batch) -> io::Result<()> {
        let numbers = self.names.absorb(&batch.names);
        let here = |number: u32| numbers.get(number as usize).copied().unwrap_or(number);
        self.tally.add(batch.tally);
        batch.rows.each(|mut row| {
            row.identity.account = here(row.identity.account);
            row.identity.region = here(row.identity.region);
            row.kind = here(row.kind);
            self.rows.push(&row)
        })
    }
}

impl Rows {
    fn push(&mut self, row: &Row) -> io::Result<()> {
        let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&row.identity);
        let place = usize::try_from(hash % PARTS as u64).unwrap_or_default();
        self.0.get_mut(place).map_or(Ok(()), |part| part.push(row))
    }

    /// Hands over every finding with all its versions.
    ///
    /// # Errors
    /// When a temporary file can't be read.
    pub(crate) fn each(self, mut act: impl FnMut(&Identity, &Versions)) -> io::Result<Extent> {
        let mut extent = Extent::default();
        for part in self.0 {
            let mut findings: HashMap<Identity, Versions> = HashMap::new();
            part.each(|Row { identity, kind, version }| {
                match findings.entry(identity) {
                    Entry::Vacant(entry) => {
                        entry.insert(Versions { kind, versions: vec![version] });
                    }
                    Entry::Occupied(mut entry) => {
                        let own = &mut entry.get_mut().versions;
                        match own.binary_search_by_key(&version.order(), Version::order) {
                            Ok(_) => extent.duplicates += 1,
                            Err(place) => own.insert(place, version),
                        }
                    }
                }
                Ok(())
            })?;
            extent.findings += findings.len() as u64;
            for (identity, own) in &findings {
                extent.versions += own.versions.len() as u64;
                act(identity, own);
            }
        }
        Ok(extent)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn version(updated_at: &str, count: u64, action: Action) -> Version {
        Version {
            updated_at: Timestamp::parse(updated_at),
            count: Some(count),
            severity: Severity::new(2.0),
            is_sample: false,
            concerns_attack_sequence: false,
            verdict: Verdict { action, rule: Some(0), guard: None },
            earlier: None,
        }
    }

    fn batch(versions: &[Version]) -> Batch {
        let mut batch = Batch::default();
        for version in versions {
            let account = batch.names.number(Some("111122223333"));
            let identity = Identity { account, region: account, id: "f1".into() };
            batch.rows.push(&Row { identity, kind: account, version: *version }).unwrap();
        }
        batch
    }

    fn read(batches: impl IntoIterator<Item = Batch>) -> (Vec<Version>, Extent) {
        let mut history = History::default();
        batches.into_iter().try_for_each(|batch| history.absorb(batch)).unwrap();
        let mut versions = Vec::new();
        let extent = history.rows.each(|_, own| versions.extend(own.versions.clone())).unwrap();
        (versions, extent)
    }

    #[test]
    fn versions_stand_in_order_whatever_order_they_came_in_and_each_once() {
        let [a, b, c] = [
            version("2026-04-01T00:00:00Z", 1, Action::Notify),
            version("2026-04-02T00:00:00Z", 1, Action::Notify),
            version("2026-04-02T00:00:00Z", 2, Action::Notify),
        ];
        for order in [[c, a, b], [a, b, c], [b, c, a]] {
            let single = order.map(|version| batch(&[version]));
            let (versions, extent) = read(single.into_iter().chain([batch(&[a, c])]));
            assert_eq!(versions, [a, b, c]);
            assert_eq!(extent, Extent { findings: 1, versions: 3, duplicates: 2 });
        }
    }

    #[test]
    fn of_two_copies_that_differ_the_graver_counts() {
        let mild = version("2026-04-01T00:00:00Z", 1, Action::Notify);
        let grave = Version { severity: Severity::new(8.0), ..mild };
        let unknown = Version { severity: None, ..mild };
        for order in [[mild, grave, unknown], [unknown, mild, grave]] {
            assert_eq!(read([batch(&order)]).0, [mild, grave, unknown]);
        }
    }

    #[test]
    fn problems_beyond_the_first_thousand_are_counted() {
        let mut tally = Tally::default();
        for line in 0..1500 {
            tally.problem(format!("a:{line}"), "broken".to_owned());
        }
        let mut all = Tally::default();
        all.problem("b".to_owned(), "broken".to_owned());
        all.add(tally);
        assert_eq!((all.problem_count, all.problems.len()), (1501, 1000));
    }
}
