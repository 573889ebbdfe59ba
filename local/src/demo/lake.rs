//! Reads the lake from the outside, as Athena would: the version keys of every row of every Parquet object.

use anyhow::Context;
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use parquet::schema::types::Type;

use crate::machine::{LAKE_BUCKET, Machine};

const COLUMN: &str = "version_key";

/// The version key of every row, in no order.
pub(super) fn version_keys(machine: &Machine) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    for (key, _) in machine.store.list(LAKE_BUCKET, "findings/v1/") {
        let bytes = machine.store.get(LAKE_BUCKET, &key)?;
        keys.extend(
            rows(bytes.into())
                .with_context(|| format!("s3://{LAKE_BUCKET}/{key} cannot be read as Parquet"))?,
        );
    }
    Ok(keys)
}

fn rows(object: Bytes) -> anyhow::Result<Vec<String>> {
    let reader = SerializedFileReader::new(object)?;
    let schema = reader.metadata().file_metadata().schema();
    let column = schema.get_fields().iter().find(|field| field.name() == COLUMN);
    let column = column.with_context(|| format!("it has no column {COLUMN}"))?;
    let only = Type::group_type_builder(schema.name()).with_fields(vec![column.clone()]).build()?;
    let rows = reader.get_row_iter(Some(only))?;
    rows.map(|row| Ok(row?.get_string(0)?.clone())).collect()
}
