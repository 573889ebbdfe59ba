//! Many small files of one partition become one, while others read and write.
//!
//! In this order, so that a run can be killed anywhere and the next one goes on:
//! 1. a manifest claims sources that no other has (a conditional write under the next number);
//! 2. what their footers say is kept beside it, and their rows are written as one file, whose name
//!    follows from the manifest;
//! 3. in a later run, once everybody who listed the partition before has had time to end, and the
//!    rows of each source have been counted in the file, the small files are removed.
//!
//! Between 2 and 3 every row is there twice, which the views even out; at no moment is one missing.
//! A source that is written once more after 3 is in a manifest, and its file is removed by the next
//! run.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
    time::Duration,
};

use findings::Timestamp;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    FINDINGS, Lake, LakeError, Partition,
    lake::NewFile,
    manifest::{self, Manifest, Named, manifests},
    merge::{self, Merge},
};

/// Files that are on their way at once.
const AT_ONCE: usize = 8;
/// Sources of one file have at most so many bytes together.
const FILE_BYTES: u64 = 512 << 20;
/// And are at most so many, which keeps manifests small.
const FILE_SOURCES: usize = 10_000;

/// How partitions are compacted.
#[derive(Debug, Clone)]
pub struct Compaction {
    /// Now.
    pub now: Timestamp,
    /// Only days that ended at least this long ago.
    pub older_than: Duration,
    /// How long after the large file the small ones stay.
    pub grace: Duration,
    /// Only say what would be done.
    pub is_dry: bool,
}

/// What was done to one partition, or would be.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Compacted {
    /// Files of several sources that were written.
    pub written: u64,
    /// The sources in them.
    pub sources: u64,
    /// Their rows.
    pub rows: u64,
    /// Small files that were removed.
    pub removed: u64,
    /// Small files that can be removed once their time has come.
    pub waiting: u64,
}

impl AddAssign for Compacted {
    fn add_assign(&mut self, other: Self) {
        self.written += other.written;
        self.sources += other.sources;
        self.rows += other.rows;
        self.removed += other.removed;
        self.waiting += other.waiting;
    }
}

/// The files of one partition.
#[derive(Debug, Default)]
struct Files {
    /// Source id → bytes.
    small: BTreeMap<String, u64>,
    /// Id → when it was written.
    compacted: BTreeMap<String, Option<Timestamp>>,
}

impl Compaction {
    /// Late exports of a day may come until then.
    pub const OLDER_THAN: Duration = Duration::from_secs(2 * 24 * 3600);
    /// Longer than any query runs: Athena ends one after 30 minutes
    /// (<https://docs.aws.amazon.com/athena/latest/ug/service-limits.html>).
    pub const GRACE: Duration = Duration::from_secs(3600);

    /// The partitions that are old enough, with the number of files of one source in each. A single
    /// one, with no file of several beside it, has nothing to become one with and counts as none.
    ///
    /// # Errors
    /// When the lake could not be listed.
    pub async fn partitions(&self, lake: &Lake) -> Result<BTreeMap<Partition, u64>, LakeError> {
        let day = Duration::from_secs(24 * 3600);
        let newest = self.now.minus(self.older_than).minus(day).date();
        let mut found: BTreeMap<Partition, (u64, u64)> = BTreeMap::new();
        lake.list(&format!("{FINDINGS}/"), |listed| {
            if let Some((partition, name)) = Partition::of_lake_key(FINDINGS, &listed.key)
                && partition.date <= newest
            {
                let (small, large) = found.entry(partition).or_insert((0, 0));
                match Named::of(name) {
                    Named::Source(_) => *small += 1,
                    Named::Compacted(_) => *large += 1,
                    Named::Other => {}
                }
            }
        })
        .await?;
        let to_do = |(small, large): (u64, u64)| if small == 1 && large == 0 { 0 } else { small };
        Ok(found.into_iter().map(|(partition, files)| (partition, to_do(files))).collect())
    }

    /// Does what is to be done in one partition.
    ///
    /// # Errors
    /// When the lake could not be read or written, or holds something else than it should. What
    /// was done before stays right.
    pub async fn partition(
        &self,
        lake: &Lake,
        partition: &Partition,
    ) -> Result<Compacted, LakeError> {
        let mut done = Compacted::default();
        // Manifests first: what is claimed in between has a number that is ours no more.
        let claimed = manifests(lake, &format!("{}/", partition.folder()), "").await?;
        let files = Files::of(lake, partition).await?;
        let mut free: BTreeSet<&str> = files.small.keys().map(String::as_str).collect();
        for ((_, number), manifest) in &claimed {
            let own: Vec<&str> = manifest.sources.iter().map(String::as_str).collect();
            let small: Vec<&str> = own.into_iter().filter(|id| free.remove(id)).collect();
            match files.compacted.get(&manifest.id(partition)) {
                None => self.write(lake, partition, *number, manifest, &mut done).await?,
                Some(written) if self.is_over(*written) => {
                    self.remove(lake, partition, manifest, &small, &mut done).await?;
                }
                Some(_) => done.waiting += small.len() as u64,
            }
        }
        let mut number = claimed.keys().map(|(_, number)| *number).max().unwrap_or(0);
        for sources in files.portions(&free) {
            let manifest = Manifest::new(sources);
            number += 1;
            if !self.is_dry && !manifest.claim(lake, partition, number).await? {
                // Another run works here; it takes these, or the next one does.
                break;
            }
            self.write(lake, partition, number, &manifest, &mut done).await?;
        }
        Ok(done)
    }

