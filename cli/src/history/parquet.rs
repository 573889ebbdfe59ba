//! The lake's files: the column that holds each finding as it came.

use std::fs::File;

use anyhow::{Context, anyhow, bail};
use arrow_array::{Array, RecordBatch, StringArray};
use parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{
            ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
        },
    },
    basic::{ConvertedType, Type},
};

use super::Texts;

/// The lake's column with the finding itself.
const COLUMN: &str = "raw";
/// Rows in memory at once, beside one page of the file. A finding has a few kilobytes, seldom 250.
const ROWS: usize = 64;

/// The findings of a file of the lake, row by row. A row without one is an error, and the rows
/// behind it follow; after an error of the file itself nothing follows.
pub(super) fn texts(file: File, name: &str) -> anyhow::Result<Texts> {
    let reader = reader(file).with_context(|| format!("can't read {name} as Parquet"))?;
    let rows = Rows { reader: Some(reader), batch: None, at: 0, number: 0, name: name.to_owned() };
    Ok(Box::new(rows))
}

fn reader(file: File) -> anyhow::Result<ParquetRecordBatchReader> {
    // A column of text has many forms in Arrow and one in Parquet.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?;
    let schema = builder.parquet_schema();
    let column = schema.columns().iter().position(|column| column.path().string() == COLUMN);
    let Some((at, column)) = column.and_then(|at| Some((at, schema.columns().get(at)?))) else {
        bail!("it has no column {COLUMN:?}, so it is no file of guardsift's lake");
    };
    let is_text = column.physical_type() == Type::BYTE_ARRAY
        && column.converted_type() == ConvertedType::UTF8;
    if !is_text || column.max_rep_level() > 0 {
        bail!("its column {COLUMN:?} holds no text, so it is no file of guardsift's lake");
    }
    let only = ProjectionMask::leaves(schema, [at]);
    Ok(builder.with_projection(only).with_batch_size(ROWS).build()?)
}

struct Rows {
    /// `None` after an error.
    reader: Option<ParquetRecordBatchReader>,
    batch: Option<RecordBatch>,
    /// The next row of the batch.
    at: usize,
    /// How many rows of the file have been handed out.
    number: u64,
    name: String,
}

impl Iterator for Rows {
    type Item = anyhow::Result<(u64, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.at < batch.num_rows()) {
                let column = batch.columns().first().map(|column| column.as_any().downcast_ref());
                let text = column.flatten().and_then(|texts: &StringArray| {
                    texts.is_valid(self.at).then(|| texts.value(self.at).to_owned())
                });
                self.at += 1;
                self.number += 1;
                let number = self.number;
                return Some(text.map(|text| (number, text)).ok_or_else(|| {
                    anyhow!("row {number} of {} has no finding in {COLUMN:?}", self.name)
                }));
            }
            match self.reader.as_mut()?.next()? {
                Ok(batch) => (self.batch, self.at) = (Some(batch), 0),
                Err(error) => {
                    (self.reader, self.batch) = (None, None);
                    let place = format!("can't read {} behind row {}", self.name, self.number);
                    return Some(Err(anyhow!(error).context(place)));
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::{
        io::{Seek, Write},
        sync::Arc,
    };

    use arrow_array::{ArrayRef, Int64Array};
    use arrow_schema::{DataType, Field, Schema};
    use parquet::arrow::ArrowWriter;

    use super::*;

    /// A Parquet file with a column of numbers and one of the given name.
    pub(crate) fn lake_file(name: &str, texts: ArrayRef) -> Vec<u8> {
        let numbers = Int64Array::from_iter_values(0..texts.len() as i64);
        let schema = Arc::new(Schema::new(vec![
            Field::new("source_line", DataType::Int64, true),
            Field::new(name, texts.data_type().clone(), true),
        ]));
        let batch = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(numbers), texts]);
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
        writer.write(&batch.unwrap()).unwrap();
        writer.into_inner().unwrap()
    }

    fn read(bytes: &[u8]) -> anyhow::Result<Vec<Result<(u64, String), String>>> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        Ok(texts(file, "x.parquet")?.map(|row| row.map_err(|error| format!("{error:#}"))).collect())
    }

    #[test]
    fn rows_come_in_their_order_over_many_batches_and_one_without_a_finding_is_told() {
        let texts = (0..200).map(|row| (row != 130).then(|| format!(r#"{{"id":"{row}"}}"#)));
        let rows = read(&lake_file("raw", Arc::new(texts.collect::<StringArray>()))).unwrap();
        assert_eq!(rows.len(), 200);
        assert_eq!(rows[0], Ok((1, r#"{"id":"0"}"#.to_owned())));
        assert_eq!(rows[199], Ok((200, r#"{"id":"199"}"#.to_owned())));
        let missing = "row 131 of x.parquet has no finding in \"raw\"";
        assert_eq!(rows[130], Err(missing.to_owned()));
    }

    #[test]
    fn text_of_another_form_is_text() {
        let texts = arrow_array::LargeStringArray::from(vec!["{}"]);
        assert_eq!(read(&lake_file("raw", Arc::new(texts))).unwrap(), [Ok((1, "{}".to_owned()))]);
    }

    #[test]
    fn other_parquet_files_are_no_lake() {
        for (name, column) in [
            ("body", Arc::new(StringArray::from(vec!["{}"])) as ArrayRef),
            ("raw", Arc::new(Int64Array::from(vec![1]))),
        ] {
            let error = format!("{:#}", read(&lake_file(name, column)).unwrap_err());
            assert!(error.contains("can't read x.parquet"), "{error}");
            assert!(error.contains("no file of guardsift's lake"), "{error}");
        }
        let error = format!("{:#}", read(b"PAR1 this is none").unwrap_err());
        assert!(error.contains("can't read x.parquet as Parquet"), "{error}");
    }

    #[test]
    fn a_file_that_is_broken_in_the_middle_ends_with_an_error() {
        let texts = (0..50).map(|row| Some(format!("finding {row}")));
        let mut bytes = lake_file("raw", Arc::new(texts.collect::<StringArray>()));
        let middle = bytes.windows(9).position(|own| own == b"finding 7").unwrap();
        bytes[4..middle + 100].fill(0xff);
        let rows = read(&bytes).unwrap();
        assert_eq!(rows.len(), 1, "{rows:?}");
        assert!(rows[0].as_ref().unwrap_err().contains("can't read x.parquet behind row 0"));
    }
}
