//! Files and folders of this machine.

use std::{
    fs::{self, DirEntry},
    io,
    path::Path,
};

use anyhow::{Context, bail};

use super::{KINDS, LAKE, Source};
use crate::{exit::Unusable, printable::printable, talk::say};

/// The file itself, or what is below a folder. Links to folders are not followed: they can lead in
/// a circle.
pub(super) fn list(path: &Path) -> anyhow::Result<Vec<Source>> {
    let name = path.display().to_string();
    let name = printable(&name);
    let metadata = fs::metadata(path).map_err(|error| {
        Unusable(match error.kind() {
            io::ErrorKind::NotFound => format!("{name} does not exist; check the path"),
            _ => format!("can't read {name}: {error}"),
        })
    })?;
    if !metadata.is_dir() {
        return Ok(vec![Source::File(path.to_owned())]);
    }
    let lake = path.join(LAKE);
    let is_lake = lake.is_dir();
    if is_lake {
        say!("{name} is a lake: what is below its {LAKE} is read");
    }
    let mut found = Vec::new();
    below(if is_lake { &lake } else { path }, &mut found)?;
    if found.is_empty() {
        let kinds = KINDS.join(", .");
        bail!(Unusable(format!("the folder {name} holds no file that ends in .{kinds}")));
    }
    Ok(found)
}

fn below(folder: &Path, found: &mut Vec<Source>) -> anyhow::Result<()> {
    let unreadable =
        || format!("can't list the folder {}", printable(&folder.display().to_string()));
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.with_context(unreadable)?;
    entries.sort_by_key(DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type().with_context(unreadable)?.is_dir() {
            below(&path, found)?;
        } else if path.extension().is_some_and(|own| KINDS.iter().any(|kind| own == *kind))
            && path.is_file()
        {
            found.push(Source::File(path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn names(folder: &Path) -> Vec<String> {
        let sources = list(folder).unwrap();
        let prefix = format!("{}/", folder.display());
        sources.iter().map(|source| source.name().replace(&prefix, "")).collect()
    }

    #[test]
    fn a_folder_is_walked_in_the_order_of_names_and_holds_only_what_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        for path in
            ["b/2.jsonl.gz", "b/1.parquet", "a.json", "c.ndjson", "notes.txt", "gz", "B/x.csv"]
        {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        fs::create_dir(folder.path().join("empty.json")).unwrap();
        assert_eq!(names(folder.path()), ["a.json", "b/1.parquet", "b/2.jsonl.gz", "c.ndjson"]);
    }

    #[test]
    fn of_a_lake_its_findings_are_read_and_not_its_books() {
        let folder = tempfile::tempdir().unwrap();
        for path in [
            "findings/v1/region=r/a.parquet",
            "compaction/v1/1.sources.jsonl",
            "audit/v1/region=r/b.json",
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        assert_eq!(names(folder.path()), ["findings/v1/region=r/a.parquet"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_folder_above_ends_the_walk_and_one_to_a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.json"), "{}").unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join("circle.json")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a.json"), folder.path().join("b.json"))
            .unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("c.json")).unwrap();
        assert_eq!(names(folder.path()), ["a.json", "b.json"]);
    }

    #[test]
    fn a_file_that_was_named_is_read_whatever_it_is_called() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), "12345").unwrap();
        let sources = list(file.path()).unwrap();
        assert_eq!(sources, [Source::File(file.path().to_owned())]);
        assert_eq!(sources[0].size(), 5);
    }

    #[test]
    fn nothing_to_read_is_the_persons_to_mend() {
        let folder = tempfile::tempdir().unwrap();
        let missing = list(&folder.path().join("missing")).unwrap_err();
        assert!(
            missing.to_string().ends_with("missing does not exist; check the path"),
            "{missing}"
        );
        let empty = list(folder.path()).unwrap_err();
        assert!(empty.to_string().contains(".gz, .jsonl, .ndjson, .json, .parquet"), "{empty}");
        assert_eq!((Exit::of(&missing), Exit::of(&empty)), (Exit::BadUsage, Exit::BadUsage));
    }
}