    fn is_over(&self, written: Option<Timestamp>) -> bool {
        written.is_some_and(|written| self.now.since(written) >= self.grace)
    }

    /// The rows of the manifest's sources, in its order, as one file.
    async fn write(
        &self,
        lake: &Lake,
        partition: &Partition,
        number: u64,
        manifest: &Manifest,
        done: &mut Compacted,
    ) -> Result<(), LakeError> {
        done.written += 1;
        done.sources += manifest.sources.len() as u64;
        if self.is_dry {
            return Ok(());
        }
        let id = manifest.id(partition);
        let mut merge = Merge::new()?;
        let mut small = stream::iter(manifest.sources.clone())
            .map(|source| async move {
                let key = partition.file(&source);
                lake.file(&key).await.map(|file| (key, source, file))
            })
            .buffered(AT_ONCE);
        while let Some((key, source, file)) = small.try_next().await? {
            merge.add(file, &source).map_err(|error| error.told(lake.name(&key)))?;
        }
        let merged = merge.finish(&id, manifest.sources.len())?;
        done.rows += merged.rows;
        lake.put_new(&NewFile {
            key: &manifest::key(partition, number, "sources.jsonl"),
            content_type: "application/json",
            metadata: Vec::new(),
            content: merged.footers.into(),
        })
        .await?;
        // The small files are still there, and none is removed before the large one was read.
        lake.settle(&NewFile {
            key: &manifest.file(partition),
            content_type: "application/vnd.apache.parquet",
            metadata: vec![
                ("source-id", id),
                ("sha256", hex::encode(merged.file.sha256())),
                ("rows", merged.rows.to_string()),
                ("sources", manifest.sources.len().to_string()),
            ],
            content: merged.file.into(),
        })
        .await
        .map(drop)
    }

    /// Removes small files whose rows are all in the large one.
    async fn remove(
        &self,
        lake: &Lake,
        partition: &Partition,
        manifest: &Manifest,
        small: &[&str],
        done: &mut Compacted,
    ) -> Result<(), LakeError> {
        if small.is_empty() {
            return Ok(());
        }
        done.removed += small.len() as u64;
        if self.is_dry {
            return Ok(());
        }
        let key = manifest.file(partition);
        let rows = merge::rows_by_source(lake.file(&key).await?)
            .map_err(|error| error.told(lake.name(&key)))?;
        let rows = &rows;
        let small: Vec<String> = stream::iter(small.iter().map(|id| (*id).to_owned()))
            .map(|id| async move {
                let small = partition.file(&id);
                let metadata = lake.metadata(&small).await?;
                let expected = metadata.and_then(|pairs| pairs.get("rows")?.parse::<u64>().ok());
                let found = rows.get(&id).copied().unwrap_or(0);
                if expected != Some(found) {
                    let expected = expected.map_or("no number of".to_owned(), |rows| rows.to_string());
                    let reason = format!(
                        "it has {found} rows of {}, which says it has {expected} rows; nothing is removed",
                        lake.name(&small)
                    );
                    return Err(LakeError::Unreadable { name: lake.name(&manifest.file(partition)), reason });
                }
                Ok(small)
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        stream::iter(small)
            .map(|key| async move { lake.remove(&key).await })
            .buffered(AT_ONCE)
            .try_collect::<()>()
            .await
    }
}

impl Files {
    async fn of(lake: &Lake, partition: &Partition) -> Result<Self, LakeError> {
        let folder = format!("{FINDINGS}/{}/", partition.folder());
        let mut files = Self::default();
        lake.list(&folder, |listed| {
            match Named::of(listed.key.strip_prefix(&folder).unwrap_or_default()) {
                Named::Source(id) => {
                    files.small.insert(id.to_owned(), listed.size);
                }
                Named::Compacted(id) => {
                    files.compacted.insert(id.to_owned(), listed.modified);
                }
                Named::Other => {}
            }
        })
        .await?;
        Ok(files)
    }

    /// Sources that may become one file, each list with at least two. In the order of their ids:
    /// any order will do that is always the same.
    fn portions(&self, free: &BTreeSet<&str>) -> Vec<Vec<String>> {
        let mut portions: Vec<Vec<String>> = Vec::new();
        let mut bytes = 0;
        for (id, size) in self.small.iter().filter(|(id, _)| free.contains(id.as_str())) {
            match portions.last_mut() {
                Some(last) if bytes + size <= FILE_BYTES && last.len() < FILE_SOURCES => {
                    bytes += size;
                    last.push(id.clone());
                }
                _ => {
                    bytes = *size;
                    portions.push(vec![id.clone()]);
                }
            }
        }
        portions.retain(|portion| portion.len() > 1);
        portions
    }
}

#[cfg(test)]
mod tests;
