//! Which sources the lake holds: each in a file of its own, in one with others, or as a note of why
//! it gives nothing.

use std::collections::HashSet;

use crate::{
    FINDINGS, Lake, LakeError, Partition, QUARANTINE,
    manifest::{Named, manifests},
};

/// The ids of sources, 32 bytes each.
#[derive(Debug, Default)]
pub struct Inventory {
    held: HashSet<[u8; 32]>,
    noted: HashSet<[u8; 32]>,
}

impl Inventory {
    /// Everything in the lake, or what is in this Region of it, from this day on.
    ///
    /// # Errors
    /// When the lake could not be read in whole.
    pub async fn of(
        lake: &Lake,
        region: Option<&str>,
        since: Option<&str>,
    ) -> Result<Self, LakeError> {
        let place = region.map_or_else(String::new, |region| format!("region={region}/"));
        let mut inventory = Self::below(lake, &place, since.unwrap_or_default()).await?;
        let noted = &mut inventory.noted;
        lake.list(&format!("{QUARANTINE}/"), |listed| {
            let name = listed.key.rsplit('/').next().and_then(|name| name.strip_suffix(".json"));
            noted.extend(name.and_then(bytes));
        })
        .await?;
        Ok(inventory)
    }

    /// What one partition holds, without notes.
    ///
    /// # Errors
    /// When the lake could not be read.
    pub async fn of_partition(lake: &Lake, partition: &Partition) -> Result<Self, LakeError> {
        Self::below(lake, &format!("{}/", partition.folder()), "").await
    }

    async fn below(lake: &Lake, place: &str, since: &str) -> Result<Self, LakeError> {
        let (mut held, mut compacted) = (HashSet::new(), HashSet::new());
        // Manifests first: what is removed from the lake meanwhile is in one of them.
        let manifests = manifests(lake, place, since).await?;
        lake.list(&format!("{FINDINGS}/{place}"), |listed| {
            let found = Partition::of_lake_key(FINDINGS, &listed.key);
            let Some((_, name)) = found.filter(|(own, _)| own.date.as_str() >= since) else {
                return;
            };
            match Named::of(name) {
                Named::Source(id) => held.extend(bytes(id)),
                Named::Compacted(id) => compacted.extend(bytes(id)),
                Named::Other => {}
            }
        })
        .await?;
        for ((partition, _), manifest) in manifests {
            if bytes(&manifest.id(&partition)).is_some_and(|id| compacted.contains(&id)) {
                held.extend(manifest.sources.iter().filter_map(|id| bytes(id)));
            }
        }
        Ok(Self { held, noted: HashSet::new() })
    }

    /// Whether the rows of this source are in the lake.
    pub fn holds(&self, source_id: &str) -> bool {
        bytes(source_id).is_some_and(|id| self.held.contains(&id))
    }

    /// Whether a note says why this source gives nothing.
    pub fn notes(&self, source_id: &str) -> bool {
        bytes(source_id).is_some_and(|id| self.noted.contains(&id))
    }
}

pub(crate) fn bytes(id: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(id, &mut bytes).ok().map(|()| bytes)
}
