//! Findings as OCSF events in Parquet, laid out as Amazon Security Lake has it for a custom source.

use platform::store::FileContent;

use crate::{Committed, Converted, Lake, LakeError, Partition, lake::NewFile};

mod events;
mod fitting;
mod schema;
mod striping;

pub(crate) use events::Events;

/// What the footer and the metadata of each file say it is.
pub(crate) const SCHEMA: &str = "ocsf/1.1.0/detection_finding";

/// A custom source of Security Lake, or any other place with the same layout.
#[derive(Debug, Clone)]
pub struct CustomSource {
    place: Lake,
    prefix: String,
}

/// The events of one source, as the file in which they are written.
#[derive(Debug)]
pub(crate) struct EventFile {
    pub(crate) parquet: FileContent,
    pub(crate) rows: u64,
}

impl CustomSource {
    /// Below this prefix, which is empty or ends in a slash.
    pub fn new(place: Lake, prefix: &str) -> Self {
        Self { place, prefix: prefix.to_owned() }
    }

    /// Writes the events of a source, as [`Lake::commit`] does its rows, and has to come before it:
    /// once a source is in the lake nobody reads it again.
    ///
    /// A source that was not converted for this gives no file, which is [`Committed::Before`].
    ///
    /// # Errors
    /// When the write failed, or something else has the file's key.
    pub async fn commit(
        &self,
        partition: &Partition,
        source_id: &str,
        file: &Converted,
    ) -> Result<Committed, LakeError> {
        let Some(events) = &file.events else { return Ok(Committed::Before) };
        self.place
            .settle(&NewFile {
                key: &self.key(partition, source_id),
                content_type: "application/vnd.apache.parquet",
                metadata: vec![
                    ("source-id", source_id.to_owned()),
                    ("sha256", hex::encode(events.parquet.sha256())),
                    ("schema", SCHEMA.to_owned()),
                    ("rows", events.rows.to_string()),
                ],
                content: events.parquet.clone().into(),
            })
            .await
    }

    fn key(&self, partition: &Partition, source_id: &str) -> String {
        let Partition { region, account, date } = partition;
        let day = date.replace('-', "");
        let prefix = &self.prefix;
        format!("{prefix}region={region}/accountId={account}/eventDay={day}/{source_id}.parquet")
    }
}

#[cfg(test)]
mod tests;
