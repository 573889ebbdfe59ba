//! Reads the files that were named: folders, gzip, standard input.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use findings::{Record, decode};

use crate::documents::{documents, lines, whole};

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

/// All files below the paths, folders in the order of their names. Links to folders below them are not followed: they
/// can lead in a circle.
pub(crate) fn files(paths: &[PathBuf]) -> Vec<Result<PathBuf, FileError>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            below(path, &mut found);
            if found.len() == before {
                let path = path.display().to_string();
                let told = format!("the folder holds no file that ends in .{}", KINDS.join(", ."));
                let source = io::Error::new(io::ErrorKind::NotFound, told);
                found.push(Err(FileError { path, source }));
            }
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
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&path, found);
        } else if path.extension().is_some_and(|own| KINDS.iter().any(|kind| own == *kind))
            && !path.is_dir()
        {
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
    if path == Path::new("-") { whole(io::stdin().lock()) } else { whole(fs::File::open(path)?) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_nothing_to_read_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        let found = files(&[folder.path().to_owned()]);
        let [Err(error)] = found.as_slice() else { panic!("{found:?}") };
        let told = "the folder holds no file that ends in .json, .jsonl, .ndjson, .gz";
        assert!(error.to_string().ends_with(told), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_ends_the_walk_and_a_broken_one_is_told() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), "{}").unwrap();
        for (name, target) in [("circle", "."), ("circle.json", "."), ("gone.json", "nowhere")] {
            std::os::unix::fs::symlink(target, folder.path().join(name)).unwrap();
        }
        let found = files(&[folder.path().to_owned()]);
        assert_eq!(found.len(), 2, "{found:?}");
        let paths: Vec<_> = found.iter().flatten().collect();
        assert!(paths[0].ends_with("a.json") && paths[1].ends_with("gone.json"), "{paths:?}");
        assert!(records(paths[1]).is_err());
    }
}
