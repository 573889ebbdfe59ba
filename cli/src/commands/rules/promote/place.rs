//! Where a rule file is: read, kept beside itself, and replaced only by who has seen it.

use std::{
    fmt, fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, anyhow};
use platform::{
    rules::LIMIT,
    s3_uri::S3Uri,
    store::{NewObject, Replace, Store, StoreError},
};

use crate::{
    exit::Unusable,
    history::{Connection, store_explained},
};

/// A file, or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    File(PathBuf),
    Object(S3Uri),
}

/// What was found there.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) name: String,
    pub(super) text: String,
    etag: Option<String>,
}

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with("s3://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let uri = S3Uri::parse(text).filter(|uri| !uri.key.ends_with('/'));
        uri.map(Self::Object).ok_or_else(|| format!("write a file or {}", S3Uri::ALLOWED))
    }

    pub(super) fn read(&self, connection: &Connection) -> anyhow::Result<Held> {
        let name = self.to_string();
        match self {
            Self::File(path) => {
                let text = fs::read_to_string(path)
                    .with_context(|| Unusable(format!("can't read the rules {name}")))?;
                Ok(Held { name, text, etag: None })
            }
            Self::Object(S3Uri { bucket, key }) => {
                let store = Store::new(connection.aws().clone());
                let object = store.get(bucket, key, None, LIMIT);
                let object = connection.runtime()?.block_on(object);
                let object = object.map_err(|error| self.explained(&error, connection))?;
                let text = String::from_utf8(object.bytes.to_vec())
                    .map_err(|_| Unusable(format!("the rules {name} are not UTF-8")))?;
                Ok(Held { name, text, etag: object.etag })
            }
        }
    }

    /// Writes what was found beside it and gives its name. One that is there has that very text,
    /// since the suffix holds its hash.
    pub(super) fn keep(
        &self,
        held: &Held,
        suffix: &str,
        connection: &Connection,
    ) -> anyhow::Result<String> {
        let name = format!("{self}{suffix}");
        match self {
            Self::File(_) => write(Path::new(&name), &held.text, None)?,
            Self::Object(S3Uri { bucket, key }) => {
                let store = Store::new(connection.aws().clone());
                let key = format!("{key}{suffix}");
                let object = yaml(bucket, &key, &held.text);
                let put = connection.runtime()?.block_on(store.put_new(&object));
                put.map_err(|error| self.explained(&error, connection))?;
            }
        }
        Ok(name)
    }

    /// Writes the text in place of what was found, and nothing when that has changed since.
    pub(super) fn replace(
        &self,
        found: &Held,
        text: &str,
        connection: &Connection,
    ) -> anyhow::Result<()> {
        let changed = || {
            anyhow!(
                "{self} was changed by somebody else meanwhile, so it is left as it is now; look at it, and try again"
            )
        };
        match self {
            Self::File(path) => {
                let now = fs::read_to_string(path).with_context(|| format!("can't read {self}"))?;
                if now != found.text {
                    return Err(changed());
                }
                write(path, text, Some(fs::metadata(path)?.permissions()))
            }
            Self::Object(S3Uri { bucket, key }) => {
                let etag = found.etag.as_deref().context("S3 gave no ETag for the rules")?;
                let store = Store::new(connection.aws().clone());
                let object = yaml(bucket, key, text);
                let put = connection.runtime()?.block_on(store.put_if(&object, etag));
                match put.map_err(|error| self.explained(&error, connection))? {
                    Replace::Replaced { .. } => Ok(()),
                    Replace::Changed => Err(changed()),
                }
            }
        }
    }

    fn explained(&self, error: &StoreError, connection: &Connection) -> anyhow::Error {
        let needed = format!(
            "s3:GetObject on {self}, and to put rules in force s3:PutObject on it and beside it"
        );
        store_explained(error, connection, &needed)
    }
}

fn yaml<'a>(bucket: &'a str, key: &'a str, text: &str) -> NewObject<'a> {
    NewObject {
        bucket,
        key,
        content_type: "application/yaml",
        metadata: Vec::new(),
        content: bytes::Bytes::from(text.to_owned()).into(),
    }
}

/// A whole file or the one that was there.
fn write(path: &Path, text: &str, permissions: Option<fs::Permissions>) -> anyhow::Result<()> {
    let unwritable = || format!("can't write {}", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(unwritable)?;
    file.write_all(text.as_bytes()).with_context(unwritable)?;
    file.as_file().sync_all().with_context(unwritable)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions).with_context(unwritable)?;
    }
    file.persist(path).with_context(unwritable)?;
    Ok(())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Object(uri) => uri.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use platform::aws::{Aws, Settings};

    use super::*;

    #[test]
    fn a_file_is_kept_and_replaced_only_by_who_has_seen_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.yaml");
        fs::write(&path, "old").unwrap();
        let connection = Connection::through(Aws::with_settings(Settings::default()));
        let place = Place::parse(path.to_str().unwrap()).unwrap();
        let found = place.read(&connection).unwrap();
        let kept = place.keep(&found, ".before-1", &connection).unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), "old");
        place.replace(&found, "new", &connection).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let error = place.replace(&found, "newer", &connection).unwrap_err().to_string();
        assert!(error.contains("changed by somebody else"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn an_address_is_an_object_or_no_place_at_all() {
        assert!(matches!(Place::parse("s3://lake/rules/r.yaml"), Ok(Place::Object(_))));
        assert!(Place::parse("s3://lake").is_err());
        assert!(Place::parse("s3://lake/rules/").is_err());
    }
}
