//! The writes into the lake, each of which can be made twice with the effect of once.

use bytes::Bytes;
use platform::store::{Content, FileContent};

use crate::{Lake, LakeError, Partition, QUARANTINE, convert::Converted, lake::NewFile};

/// What the write of a file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// Written now.
    Written,
    /// Written before, from the same source, with the same content.
    Before,
    /// Written before, from the same source, by a build that writes other bytes. It is kept.
    BeforeOtherwise,
}

impl Lake {
    /// First what was set aside, then the file under the key of its source: once the file is
    /// there, all of the source is somewhere.
    ///
    /// When a file is there already, its metadata has to name the same source: the answer to our
    /// own first attempt may have been lost, and that must not look like somebody else's object.
    ///
    /// # Errors
    /// When a write failed, or something else has the file's key.
    pub async fn commit(
        &self,
        partition: &Partition,
        source_id: &str,
        file: &Converted,
    ) -> Result<Committed, LakeError> {
        if let Some(lines) = &file.quarantined {
            self.lines_aside(&partition.date, source_id, lines.clone()).await?;
        }
        let counts = file.counts;
        self.settle(&NewFile {
            key: &partition.file(source_id),
            content_type: "application/vnd.apache.parquet",
            metadata: vec![
                ("source-id", source_id.to_owned()),
                ("sha256", hex::encode(file.parquet.sha256())),
                ("rows", counts.rows.to_string()),
                ("quarantined", counts.quarantined.to_string()),
                ("blank", counts.blank.to_string()),
            ],
            content: file.parquet.clone().into(),
        })
        .await
    }

    /// Sets a source as a whole aside, with a note of the reason. The key names the source, so that
    /// one source has one note at most.
    ///
    /// # Errors
    /// When the write failed.
    pub async fn note(&self, date: &str, source_id: &str, note: Bytes) -> Result<(), LakeError> {
        self.set_aside(&quarantine_key(date, source_id, "json"), source_id, note.into()).await
    }

    /// Sets the bad lines of a source aside.
    pub(crate) async fn lines_aside(
        &self,
        date: &str,
        source_id: &str,
        lines: FileContent,
    ) -> Result<(), LakeError> {
        self.set_aside(&quarantine_key(date, source_id, "jsonl"), source_id, lines.into()).await
    }

    async fn set_aside(
        &self,
        key: &str,
        source_id: &str,
        content: Content,
    ) -> Result<(), LakeError> {
        let metadata = vec![("source-id", source_id.to_owned())];
        let content_type = "application/json";
        self.put_new(&NewFile { key, content_type, metadata, content }).await.map(drop)
    }

    /// Writes a Parquet file whose metadata say what it was made from.
    pub(crate) async fn settle(&self, file: &NewFile<'_>) -> Result<Committed, LakeError> {
        if self.put_new(file).await? {
            return Ok(Committed::Written);
        }
        let there = self.metadata(file.key).await?.unwrap_or_default();
        let ours =
            |name: &str| file.metadata.iter().find(|(own, _)| *own == name).map(|(_, own)| own);
        let is_same = |name: &str| ours(name).is_some_and(|own| there.get(name) == Some(own));
        match (is_same("source-id"), is_same("sha256")) {
            (true, true) => Ok(Committed::Before),
            (true, false) => Ok(Committed::BeforeOtherwise),
            (false, _) => Err(LakeError::Foreign { name: self.name(file.key) }),
        }
    }
}

fn quarantine_key(date: &str, source_id: &str, extension: &str) -> String {
    format!("{QUARANTINE}/date={date}/{source_id}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FINDINGS, Outputs, convert::Conversion, tests::block_on};

    fn converted(source_id: &str) -> Converted {
        Conversion::new("s3://exports/k", source_id, Outputs::Lake).unwrap().finish().unwrap()
    }

    #[test]
    fn a_file_is_written_once_and_found_again_and_nobody_elses_is_touched() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::Folder(folder.path().to_owned());
        let partition = Partition::new("eu-west-1", "111122223333", "2026-10-01").unwrap();
        let commit = |id: &str, file: &Converted| block_on(lake.commit(&partition, id, file));
        let file = converted("s1");
        assert_eq!(commit("s1", &file).unwrap(), Committed::Written);
        assert_eq!(commit("s1", &file).unwrap(), Committed::Before);
        let mut other =
            Conversion::new("s3://exports/other", "s1", Outputs::Lake).unwrap().finish().unwrap();
        assert_eq!(commit("s1", &other).unwrap(), Committed::BeforeOtherwise);
        other = converted("s2");
        std::fs::copy(
            folder.path().join(partition.file("s1")),
            folder.path().join(partition.file("s2")),
        )
        .unwrap();
        assert!(matches!(commit("s2", &other), Err(LakeError::Foreign { .. })));
        assert_eq!(std::fs::read_dir(folder.path().join(FINDINGS)).unwrap().count(), 1);
    }
}
