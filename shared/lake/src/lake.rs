//! Where a lake is: a bucket, or a folder that is laid out in the same way.

use std::{collections::HashMap, fs::File, io, path::PathBuf};

use bytes::Bytes;
use platform::store::{Content, Listed, NewObject, Put, Store, StoreError};

use crate::folder;

/// A lake. Keys and contents are the same in both places.
#[derive(Debug, Clone)]
pub enum Lake {
    /// An S3 bucket.
    Bucket {
        /// How S3 is reached.
        store: Store,
        /// The bucket's name.
        name: String,
    },
    /// A folder of this machine.
    Folder(PathBuf),
    /// A folder of which nothing more can be written once the number is used up.
    #[cfg(test)]
    Dying(PathBuf, std::sync::Arc<std::sync::atomic::AtomicUsize>),
}

/// The lake could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// A call to S3 failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Never overwritten: whatever it is, somebody put it there.
    #[error(
        "{name} is there already and was not made from this source; move it away or find out who wrote it"
    )]
    Foreign {
        /// URI or path.
        name: String,
    },
    /// A file of a lake that is a folder.
    #[error("can't use {path}; check the folder and its permissions")]
    Disk {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An object that is not what its key says.
    #[error("{name} can't be read ({reason}); the lake was changed by something else")]
    Unreadable {
        /// URI or path.
        name: String,
        /// In words.
        reason: String,
    },
    /// A file was not made.
    #[error(transparent)]
    Table(#[from] crate::writer::TableError),
}

/// A file to write.
pub(crate) struct NewFile<'a> {
    pub(crate) key: &'a str,
    pub(crate) content_type: &'static str,
    /// A Parquet file has the same in its footer.
    pub(crate) metadata: Vec<(&'static str, String)>,
    pub(crate) content: Content,
}

/// A manifest is far smaller.
const LARGEST_TEXT: usize = 64 << 20;

impl Lake {
    /// URI or path of a key, for people.
    pub fn name(&self, key: &str) -> String {
        match self {
            Self::Bucket { name, .. } => format!("s3://{name}/{key}"),
            Self::Folder(folder) => folder.join(key).display().to_string(),
            #[cfg(test)]
            Self::Dying(folder, _) => folder.join(key).display().to_string(),
        }
    }

    /// Creates a file, never replacing one. `false` when there is one already.
    pub(crate) async fn put_new(&self, file: &NewFile<'_>) -> Result<bool, LakeError> {
        match self {
            Self::Bucket { store, name } => {
                let object = NewObject {
                    bucket: name,
                    key: file.key,
                    content_type: file.content_type,
                    metadata: file.metadata.clone(),
                    content: file.content.clone(),
                };
                Ok(matches!(store.put_new(&object).await?, Put::Created { .. }))
            }
            Self::Folder(folder) => folder::put_new(&folder.join(file.key), &file.content),
            #[cfg(test)]
            Self::Dying(folder, left) => {
                tests::live(left, folder)?;
                folder::put_new(&folder.join(file.key), &file.content)
            }
        }
    }

    /// What is said of a Parquet file where it is; `None` when there is none.
    pub(crate) async fn metadata(
        &self,
        key: &str,
    ) -> Result<Option<HashMap<String, String>>, LakeError> {
        match self {
            Self::Bucket { store, name } => {
                Ok(store.head(name, key).await?.map(|head| head.metadata))
            }
            Self::Folder(folder) => folder::metadata(&folder.join(key)),
            #[cfg(test)]
            Self::Dying(folder, _) => folder::metadata(&folder.join(key)),
        }
    }

    /// Everything below a prefix that ends in a slash, in the order of keys.
    pub(crate) async fn list(
        &self,
        prefix: &str,
        each: impl FnMut(Listed) + Send,
    ) -> Result<(), LakeError> {
        match self {
            Self::Bucket { store, name } => Ok(store.list_each(name, prefix, each).await?),
            Self::Folder(folder) => folder::list(folder, prefix, each),
            #[cfg(test)]
            Self::Dying(folder, _) => folder::list(folder, prefix, each),
        }
    }

    /// A small file in whole.
    pub(crate) async fn text(&self, key: &str) -> Result<Bytes, LakeError> {
        match self {
            Self::Bucket { store, name } => {
                Ok(store.get(name, key, None, LARGEST_TEXT).await?.bytes)
            }
            Self::Folder(folder) => folder::text(&folder.join(key)),
            #[cfg(test)]
            Self::Dying(folder, _) => folder::text(&folder.join(key)),
        }
    }

    /// A file that can be read from anywhere.
    pub(crate) async fn file(&self, key: &str) -> Result<File, LakeError> {
        match self {
            Self::Bucket { store, name } => {
                let mut file = tempfile::tempfile()
                    .map_err(|error| folder::disk("a temporary file", error))?;
                store.download(name, key, &mut file).await?;
                Ok(file)
            }
            Self::Folder(folder) => folder::open(&folder.join(key)),
            #[cfg(test)]
            Self::Dying(folder, _) => folder::open(&folder.join(key)),
        }
    }

    /// Removes a file. That it is gone already is no error.
    pub(crate) async fn remove(&self, key: &str) -> Result<(), LakeError> {
        match self {
            Self::Bucket { store, name } => Ok(store.delete(name, key).await?),
            Self::Folder(folder) => folder::remove(&folder.join(key)),
            #[cfg(test)]
            Self::Dying(folder, left) => {
                tests::live(left, folder)?;
                folder::remove(&folder.join(key))
            }
        }
    }
}

impl LakeError {
    /// A stable word for causes that will meet every other object too.
    pub fn systemic(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) => error.systemic(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        path::Path,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    /// Uses up one write, or ends as a process does that was killed before it.
    pub(super) fn live(left: &AtomicUsize, folder: &Path) -> Result<(), LakeError> {
        let used =
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        used.map(drop)
            .map_err(|_| folder::disk(&folder.display().to_string(), io::Error::other("killed")))
    }
}
