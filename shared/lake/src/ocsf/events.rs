//! OCSF events into Parquet, a bounded number of them at a time, the same findings always to the
//! same bytes.

use std::sync::Arc;

use arrow_json::{ReaderBuilder, reader::Decoder};
use arrow_schema::SchemaRef;
use findings::{Finding, ocsf::detection_finding};
use parquet::arrow::ArrowWriter;
use serde_json::Value as Json;

use super::{EventFile, SCHEMA, fitting::fitted, schema::schema};
use crate::{
    spool::Spool,
    table::{self, TableError},
};

/// Events that are gathered before they are handed to the writer, by number and by the size of their
/// findings. As JSON values they take some ten times that.
const BATCH_ROWS: usize = 1024;
const BATCH_BYTES: usize = 1 << 20;

/// A file of events in the making.
pub(crate) struct Events {
    writer: ArrowWriter<Spool>,
    schema: SchemaRef,
    decoder: Decoder,
    waiting: Vec<(i64, Json)>,
    bytes: usize,
    rows: u64,
}

impl Events {
    pub(crate) fn new() -> Result<Self, TableError> {
        let schema = schema();
        // Strict: an attribute that is in no column would be an error, and never just missing.
        let decoder = ReaderBuilder::new(Arc::clone(&schema)).with_strict_mode(true);
        let properties = table::properties()?.build();
        Ok(Self {
            writer: ArrowWriter::try_new(Spool::new()?, Arc::clone(&schema), Some(properties))?,
            decoder: decoder.build_decoder()?,
            schema,
            waiting: Vec::new(),
            bytes: 0,
            rows: 0,
        })
    }

    pub(crate) fn push(&mut self, finding: &Finding) -> Result<(), TableError> {
        let event = detection_finding(finding);
        let time = event.get("time").and_then(Json::as_i64).unwrap_or(i64::MIN);
        self.waiting.push((time, fitted(event, &self.schema)));
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
        let rows = self.rows.to_string();
        for (key, value) in
            [("schema", SCHEMA), ("source", source), ("source-id", source_id), ("rows", &rows)]
        {
            self.writer.append_key_value_metadata(table::footer(key, value.to_owned()));
        }
        let parquet = self.writer.into_inner()?.finish();
        Ok(EventFile { parquet, rows: self.rows })
    }

    /// In the order of time, as Security Lake asks for it; memory allows no order beyond a batch,
    /// which is all of most sources.
    fn hand_over(&mut self) -> Result<(), TableError> {
        self.waiting.sort_by_key(|(time, _)| *time);
        let events: Vec<Json> = self.waiting.drain(..).map(|(_, event)| event).collect();
        self.bytes = 0;
        self.decoder.serialize(&events)?;
        drop(events);
        if let Some(batch) = self.decoder.flush()? {
            self.writer.write(&batch)?;
        }
        if self.writer.in_progress_size() >= table::ROW_GROUP_BYTES {
            self.writer.flush()?;
        }
        Ok(())
    }
}
