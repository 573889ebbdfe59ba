//! A lake on a disk: the same keys as paths, created whole or not at all.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::Path,
};

use bytes::Bytes;
use findings::Timestamp;
use parquet::file::reader::{FileReader, SerializedFileReader};
use platform::store::{Content, Listed};
use sha2::{Digest, Sha256};

use crate::LakeError;

pub(crate) fn disk(path: &str, source: io::Error) -> LakeError {
    LakeError::Disk { path: path.to_owned(), source }
}

fn told(path: &Path) -> impl Fn(io::Error) -> LakeError + '_ {
    |error| disk(&path.display().to_string(), error)
}

/// Written beside its place and linked to it: a reader sees all of it or nothing.
pub(crate) fn put_new(path: &Path, content: &Content) -> Result<bool, LakeError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(told(folder))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(told(folder))?;
    match content {
        Content::Bytes(bytes) => file.write_all(bytes),
        Content::File(own) => io::copy(&mut own.reader(), &mut file).map(drop),
    }
    .and_then(|()| file.as_file().sync_all())
    .map_err(told(path))?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(told(path)(error.error)),
    }
}

/// A bucket keeps it beside the object; here it is read from the file itself.
pub(crate) fn metadata(path: &Path) -> Result<Option<HashMap<String, String>>, LakeError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(told(path))?,
    };
    let mut digest = Sha256::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let read = file.read(&mut chunk).map_err(told(path))?;
        if read == 0 {
            break;
        }
        digest.update(chunk.get(..read).unwrap_or_default());
    }
    let reader = SerializedFileReader::new(file).map_err(|error| LakeError::Unreadable {
        name: path.display().to_string(),
        reason: error.to_string(),
    })?;
    let pairs = reader.metadata().file_metadata().key_value_metadata().into_iter().flatten();
    let mut found: HashMap<_, _> = pairs
        .filter_map(|pair| {
            Some((pair.key.strip_prefix("guardsift.")?.to_owned(), pair.value.clone()?))
        })
        .collect();
    found.insert("sha256".to_owned(), hex::encode(digest.finalize()));
    Ok(Some(found))
}

/// Everything below a prefix that ends in a slash, in the order of keys. A name that begins with a
/// dot is a file in the making.
pub(crate) fn list(
    top: &Path,
    prefix: &str,
    mut each: impl FnMut(Listed),
) -> Result<(), LakeError> {
    let mut found = Vec::new();
    below(&top.join(prefix), prefix, &mut found)?;
    found.sort_by(|one: &Listed, other| one.key.cmp(&other.key));
    found.into_iter().for_each(&mut each);
    Ok(())
}

fn below(folder: &Path, prefix: &str, found: &mut Vec<Listed>) -> Result<(), LakeError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(told(folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(told(folder))?;
        let metadata = match entry.metadata() {
            // Gone since its name was read: a file in the making that has its place now, or one that another run took away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            other => other.map_err(told(folder))?,
        };
        let Ok(name) = entry.file_name().into_string() else { continue };
        if metadata.is_dir() {
            below(&entry.path(), &format!("{prefix}{name}/"), found)?;
        } else if !name.starts_with('.') {
            let modified = metadata.modified().ok().and_then(|moment| {
                let age = moment.duration_since(std::time::UNIX_EPOCH).ok()?;
                Some(Timestamp::from_epoch_millis(i64::try_from(age.as_millis()).ok()?))
            });
            let key = format!("{prefix}{name}");
            found.push(Listed { key, size: metadata.len(), etag: None, modified });
        }
    }
    Ok(())
}

pub(crate) fn text(path: &Path) -> Result<Bytes, LakeError> {
    fs::read(path).map(Bytes::from).map_err(told(path))
}

pub(crate) fn open(path: &Path) -> Result<File, LakeError> {
    File::open(path).map_err(told(path))
}

pub(crate) fn remove(path: &Path) -> Result<(), LakeError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(told(path)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_list_made_while_others_write_and_take_away_has_all_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("findings");
        assert!(put_new(&place.join("stays"), &Content::Bytes(Bytes::new())).unwrap());
        let is_done = AtomicBool::new(false);
        let listed = std::thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..200 {
                    let passing = (0..50).map(|number| place.join(number.to_string()));
                    passing.clone().for_each(|path| fs::write(path, "row").unwrap());
                    passing.for_each(|path| remove(&path).unwrap());
                }
                is_done.store(true, Ordering::SeqCst);
            });
            let mut listed = Vec::new();
            while !is_done.load(Ordering::SeqCst) {
                let mut stays = false;
                let each = |own: Listed| stays |= own.key == "findings/stays";
                listed.push(list(folder.path(), "findings/", each).map(|()| stays));
            }
            listed
        });
        assert!(!listed.is_empty());
        for stays in listed {
            assert!(stays.unwrap());
        }
    }
}
