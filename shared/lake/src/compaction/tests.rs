//! A lake in a folder, compacted by runs that end anywhere.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use findings::Finding;
use tempfile::TempDir;

use super::*;
use crate::{
    Outputs, convert::Conversion, folder, inventory::Inventory, source_id::digest, tests::block_on,
};

const HOUR: Duration = Duration::from_secs(3600);

fn partition() -> Partition {
    Partition::new("eu-west-1", "111122223333", "2026-10-01").unwrap()
}

fn compaction(now: &str) -> Compaction {
    Compaction {
        now: Timestamp::parse(now).unwrap(),
        older_than: 48 * HOUR,
        grace: Duration::ZERO,
        is_dry: false,
    }
}

/// As long after the file's own time as a test needs.
fn later() -> Compaction {
    compaction("2099-01-01T00:00:00Z")
}

fn source(number: usize) -> String {
    digest(&["source", &number.to_string()])
}

/// Writes what the function would.
fn deliver(lake: &Lake, number: usize, rows: usize) {
    let id = source(number);
    let mut conversion =
        Conversion::new(&format!("s3://exports/{number}"), &id, Outputs::Lake).unwrap();
    for row in 0..rows {
        let finding = format!(
            r#"{{"id":"f{number}-{row}","accountId":"111122223333","region":"eu-west-1","severity":2,"updatedAt":"2026-10-01T08:00:00Z"}}"#
        );
        conversion.findings(row as u64 + 1, &[Finding::parse(&finding).unwrap()]).unwrap();
    }
    block_on(lake.commit(&partition(), &id, &conversion.finish().unwrap())).unwrap();
}

/// A lake of seven sources, one of them without a row.
fn lake() -> (TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::Folder(folder.path().to_owned());
    (0..7).for_each(|number| deliver(&lake, number, number));
    (folder, lake)
}

fn files(folder: &Path) -> Vec<String> {
    let folder = folder.join(FINDINGS).join(partition().folder());
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    // What is being written has another name, which no engine reads.
    names.retain(|name| name.ends_with(".parquet"));
    names.sort();
    names
}

/// How often each source's rows are there, over all files.
fn rows(folder: &Path) -> BTreeMap<String, u64> {
    let place = folder.join(FINDINGS).join(partition().folder());
    let mut found = BTreeMap::new();
    for name in files(folder) {
        for (source, rows) in
            merge::rows_by_source(folder::open(&place.join(name)).unwrap()).unwrap()
        {
            *found.entry(source).or_default() += rows;
        }
    }
    found
}

fn once() -> BTreeMap<String, u64> {
    (1..7).map(|number| (source(number), number as u64)).collect()
}

