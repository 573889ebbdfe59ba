//! Which versions of findings the lake holds, whatever file they are in.

use std::{collections::HashSet, fs::File};

use findings::VersionKey;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    FINDINGS, Lake, LakeError, Partition,
    inventory::bytes,
    rows::{Rows, RowsError},
};

const COLUMN: &str = "version_key";
/// Files that are on their way at once.
const AT_ONCE: usize = 8;

/// Version keys, 32 bytes each.
#[derive(Debug, Default)]
pub struct Versions(HashSet<[u8; 32]>);

impl Versions {
    /// Those in the partitions of this day and later.
    ///
    /// # Errors
    /// When the lake could not be read in whole.
    pub async fn since(lake: &Lake, date: &str) -> Result<Self, LakeError> {
        let mut keys = Vec::new();
        lake.list(&format!("{FINDINGS}/"), |listed| {
            if let Some((partition, name)) = Partition::of_lake_key(FINDINGS, &listed.key)
                && partition.date.as_str() >= date
                && name.ends_with(".parquet")
            {
                keys.push(listed.key);
            }
        })
        .await?;
        let mut files = stream::iter(keys)
            .map(|key| async move { lake.file(&key).await.map(|file| (key, file)) })
            .buffered(AT_ONCE);
        let mut found = HashSet::new();
        while let Some((key, file)) = files.try_next().await? {
            read(file, &mut found)
                .map_err(|reason| LakeError::Unreadable { name: lake.name(&key), reason })?;
        }
        Ok(Self(found))
    }

    /// Whether this version is there.
    pub fn holds(&self, key: &VersionKey) -> bool {
        bytes(key.as_str()).is_some_and(|key| self.0.contains(&key))
    }
}

fn read(file: File, found: &mut HashSet<[u8; 32]>) -> Result<(), String> {
    let told = |error: RowsError| error.to_string();
    let rows = Rows::open(file).map_err(told)?;
    if !rows.has(COLUMN) {
        return Err("it has no column of version keys".to_owned());
    }
    rows.texts(COLUMN, |key| found.extend(bytes(&key))).map_err(told)
}
