//! Buckets in a folder with an index in memory: one lock makes a check and the write it allows one step.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use s3s::crypto::{Checksum, Md5};
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use crate::s3::conditions::Conditions;
use crate::s3::path;
use crate::s3::settings::BucketSettings;
use crate::s3::stored::{Stored, now_millis};

pub(super) type Bucket = BTreeMap<String, Stored>;
type Listener = Box<dyn Fn(&Created) + Send + Sync>;

/// All buckets of the machine.
pub struct Store {
    root: PathBuf,
    buckets: Mutex<BTreeMap<String, Bucket>>,
    pub(super) settings: Mutex<BTreeMap<String, BucketSettings>>,
    notifying: BTreeSet<String>,
    listener: Listener,
    sequence: AtomicU64,
    staged: AtomicU64,
}

/// An object that has just been written to a bucket with notifications on.
#[derive(Clone, Debug)]
pub struct Created {
    /// The bucket.
    pub bucket: String,
    /// The key as it is, not URL-encoded.
    pub key: String,
    /// The new object.
    pub stored: Stored,
    /// The operation, `PutObject` or `CopyObject`.
    pub reason: &'static str,
}

/// Why the machine's own access to its buckets failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The bucket or the object is not there.
    #[error("no object s3://{0}/{1}")]
    Missing(String, String),
    /// The folder cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the file system says.
        source: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Entry {
    bucket: String,
    key: String,
    stored: Stored,
}

impl Store {
    /// Opens the folder `root`, with what an earlier run left there, and calls `listener` for each object created in
    /// one of the buckets `notifying`.
    pub fn open(
        root: &Path,
        notifying: BTreeSet<String>,
        listener: impl Fn(&Created) + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        fs::create_dir_all(root.join(".staging")).map_err(|source| at(root, source))?;
        let buckets = load(root)?;
        let written = buckets.values().map(BTreeMap::len).sum::<usize>();
        Ok(Self {
            root: root.to_owned(),
            buckets: Mutex::new(buckets),
            settings: Mutex::default(),
            notifying,
            listener: Box::new(listener),
            // Past everything an earlier run can have used, since that needed a millisecond per write at the least.
            sequence: AtomicU64::new(now_millis().saturating_add(written as u64)),
            staged: AtomicU64::new(0),
        })
    }

    /// Creates a bucket; one that is there stays as it is.
    pub fn create_bucket(&self, bucket: &str) -> Result<bool, StoreError> {
        let folder = self.root.join(bucket);
        fs::create_dir_all(&folder).map_err(|source| at(&folder, source))?;
        let index = self.root.join(".index").join(bucket);
        fs::create_dir_all(&index).map_err(|source| at(&index, source))?;
        let mut buckets = self.buckets();
        let new = !buckets.contains_key(bucket);
        buckets.entry(bucket.to_owned()).or_default();
        Ok(new)
    }

