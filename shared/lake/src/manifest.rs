//! What says which files of a partition became one.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};

use crate::{Lake, LakeError, Partition, lake::NewFile, source_id::digest};

/// Where manifests are. They are kept as long as the lake: without them a source whose own file is
/// gone would look as if it had never been there.
pub(crate) const MANIFESTS: &str = "compaction/v1";
/// How the name of a file made by compaction begins.
const COMPACTED: &str = "compacted-";
/// Manifests that are on their way at once.
const AT_ONCE: usize = 16;
const SCHEMA: &str = "guardsift.compaction/v1";

/// The claim of one compaction: these sources, and no other claim has one of them. It is there
/// before the file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    schema: String,
    /// Ids, in the order in which their rows stand in the file.
    pub(crate) sources: Vec<String>,
}

/// An object of a partition, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Named<'k> {
    /// The file of one source.
    Source(&'k str),
    /// A file made by compaction: its id.
    Compacted(&'k str),
    /// Nothing of ours.
    Other,
}

impl<'k> Named<'k> {
    pub(crate) fn of(name: &'k str) -> Self {
        let is_id = |text: &str| {
            text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        match name.strip_suffix(".parquet") {
            Some(stem) if is_id(stem) => Self::Source(stem),
            Some(stem) => match stem.strip_prefix(COMPACTED) {
                Some(id) if is_id(id) => Self::Compacted(id),
                _ => Self::Other,
            },
            None => Self::Other,
        }
    }
}

impl Manifest {
    pub(crate) fn new(sources: Vec<String>) -> Self {
        Self { schema: SCHEMA.to_owned(), sources }
    }

    /// Names the file: the same sources, the same file.
    pub(crate) fn id(&self, partition: &Partition) -> String {
        let folder = partition.folder();
        let mut parts = vec!["compaction", folder.as_str()];
        parts.extend(self.sources.iter().map(String::as_str));
        digest(&parts)
    }

    /// The key of the file.
    pub(crate) fn file(&self, partition: &Partition) -> String {
        partition.file(&format!("{COMPACTED}{}", self.id(partition)))
    }

    /// Makes this the claim with the given number. `false` when another run was faster.
    pub(crate) async fn claim(
        &self,
        lake: &Lake,
        partition: &Partition,
        number: u64,
    ) -> Result<bool, LakeError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        lake.put_new(&NewFile {
            key: &key(partition, number, "json"),
            content_type: "application/json",
            metadata: Vec::new(),
            content: text.into(),
        })
        .await
    }
}

/// The key of what belongs to the claim with this number.
pub(crate) fn key(partition: &Partition, number: u64, extension: &str) -> String {
    format!("{MANIFESTS}/{}/{number:06}.{extension}", partition.folder())
}

/// The manifests below `place`, which is empty or ends in a slash, by partition and number: those
/// of this day and later.
pub(crate) async fn manifests(
    lake: &Lake,
    place: &str,
    since: &str,
) -> Result<BTreeMap<(Partition, u64), Manifest>, LakeError> {
    let mut keys = Vec::new();
    lake.list(&format!("{MANIFESTS}/{place}"), |listed| {
        if let Some((partition, name)) = Partition::of_lake_key(MANIFESTS, &listed.key)
            && let Some(number) = name.strip_suffix(".json")
            && partition.date.as_str() >= since
        {
            keys.push((partition, number.parse().ok(), listed.key));
        }
    })
    .await?;
    let found = stream::iter(keys).map(|(partition, number, key)| async move {
        let number = number.ok_or_else(|| unreadable(lake, &key, "its name is no number"))?;
        let manifest: Manifest = serde_json::from_slice(&lake.text(&key).await?)
            .map_err(|error| unreadable(lake, &key, &error.to_string()))?;
        if manifest.schema != SCHEMA {
            return Err(unreadable(lake, &key, &format!("its schema is {:?}", manifest.schema)));
        }
        Ok(((partition, number), manifest))
    });
    found.buffered(AT_ONCE).try_collect().await
}

fn unreadable(lake: &Lake, key: &str, reason: &str) -> LakeError {
    LakeError::Unreadable { name: lake.name(key), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart_by_their_names() {
        let id = "0f".repeat(32);
        assert_eq!(Named::of(&format!("{id}.parquet")), Named::Source(&id));
        assert_eq!(Named::of(&format!("compacted-{id}.parquet")), Named::Compacted(&id));
        for other in [format!("{id}.json"), "x.parquet".to_owned(), format!("a/{id}.parquet")] {
            assert_eq!(Named::of(&other), Named::Other);
        }
    }

    #[test]
    fn a_file_is_named_by_its_partition_and_its_sources() {
        let partition = |date| Partition::new("eu-west-1", "111122223333", date).unwrap();
        let manifest = |sources: &[&str]| {
            Manifest::new(sources.iter().map(|source| (*source).to_owned()).collect())
        };
        let id = manifest(&["a", "b"]).id(&partition("2026-10-01"));
        assert_ne!(id, manifest(&["ab"]).id(&partition("2026-10-01")));
        assert_ne!(id, manifest(&["a", "b"]).id(&partition("2026-10-02")));
    }
}
