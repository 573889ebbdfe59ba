//! Reads the files that were named: folders, gzip, standard input.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use findings::{Record, decode};
use flate2::read::MultiGzDecoder;

use crate::documents::{documents, lines};

/// A compressed file may not grow beyond this: the limit of an export object.
const MAX_DECOMPRESSED_BYTES: u64 = 1 << 30;
const KINDS: [&str; 4] = ["json", "jsonl", "ndjson", "gz"];

/// One record and where it came from.
pub(crate) struct Sourced {
    /// `file:line`.
    pub(crate) source: String,
    pub(crate) record: Record,
}

/// A file that can't be read, or not as a whole.
#[derive(Debug, thiserror::Error)]
#[error("can't read {path}: {source}")]
pub(crate) struct FileError {
    path: String,
    source: io::Error,
}

/// All files below the paths, folders in the order of their names.
pub(crate) fn files(paths: &[PathBuf]) -> Vec<Result<PathBuf, FileError>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            below(path, &mut found);
        } else {
            found.push(Ok(path.clone()));
        }
    }
    found
}

fn below(folder: &Path, found: &mut Vec<Result<PathBuf, FileError>>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(source) => {
            found.push(Err(FileError { path: folder.display().to_string(), source }));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            below(&path, found);
        } else if path.extension().is_some_and(|own| KINDS.iter().any(|kind| own == *kind)) {
            found.push(Ok(path));
        }
    }
}

/// The records of one file, in their order.
pub(crate) fn records(path: &Path) -> Result<Vec<Sourced>, FileError> {
    let name = path.display().to_string();
    let text = text(path).map_err(|source| FileError { path: name.clone(), source })?;
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    let is_lines = [".jsonl", ".ndjson"].iter().any(|kind| stem.ends_with(kind));
    let split = if is_lines { lines(&text) } else { documents(&text) };
    Ok(split
        .into_iter()
        .flat_map(|document| {
            let source = format!("{name}:{}", document.line);
            decode(document.bytes)
                .into_iter()
                .map(move |record| Sourced { source: source.clone(), record })
        })
        .collect())
}

/// A file's text, decompressed when it begins as gzip does, whatever it is called.
fn text(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = fs::read(path)?;
    }
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    let mut decoder = MultiGzDecoder::new(bytes.as_slice()).take(MAX_DECOMPRESSED_BYTES + 1);
    decoder.read_to_end(&mut text)?;
    if text.len() as u64 > MAX_DECOMPRESSED_BYTES {
        let limit = format!("more than {MAX_DECOMPRESSED_BYTES} bytes after decompression");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, limit));
    }
    Ok(text)
}
