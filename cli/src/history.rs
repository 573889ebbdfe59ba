//! Where past findings are read from: files, folders, S3, and GuardDuty itself.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::PathBuf,
};

use anyhow::Context;

use crate::printable::printable;

mod api;
mod connection;
mod each_text;
mod files;
mod inflated;
mod parquet;
mod s3;

pub(crate) use api::explained as guardduty_explained;
pub(crate) use connection::Connection;
pub(crate) use each_text::{Text, each_text};
pub(crate) use inflated::Inflater;
pub(crate) use s3::explained as store_explained;

/// The name for GuardDuty itself. A folder of that name is `./api`.
const API: &str = "api";
/// Where a lake has its findings; what lies beside that are its own books.
const LAKE: &str = "findings/v1/";
/// What is read of a folder or a bucket: exports, findings as JSON, and the lake.
const KINDS: [&str; 5] = ["gz", "jsonl", "ndjson", "json", "parquet"];

/// One thing that findings are read from. Each is opened on its own, by whichever thread is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file, of any name when it was named itself.
    File(PathBuf),
    /// An object of S3.
    Object {
        bucket: String,
        /// The key itself, not URL-encoded.
        key: String,
        /// Bytes.
        size: u64,
        /// As the listing had it. Only the object that has it still is read.
        etag: Option<String>,
    },
    /// The findings of the last 90 days, which GuardDuty keeps.
    Api,
}

/// Findings in the form that a source has them.
pub(crate) type Texts = Box<dyn Iterator<Item = anyhow::Result<(u64, String)>> + Send>;

/// A source that is read from its beginning.
pub(crate) enum Opened {
    /// A file's bytes as they are, possibly gzipped.
    Bytes(Box<dyn Read + Send>),
    /// The JSON of one finding after the other, each with its row's number from 1.
    Texts(Texts),
}

/// Lists what the paths name, in their order and each once; below a path, in the order of names. A
/// path with nothing to read is an error.
pub(crate) fn sources(paths: &[String], connection: &Connection) -> anyhow::Result<Vec<Source>> {
    let mut found = Vec::new();
    for path in paths {
        match path.strip_prefix("s3://") {
            Some(place) => found.extend(s3::list(place, connection)?),
            None if path == API => found.push(Source::Api),
            None => found.extend(files::list(path.as_ref())?),
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|source| seen.insert(source.name()));
    Ok(found)
}

/// Opens a source. It blocks, and must not be called from inside an async runtime.
pub(crate) fn open(source: &Source, connection: &Connection) -> anyhow::Result<Opened> {
    match source {
        Source::File(path) => {
            let file = File::open(path).with_context(|| format!("can't open {}", source.name()))?;
            let is_lake = path.extension().is_some_and(|kind| kind == "parquet");
            opened(file, is_lake, &source.name())
        }
        Source::Object { bucket, key, etag, .. } => {
            let mut body = s3::open(bucket, key, etag.as_deref(), connection)?;
            if !key.ends_with(".parquet") {
                return Ok(Opened::Bytes(Box::new(body)));
            }
            // The index of a Parquet file is at its end.
            let name = source.name();
            let mut file = tempfile::tempfile()
                .and_then(|mut file| io::copy(&mut body, &mut file).map(|_| file))
                .with_context(|| {
                    format!("can't bring {name} into the folder for temporary files")
                })?;
            io::Seek::rewind(&mut file)?;
            opened(file, true, &name)
        }
        Source::Api => api::texts(connection).map(Opened::Texts),
    }
}

fn opened(file: File, is_lake: bool, name: &str) -> anyhow::Result<Opened> {
    if is_lake {
        parquet::texts(file, name).map(Opened::Texts)
    } else {
        Ok(Opened::Bytes(Box::new(file)))
    }
}

impl Source {
    /// What to call it in front of a person: a path, a URI, or `api`.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::File(path) => printable(&path.display().to_string()).into_owned(),
            Self::Object { bucket, key, .. } => {
                printable(&format!("s3://{bucket}/{key}")).into_owned()
            }
            Self::Api => API.to_owned(),
        }
    }

    /// Bytes, as far as they are known beforehand; else 0.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Self::Object { size, .. } => *size,
            Self::Api => 0,
        }
    }
}

#[cfg(test)]
mod tests;