    /// Writes an object as a `PutObject` without conditions would.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<Stored, StoreError> {
        let staging = self.staging();
        fs::write(&staging, bytes).map_err(|source| at(&staging, source))?;
        let mut md5 = Md5::new();
        md5.update(bytes);
        let stored = Stored {
            etag: hex::encode(md5.finalize()),
            size: bytes.len() as u64,
            ..Stored::default()
        };
        let committed =
            self.commit(bucket, key, &staging, stored, &Conditions::default(), "PutObject");
        committed
            .map_err(|error| at(&path::object(&self.root, bucket, key), io::Error::other(error)))
    }

    /// An object's bytes.
    pub fn get(&self, bucket: &str, key: &str) -> Result<Vec<u8>, StoreError> {
        let missing = || StoreError::Missing(bucket.to_owned(), key.to_owned());
        let buckets = self.buckets();
        buckets.get(bucket).and_then(|objects| objects.get(key)).ok_or_else(missing)?;
        let path = path::object(&self.root, bucket, key);
        fs::read(&path).map_err(|source| at(&path, source))
    }

    /// Whether an object is there.
    pub fn contains(&self, bucket: &str, key: &str) -> bool {
        self.buckets().get(bucket).is_some_and(|objects| objects.contains_key(key))
    }

    /// The keys under `prefix` with their entries, in order.
    pub fn list(&self, bucket: &str, prefix: &str) -> Vec<(String, Stored)> {
        let buckets = self.buckets();
        let objects = buckets.get(bucket).into_iter().flatten();
        let under = objects.filter(|(key, _)| key.starts_with(prefix));
        under.map(|(key, stored)| (key.clone(), stored.clone())).collect()
    }

    /// Removes an object; one that is not there is no error.
    pub fn remove(&self, bucket: &str, key: &str) {
        if let Err(error) = self.delete(bucket, key) {
            tracing::warn!(bucket, key, %error, "object not removed");
        }
    }

    /// A file that is not there yet, to write an object's bytes to before it is committed.
    pub(super) fn staging(&self) -> PathBuf {
        self.root.join(".staging").join(self.staged.fetch_add(1, Ordering::Relaxed).to_string())
    }

    /// Makes the staged bytes the object, if the conditions hold. Check and write are one step for every racer.
    pub(super) fn commit(
        &self,
        bucket: &str,
        key: &str,
        staging: &Path,
        mut stored: Stored,
        conditions: &Conditions,
        reason: &'static str,
    ) -> S3Result<Stored> {
        let mut buckets = self.buckets();
        let objects = buckets.get_mut(bucket).ok_or_else(|| s3_error!(NoSuchBucket))?;
        conditions.check_write(objects.get(key))?;
        stored.sequencer = format!("{:016X}", self.sequence.fetch_add(1, Ordering::Relaxed));
        stored.modified_millis = now_millis();
        self.write(bucket, key, staging, &stored).map_err(|error| {
            s3_error!(
                error,
                InternalError,
                "this machine keeps objects as files, and this key cannot be one beside the others"
            )
        })?;
        objects.insert(key.to_owned(), stored.clone());
        drop(buckets);
        if self.notifying.contains(bucket) {
            let (bucket, key) = (bucket.to_owned(), key.to_owned());
            (self.listener)(&Created { bucket, key, stored: stored.clone(), reason });
        }
        Ok(stored)
    }

    fn write(&self, bucket: &str, key: &str, staging: &Path, stored: &Stored) -> io::Result<()> {
        let file = path::object(&self.root, bucket, key);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::rename(staging, &file)?;
        let entry =
            Entry { bucket: bucket.to_owned(), key: key.to_owned(), stored: stored.clone() };
        fs::write(path::entry(&self.root, bucket, key), serde_json::to_vec(&entry)?)
    }

    /// The object's entry and its open file, taken in one step: a later write does not change what is read.
    pub(super) fn open_object(&self, bucket: &str, key: &str) -> S3Result<(Stored, fs::File)> {
        let buckets = self.buckets();
        let objects = buckets.get(bucket).ok_or_else(|| s3_error!(NoSuchBucket))?;
        let stored = objects.get(key).ok_or_else(|| s3_error!(NoSuchKey))?;
        let file = fs::File::open(path::object(&self.root, bucket, key));
        Ok((stored.clone(), file.map_err(|error| s3_error!(error, InternalError))?))
    }

    pub(super) fn delete(&self, bucket: &str, key: &str) -> S3Result<()> {
        let mut buckets = self.buckets();
        let objects = buckets.get_mut(bucket).ok_or_else(|| s3_error!(NoSuchBucket))?;
        if objects.remove(key).is_some() {
            for file in
                [path::entry(&self.root, bucket, key), path::object(&self.root, bucket, key)]
            {
                fs::remove_file(file).map_err(|error| s3_error!(error, InternalError))?;
            }
        }
        Ok(())
    }

    pub(super) fn require_bucket(&self, bucket: &str) -> S3Result<()> {
        if self.buckets().contains_key(bucket) { Ok(()) } else { Err(s3_error!(NoSuchBucket)) }
    }

    pub(super) fn delete_bucket(&self, bucket: &str) -> S3Result<()> {
        let mut buckets = self.buckets();
        match buckets.get(bucket) {
            None => return Err(s3_error!(NoSuchBucket)),
            Some(objects) if !objects.is_empty() => return Err(s3_error!(BucketNotEmpty)),
            Some(_) => buckets.remove(bucket),
        };
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).remove(bucket);
        for folder in [self.root.join(".index").join(bucket), self.root.join(bucket)] {
            fs::remove_dir_all(folder).map_err(|error| s3_error!(error, InternalError))?;
        }
        Ok(())
    }

    pub(super) fn buckets(&self) -> MutexGuard<'_, BTreeMap<String, Bucket>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn load(root: &Path) -> Result<BTreeMap<String, Bucket>, StoreError> {
    let index = root.join(".index");
    fs::create_dir_all(&index).map_err(|source| at(&index, source))?;
    let mut buckets = BTreeMap::new();
    for folder in children(&index)? {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let mut objects = Bucket::new();
        for file in children(&folder)? {
            let text = fs::read(&file).map_err(|source| at(&file, source))?;
            // A torn entry is of a write that was never acknowledged.
            if let Ok(entry) = serde_json::from_slice::<Entry>(&text)
                && path::object(root, &entry.bucket, &entry.key).is_file()
            {
                objects.insert(entry.key, entry.stored);
            }
        }
        buckets.insert(name, objects);
    }
    Ok(buckets)
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries =
        fs::read_dir(folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    entries.map_err(|source| at(folder, source))
}

fn at(path: &Path, source: io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), source }
}
