//! OCSF events into Parquet, a bounded number of them at a time, the same findings always to the
//! same bytes.

use findings::{Finding, ocsf::detection_finding};
use serde_json::Value as Json;

use super::{EventFile, SCHEMA, fitting::fitted, schema::columns, striping::stripe};
use crate::{
    shape::Column,
    writer::{TableError, Writer},
};

/// Events that are gathered before they are handed to the writer, by number and by the size of their
/// findings. As JSON values they take some ten times that.
const BATCH_ROWS: usize = 1024;
const BATCH_BYTES: usize = 1 << 20;

/// A file of events in the making.
pub(crate) struct Events {
    writer: Writer,
    columns: Vec<Column>,
    waiting: Vec<(i64, Json)>,
    bytes: usize,
    rows: u64,
}

impl Events {
    pub(crate) fn new() -> Result<Self, TableError> {
        let columns = columns();
        Ok(Self {
            writer: Writer::new(&columns, &[])?,
            columns,
            waiting: Vec::new(),
            bytes: 0,
            rows: 0,
        })
    }

    pub(crate) fn push(&mut self, finding: &Finding) -> Result<(), TableError> {
        let event = detection_finding(finding);
        let time = event.get("time").and_then(Json::as_i64).unwrap_or(i64::MIN);
        self.waiting.push((time, fitted(event, &self.columns)));
        self.bytes += finding.raw().len();
        self.rows += 1;
        if self.waiting.len() >= BATCH_ROWS || self.bytes >= BATCH_BYTES {
            self.hand_over()?;
        }
        Ok(())
    }

    /// The whole file, with the id and the name of its source in its footer.
    pub(crate) fn finish(mut self, source: &str, source_id: &str) -> Result<EventFile, TableError> {
        self.hand_over()?;
        let footer = [("schema", SCHEMA), ("source", source), ("source-id", source_id)];
        let footer = footer.map(|(key, value)| (key, value.to_owned()));
        let parquet =
            self.writer.finish(footer.into_iter().chain([("rows", self.rows.to_string())]))?;
        Ok(EventFile { parquet, rows: self.rows })
    }

    /// In the order of time, as Security Lake asks for it; memory allows no order beyond a batch,
    /// which is all of most sources.
    fn hand_over(&mut self) -> Result<(), TableError> {
        self.waiting.sort_by_key(|(time, _)| *time);
        self.bytes = 0;
        for (_, event) in self.waiting.drain(..) {
            stripe(&event, &self.columns, &mut self.writer);
            self.writer.end_row()?;
        }
        Ok(())
    }
}