#[test]
fn many_files_become_one_and_the_small_ones_go_in_a_later_run() {
    let (folder, lake) = lake();
    let before = files(folder.path());
    let dry = Compaction { is_dry: true, ..later() };
    let planned = block_on(dry.partition(&lake, &partition())).unwrap();
    assert_eq!((planned.written, planned.sources, files(folder.path())), (1, 7, before.clone()));

    let first = block_on(later().partition(&lake, &partition())).unwrap();
    assert_eq!(first, Compacted { written: 1, sources: 7, rows: 21, ..Compacted::default() });
    assert_eq!(files(folder.path()).len(), before.len() + 1);

    let waiting = Compaction { grace: Duration::MAX, ..later() };
    let waiting = block_on(waiting.partition(&lake, &partition())).unwrap();
    assert_eq!(waiting, Compacted { waiting: 7, ..Compacted::default() });

    let second = block_on(later().partition(&lake, &partition())).unwrap();
    assert_eq!(second, Compacted { removed: 7, ..Compacted::default() });
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(rows(folder.path()), once());
    assert_eq!(block_on(later().partition(&lake, &partition())).unwrap(), Compacted::default());
    let sources = folder.path().join(manifest::key(&partition(), 1, "sources.jsonl"));
    let sources = fs::read_to_string(sources).unwrap();
    assert_eq!(sources.lines().count(), 7);
    let three = sources.lines().find(|line| line.contains(&source(3))).unwrap();
    assert!(three.contains(r#""source":"s3://exports/3""#) && three.contains(r#""rows":"3""#));
}

#[test]
fn a_run_that_is_killed_before_any_write_loses_and_doubles_nothing() {
    let (whole, lake) = lake();
    for _ in 0..2 {
        block_on(later().partition(&lake, &partition())).unwrap();
    }
    let name = files(whole.path()).pop().unwrap();
    let read = |folder: &Path, name: &str| {
        fs::read(folder.join(FINDINGS).join(partition().folder()).join(name)).unwrap()
    };
    let expected = read(whole.path(), &name);
    let mut writes = 0;
    loop {
        let (folder, _) = self::lake();
        let left = Arc::new(AtomicUsize::new(writes));
        let dying = Lake::Dying(folder.path().to_owned(), Arc::clone(&left));
        let died = (0..2).any(|_| block_on(later().partition(&dying, &partition())).is_err());
        for (source, rows) in once() {
            let found = self::rows(folder.path()).get(&source).copied();
            assert!([Some(rows), Some(2 * rows)].contains(&found), "{writes}: {source} {found:?}");
        }
        left.store(usize::MAX, Ordering::SeqCst);
        for _ in 0..2 {
            block_on(later().partition(&dying, &partition())).unwrap();
        }
        assert_eq!(files(folder.path()), std::slice::from_ref(&name), "{writes}");
        assert!(read(folder.path(), &name) == expected, "{writes}: other bytes");
        if !died {
            break;
        }
        writes += 1;
    }
    assert_eq!(writes, 10, "a manifest, its sources, a file, seven removed");
}

#[test]
fn a_source_that_is_written_once_more_is_removed_by_the_next_run() {
    let (folder, lake) = lake();
    for _ in 0..2 {
        block_on(later().partition(&lake, &partition())).unwrap();
    }
    deliver(&lake, 3, 3);
    let known = block_on(Inventory::of_partition(&lake, &partition())).unwrap();
    assert!((0..7).all(|number| known.holds(&source(number))) && !known.holds(&source(8)));
    let again = block_on(later().partition(&lake, &partition())).unwrap();
    assert_eq!(again, Compacted { removed: 1, ..Compacted::default() });
    assert_eq!(rows(folder.path()), once());
}

#[test]
fn late_sources_become_a_file_of_their_own() {
    let (folder, lake) = lake();
    block_on(later().partition(&lake, &partition())).unwrap();
    deliver(&lake, 7, 7);
    deliver(&lake, 8, 8);
    for _ in 0..2 {
        block_on(later().partition(&lake, &partition())).unwrap();
    }
    assert_eq!(files(folder.path()).len(), 2);
    assert_eq!(rows(folder.path()).values().sum::<u64>(), 36);
}

#[test]
fn nothing_is_removed_when_the_large_file_lacks_a_row() {
    let (folder, lake) = lake();
    block_on(later().partition(&lake, &partition())).unwrap();
    let place = folder.path().join(FINDINGS).join(partition().folder());
    let small = |number| place.join(format!("{}.parquet", source(number)));
    fs::remove_file(small(2)).unwrap();
    deliver(&lake, 2, 5);
    let before = files(folder.path());
    let error = block_on(later().partition(&lake, &partition())).unwrap_err().to_string();
    assert!(error.contains("nothing is removed") && error.contains("2 rows"), "{error}");
    assert_eq!(files(folder.path()), before);
}

#[test]
fn two_runs_at_once_share_the_work() {
    let (folder, lake) = lake();
    let together = Compaction { grace: Duration::MAX, ..later() };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| block_on(together.partition(&lake, &partition())).unwrap());
        }
    });
    assert_eq!(files(folder.path()).len(), 8);
    block_on(later().partition(&lake, &partition())).unwrap();
    assert_eq!(rows(folder.path()), once());
}

/// What a query sees that lists first and reads then: `None` when it fails on a file that is gone.
fn queried(folder: &Path) -> Option<BTreeMap<String, u64>> {
    let place = folder.join(FINDINGS).join(partition().folder());
    let mut found = BTreeMap::new();
    for name in files(folder) {
        let file = fs::File::open(place.join(name)).ok()?;
        for (source, rows) in merge::rows_by_source(file).unwrap() {
            *found.entry(source).or_default() += rows;
        }
    }
    Some(found)
}

#[test]
fn a_query_at_any_moment_finds_every_row_once_or_twice() {
    let (folder, lake) = lake();
    let is_done = std::sync::atomic::AtomicBool::new(false);
    let (mut seen, mut failed) = (BTreeSet::new(), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 7..27 {
                deliver(&lake, number, 1);
                deliver(&lake, number + 100, 1);
                for _ in 0..2 {
                    block_on(later().partition(&lake, &partition())).unwrap();
                }
            }
            is_done.store(true, Ordering::SeqCst);
        });
        while !is_done.load(Ordering::SeqCst) {
            let Some(found) = queried(folder.path()) else {
                failed += 1;
                continue;
            };
            for (source, rows) in once() {
                let times = found.get(&source).copied().unwrap_or(0) / rows;
                assert!((1..=2).contains(&times), "{source} is there {times} times");
                seen.insert(times);
            }
        }
    });
    assert!(seen.contains(&1), "{seen:?}, {failed} failed");
    assert_eq!(queried(folder.path()).unwrap().values().sum::<u64>(), 21 + 40);
}

#[test]
fn a_day_that_may_still_grow_is_left_alone() {
    let (_folder, lake) = lake();
    let found = |now: &str| block_on(compaction(now).partitions(&lake)).unwrap().len();
    assert_eq!(found("2026-10-03T23:59:59Z"), 0);
    assert_eq!(found("2026-10-04T00:00:00Z"), 1);
}
