//! Findings that are kept somewhere go into the lake, through the code that the export function
//! runs: once more changes nothing.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::anyhow;
use lake::{
    Committed, ConvertError, CustomSource, Inventory, Lake, Outputs, Partition, convert,
    object_note, source_id,
};
use platform::chain;

use crate::{
    history::{self, Connection, Opened, Source},
    lake_place,
};

mod other;
mod totals;

pub(crate) use totals::Totals;

/// Sources that are worked on at once. They wait for S3 most of the time.
const AT_ONCE: usize = 8;

/// What goes where.
pub(crate) struct Replay<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) lake: &'a Lake,
    /// Where OCSF events go as well. They may be missing where the lake has the findings.
    pub(crate) custom_source: Option<&'a CustomSource>,
    /// The bucket that local copies of export objects come from.
    pub(crate) source_bucket: Option<&'a str>,
    /// Read everything and write nothing.
    pub(crate) is_dry: bool,
    pub(crate) known: Known,
}

/// What partitions hold, each looked up once.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<Partition, Arc<Inventory>>>);

/// An export object, by where it is or was in its bucket.
struct Export {
    partition: Partition,
    id: String,
    /// The `ETag`, as far as it is known.
    etag: Option<String>,
}

impl Replay<'_> {
    /// Works through all sources. One that fails is told in the totals; the others go on.
    pub(crate) fn run(&self, sources: &[Source], progress: impl Fn(u64) + Sync) -> Totals {
        let next = AtomicUsize::new(0);
        let totals = Mutex::new(Totals::default());
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(sources.len()) {
                scope.spawn(|| {
                    while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mut own = Totals::default();
                        if let Err(error) = self.one(source, &mut own) {
                            own.failed.push((source.name(), chain(error.as_ref())));
                        }
                        totals.lock().unwrap_or_else(PoisonError::into_inner).absorb(own);
                        progress(source.size());
                    }
                });
            }
        });
        totals.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn one(&self, source: &Source, totals: &mut Totals) -> anyhow::Result<()> {
        totals.sources += 1;
        match self.export(source)? {
            Some(export) => self.export_object(source, &export, totals),
            None => self.other(source, totals),
        }
    }

    /// `None` when the source is no export object by its name.
    fn export(&self, source: &Source) -> anyhow::Result<Option<Export>> {
        Ok(match source {
            Source::Object { bucket, key, etag, .. } => {
                Partition::of_export_below(key).map(|(partition, _)| Export {
                    partition,
                    id: source_id(bucket, key, etag.as_deref().unwrap_or_default()),
                    etag: etag.clone(),
                })
            }
            Source::File(path) => {
                let path = path.to_string_lossy().replace('\\', "/");
                let Some((partition, key)) = Partition::of_export_below(&path) else {
                    return Ok(None);
                };
                let Opened::Bytes(read) = history::open(source, self.connection)? else {
                    return Ok(None);
                };
                let content = format!("sha256:{}", other::digest(read)?);
                let id = source_id(self.source_bucket.unwrap_or_default(), key, &content);
                Some(Export { partition, id, etag: None })
            }
            Source::Api => None,
        })
    }

    fn export_object(
        &self,
        source: &Source,
        export: &Export,
        totals: &mut Totals,
    ) -> anyhow::Result<()> {
        let Export { partition, id, etag } = export;
        let is_held = self.holds(partition, id)?;
        if is_held && self.custom_source.is_none() {
            totals.already += 1;
            return Ok(());
        }
        let Opened::Bytes(read) = history::open(source, self.connection)? else {
            return Err(anyhow!("it holds no lines"));
        };
        let name = source.name();
        let outputs =
            if self.custom_source.is_some() { Outputs::LakeAndEvents } else { Outputs::Lake };
        let file = match convert(read, &name, id, outputs) {
            Ok(file) => file,
            Err(ConvertError::Broken(error)) => {
                let reason = chain(&error);
                let note = object_note(&name, etag.as_deref(), &reason);
                if !self.is_dry {
                    self.wait(self.lake.note(&partition.date, id, note))?;
                }
                totals.broken.push((name, reason));
                return Ok(());
            }
            Err(error) => {
                let advice = if error.is_disk_full() {
                    "; make room in the folder for temporary files, or name another in TMPDIR"
                } else {
                    ""
                };
                return Err(anyhow!("{}{advice}", chain(&error)));
            }
        };
        totals.count(file.counts);
        if let Some(custom_source) = self.custom_source.filter(|_| !self.is_dry) {
            totals.wrote_events(self.wait(custom_source.commit(partition, id, &file))?);
        }
        if is_held {
            totals.already += 1;
            return Ok(());
        }
        if self.is_dry {
            totals.wrote(partition, file.counts.rows);
            return Ok(());
        }
        match self.wait(self.lake.commit(partition, id, &file))? {
            Committed::Written => totals.wrote(partition, file.counts.rows),
            Committed::Before | Committed::BeforeOtherwise => totals.already += 1,
        }
        Ok(())
    }

    fn holds(&self, partition: &Partition, id: &str) -> anyhow::Result<bool> {
        let lock = || self.known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = lock().get(partition).cloned();
        let known = match known {
            Some(known) => known,
            None => {
                let found = self.wait(Inventory::of_partition(self.lake, partition))?;
                Arc::clone(lock().entry(partition.clone()).or_insert(found.into()))
            }
        };
        Ok(known.holds(id))
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, lake::LakeError>>) -> anyhow::Result<T> {
        let runtime = self.connection.runtime()?;
        runtime.block_on(work).map_err(|error| lake_place::explained(&error, self.connection))
    }
}

#[cfg(test)]
mod tests;
