//! Whole objects through the converter, read back from the file it writes.

use std::io::{self, Read, Write};

use arrow_array::{Array, RecordBatch, StringArray};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use parquet::{
    arrow::arrow_reader::ParquetRecordBatchReaderBuilder, errors::ParquetError,
    file::metadata::ParquetMetaData,
};
use sha2::{Digest, Sha256};

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn converted(text: &str) -> Converted {
    convert(gzip(text.as_bytes()).as_slice(), "s3://exports/k", "s1", Outputs::Lake).unwrap()
}

fn bytes(file: &FileContent) -> Bytes {
    let mut bytes = Vec::new();
    file.reader().read_to_end(&mut bytes).unwrap();
    bytes.into()
}

fn read(parquet: &FileContent) -> (Vec<RecordBatch>, ParquetMetaData) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes(parquet)).unwrap();
    let metadata = builder.metadata().as_ref().clone();
    (builder.build().unwrap().map(Result::unwrap).collect(), metadata)
}

fn text<'a>(batch: &'a RecordBatch, column: &str) -> &'a StringArray {
    batch.column_by_name(column).unwrap().as_any().downcast_ref().unwrap()
}

fn finding(number: usize) -> String {
    format!(
        r#"{{"id":"f{number}","accountId":"111122223333","type":"Recon:EC2/Portscan","severity":5,"service":{{"count":{number}}}}}"#
    )
}

#[test]
fn every_line_is_a_row_or_set_aside_or_blank_and_the_footer_says_how_many() {
    let text_ = format!("{}\n\n{{\"no\":1}}\nnot json\n{}", finding(1), finding(2));
    let converted = converted(&text_);
    assert_eq!(converted.counts, Counts { lines: 5, good: 2, rows: 2, quarantined: 2, blank: 1 });
    let (batches, metadata) = read(&converted.parquet);
    assert_eq!(text(&batches[0], "finding_id").iter().flatten().collect::<Vec<_>>(), ["f1", "f2"]);
    assert_eq!(text(&batches[0], "raw").value(1), finding(2));
    let footer: Vec<_> = metadata
        .file_metadata()
        .key_value_metadata()
        .unwrap()
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap()))
        .collect();
    for pair in [
        ("guardsift.lines", "5"),
        ("guardsift.rows", "2"),
        ("guardsift.quarantined", "2"),
        ("guardsift.blank", "1"),
        ("guardsift.source-id", "s1"),
    ] {
        assert!(footer.contains(&pair), "{pair:?}");
    }
    assert_eq!(
        bytes(&converted.quarantined.unwrap()).iter().filter(|byte| **byte == b'\n').count(),
        2
    );
}

#[test]
fn the_same_object_always_gives_the_same_bytes() {
    let lines: Vec<_> = (0..3000).map(finding).collect();
    let (first, second) = (converted(&lines.join("\n")), converted(&lines.join("\n")));
    assert!(bytes(&first.parquet) == bytes(&second.parquet));
    assert_eq!(first.parquet.sha256(), second.parquet.sha256());
    assert_eq!(first.parquet.sha256(), <[u8; 32]>::from(Sha256::digest(bytes(&first.parquet))));
}

#[test]
fn an_object_without_findings_gives_a_file_without_rows() {
    let (batches, metadata) = read(&converted("\n").parquet);
    assert_eq!((batches.len(), metadata.file_metadata().num_rows()), (0, 0));
}

#[test]
fn rows_are_written_out_in_groups_so_that_memory_stays_bounded() {
    let noise = |number: usize| hex::encode(Sha256::digest(number.to_string()));
    let lines: Vec<_> = (0..30_000)
        .map(|number| {
            let pad: String = (0..16).map(|part| noise(number * 16 + part)).collect();
            format!(r#"{{"id":"f{number}","accountId":"111122223333","severity":5,"pad":"{pad}"}}"#)
        })
        .collect();
    let (batches, metadata) = read(&converted(&lines.join("\n")).parquet);
    assert!(metadata.num_row_groups() > 1);
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 30_000);
}

#[test]
fn a_broken_object_gives_nothing_and_an_interrupted_one_can_be_tried_again() {
    let mut cut = gzip(finding(1).as_bytes());
    cut.truncate(cut.len() - 3);
    assert!(matches!(
        convert(cut.as_slice(), "s", "s1", Outputs::Lake),
        Err(ConvertError::Broken(_))
    ));
    assert!(matches!(
        convert(&b"plain"[..], "s", "s1", Outputs::Lake),
        Err(ConvertError::Broken(_))
    ));
    struct Reset;
    impl Read for Reset {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }
    }
    assert!(matches!(convert(Reset, "s", "s1", Outputs::Lake), Err(ConvertError::Interrupted(_))));
}

#[test]
fn a_full_disk_is_told_apart_however_deep_it_is() {
    let full = |kind| {
        let error = ParquetError::External(Box::new(io::Error::from(kind)));
        ConvertError::from(TableError::from(error)).is_disk_full()
    };
    assert!(full(io::ErrorKind::StorageFull) && full(io::ErrorKind::QuotaExceeded));
    assert!(!full(io::ErrorKind::PermissionDenied));
    let direct = TableError::from(io::Error::from(io::ErrorKind::StorageFull));
    assert!(ConvertError::from(direct).is_disk_full());
}
