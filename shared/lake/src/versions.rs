//! Which versions of findings the lake holds, whatever file they are in.

use std::{collections::HashSet, fs::File};

use arrow_array::{Array, StringArray};
use findings::VersionKey;
use futures::{StreamExt, TryStreamExt, stream};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
};

use crate::{FINDINGS, Lake, LakeError, Partition, inventory::bytes};

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
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|error| error.to_string())?;
    let only = ProjectionMask::columns(builder.parquet_schema(), [COLUMN]);
    let reader = builder.with_projection(only).with_batch_size(1024).build();
    for batch in reader.map_err(|error| error.to_string())? {
        let batch = batch.map_err(|error| error.to_string())?;
        let column = batch.column_by_name(COLUMN).map(|column| column.as_any().downcast_ref());
        let keys: &StringArray = column.flatten().ok_or("it has no column of version keys")?;
        found.extend(keys.iter().flatten().filter_map(bytes));
    }
    Ok(())
}
