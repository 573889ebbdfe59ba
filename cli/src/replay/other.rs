//! Sources that are no export objects: whatever is a finding in them goes where it says it belongs.

use std::io::{self, Read};

use anyhow::anyhow;
use findings::{BadLine, ExportLimits, Lines, RawLine};
use lake::{Committed, Partition, Sorted, Sorting, SortingError};
use platform::chain;
use sha2::{Digest, Sha256};

use super::{Replay, Totals};
use crate::{
    documents,
    history::{self, Opened, Source},
    lake_place,
};

impl Replay<'_> {
    /// Reads to the end and only then writes: what comes out of a broken source counts for nothing.
    pub(super) fn other(&self, source: &Source, totals: &mut Totals) -> anyhow::Result<()> {
        let sorted = self.sorted(source)?;
        self.write(sorted, totals)
    }

    fn sorted(&self, source: &Source) -> anyhow::Result<Sorted> {
        let name = source.name();
        let mut sorting = Sorting::new(&name).map_err(|error| told(&error))?;
        let content = match history::open(source, self.connection)? {
            Opened::Bytes(read) => {
                let mut read = Digesting { read, digest: Sha256::new() };
                if documents::are_in(&name) {
                    whole_documents(&mut read, &mut sorting)?;
                } else {
                    lines(&mut read, &mut sorting)?;
                }
                hex::encode(read.digest.finalize())
            }
            Opened::Texts(texts) => {
                let mut digest = Sha256::new();
                for text in texts {
                    let (number, text) = text?;
                    digest.update((text.len() as u64).to_be_bytes());
                    digest.update(&text);
                    sorting.text(number, 0, text.as_bytes()).map_err(|error| told(&error))?;
                }
                hex::encode(digest.finalize())
            }
        };
        sorting.finish(&content).map_err(|error| told(&error))
    }

    /// First what was set aside, then every partition that does not have its part yet.
    pub(crate) fn write(&self, mut sorted: Sorted, totals: &mut Totals) -> anyhow::Result<()> {
        totals.count(sorted.counts());
        if !self.is_dry {
            self.wait(sorted.set_aside(self.lake))?;
        }
        let partitions: Vec<Partition> = sorted.partitions().cloned().collect();
        for partition in partitions {
            let rows = sorted.rows(&partition);
            if let Some(custom_source) = self.custom_source.filter(|_| !self.is_dry) {
                let runtime = self.connection.runtime()?;
                let written = runtime.block_on(sorted.commit_events(custom_source, &partition));
                totals.wrote_events(written.map_err(|error| self.explained(&error))?);
            }
            let committed = if self.holds(&partition, &sorted.id(&partition))? {
                Committed::Before
            } else if self.is_dry {
                Committed::Written
            } else {
                let runtime = self.connection.runtime()?;
                let written = runtime.block_on(sorted.commit(self.lake, &partition));
                written.map_err(|error| self.explained(&error))?
            };
            match committed {
                Committed::Written => totals.wrote(&partition, rows),
                Committed::Before | Committed::BeforeOtherwise => totals.already += 1,
            }
        }
        Ok(())
    }

    fn explained(&self, error: &SortingError) -> anyhow::Error {
        match error {
            SortingError::Lake(error) => lake_place::explained(error, self.connection),
            _ => told(error),
        }
    }
}

fn told(error: &SortingError) -> anyhow::Error {
    anyhow!("{}", chain(error))
}

fn lines(read: impl Read, sorting: &mut Sorting) -> anyhow::Result<()> {
    let limits = ExportLimits { decompressed_bytes: u64::MAX, ..ExportLimits::default() };
    let mut lines = Lines::new(read, limits);
    let mut number = 0;
    while let Some(line) = lines.next()? {
        number += 1;
        match line {
            RawLine::Whole { offset, bytes } => sorting.text(number, offset, bytes),
            RawLine::TooLong { offset, length, sha256 } => {
                let reason = format!("longer than {} bytes", limits.line_bytes);
                sorting.bad(&BadLine { number, offset, length, sha256, reason, bytes: None })
            }
        }
        .map_err(|error| told(&error))?;
    }
    Ok(())
}

/// A file of whole JSON documents, which may span lines.
fn whole_documents(read: impl Read, sorting: &mut Sorting) -> anyhow::Result<()> {
    let text = documents::whole(read)?;
    if text.len() as u64 > documents::MAX_BYTES {
        return Err(anyhow!("more than {} bytes; write it as JSON Lines", documents::MAX_BYTES));
    }
    for document in documents::documents(&text) {
        let offset = document.bytes.as_ptr().addr() - text.as_ptr().addr();
        let (line, offset) = (document.line as u64, offset as u64);
        sorting.text(line, offset, document.bytes).map_err(|error| told(&error))?;
    }
    Ok(())
}

/// SHA-256 of everything, in hexadecimal.
pub(super) fn digest(read: impl Read) -> io::Result<String> {
    let mut read = Digesting { read, digest: Sha256::new() };
    io::copy(&mut read, &mut io::sink())?;
    Ok(hex::encode(read.digest.finalize()))
}

struct Digesting<R> {
    read: R,
    digest: Sha256,
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read.read(buffer)?;
        self.digest.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}
