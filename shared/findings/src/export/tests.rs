//! Whole, broken and hostile export objects.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;

const FINDING: &str = r#"{"id":"f1","type":"Recon:EC2/Portscan","severity":2}"#;

fn gzip(text: impl AsRef<[u8]>) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_ref()).unwrap();
    encoder.finish().unwrap()
}

fn read(object: &[u8], limits: ExportLimits) -> Result<Vec<String>, ExportError> {
    let mut reader = ExportReader::new(object, limits);
    let mut lines = Vec::new();
    while let Some(line) = reader.next_line()? {
        lines.push(match line {
            Line::Blank { number } => format!("{number} blank"),
            Line::Findings { number, findings } => format!("{number} findings {}", findings.len()),
            Line::Bad(bad) => {
                format!(
                    "{} bad at {} length {}: {}",
                    bad.number, bad.offset, bad.length, bad.reason
                )
            }
        });
    }
    Ok(lines)
}

fn lines(text: impl AsRef<[u8]>) -> Vec<String> {
    read(&gzip(text), ExportLimits::default()).unwrap()
}

#[test]
fn each_line_is_counted_once_whatever_ends_it() {
    for text in [
        format!("{FINDING}\n{FINDING}\n"),
        format!("{FINDING}\n{FINDING}"),
        format!("\u{feff}{FINDING}\r\n{FINDING}\r\n"),
    ] {
        assert_eq!(lines(text), ["1 findings 1", "2 findings 1"]);
    }
    assert!(lines("").is_empty());
    let page = format!("{{\"findings\":[{FINDING},{FINDING}]}}\n \n{{\"findings\":[]}}\n");
    assert_eq!(lines(page), ["1 findings 2", "2 blank", "3 blank"]);
}

#[test]
fn a_bad_line_is_a_value_and_its_neighbours_go_on() {
    let text = format!("{FINDING}\n{{broken\n{FINDING}\n\u{0}\n[7]\n");
    let found = lines(text);
    assert_eq!(found.len(), 5);
    assert_eq!([&found[0], &found[2]], ["1 findings 1", "3 findings 1"]);
    let offset = FINDING.len() + 1;
    assert!(found[1].starts_with(&format!("2 bad at {offset} length 7: ")), "{}", found[1]);
    assert!(found[3].starts_with("4 bad") && found[4].starts_with("5 bad"), "{found:?}");
    assert!(lines(b"\xff\xfe\n")[0].contains("not UTF-8"));
}

#[test]
fn an_event_in_an_export_is_kept_aside_with_its_kind() {
    let found = lines(r#"{"detail-type":"Scheduled Event","source":"aws.events"}"#);
    assert!(found[0].contains("`Scheduled Event` event"), "{found:?}");
}

#[test]
fn all_gzip_members_are_read_and_padding_is_none() {
    let mut object = gzip(format!("{FINDING}\n"));
    object.extend(gzip(format!("{FINDING}\n")));
    let limits = ExportLimits::default();
    assert_eq!(read(&object, limits).unwrap(), ["1 findings 1", "2 findings 1"]);
    object.extend([0; 700]);
    assert_eq!(read(&object, limits).unwrap().len(), 2);
    object.extend(b"x");
    assert!(matches!(read(&object, limits), Err(ExportError::TrailingGarbage)));
}

#[test]
fn every_truncation_and_every_flipped_byte_of_the_trailer_is_an_error() {
    let whole = gzip(format!("{FINDING}\n").repeat(50));
    let limits = ExportLimits::default();
    for length in 0..whole.len() {
        assert!(read(&whole[..length], limits).is_err(), "cut to {length}");
    }
    for index in whole.len() - 8..whole.len() {
        let mut flipped = whole.clone();
        flipped[index] ^= 1;
        assert!(read(&flipped, limits).is_err(), "flipped {index}");
    }
    assert!(matches!(read(b"not gzip at all", limits), Err(ExportError::Gzip(_))));
}

#[test]
fn a_source_that_fails_is_told_from_an_object_that_is_broken() {
    struct Cut<'a>(&'a [u8]);

    impl Read for Cut<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::ConnectionReset.into()),
                count => Ok(count),
            }
        }
    }

    let whole = gzip(format!("{FINDING}\n").repeat(50));
    for length in 0..=whole.len() {
        let mut reader = ExportReader::new(Cut(&whole[..length]), ExportLimits::default());
        let error = std::iter::from_fn(|| reader.next_line().transpose()).find_map(Result::err);
        assert!(matches!(error, Some(ExportError::Read(_))), "cut at {length}: {error:?}");
    }
}

#[test]
fn after_an_error_there_is_no_clean_end() {
    let whole = gzip(format!("{FINDING}\n").repeat(50));
    let garbage = [whole.as_slice(), b"x"].concat();
    let limits = ExportLimits::default();
    let small = ExportLimits { decompressed_bytes: 100, ..limits };
    for (object, limits) in [
        (&whole[..whole.len() - 4], limits),
        (garbage.as_slice(), limits),
        (whole.as_slice(), small),
    ] {
        let mut reader = ExportReader::new(object, limits);
        while let Ok(Some(_)) = reader.next_line() {}
        assert!(reader.next_line().is_err() && reader.next_line().is_err());
    }
    let mut reader = ExportReader::new(whole.as_slice(), limits);
    while let Ok(Some(_)) = reader.next_line() {}
    assert!(reader.next_line().unwrap().is_none(), "a clean end stays one");
}

#[test]
fn gzip_is_told_from_text_however_few_bytes_come_at_once() {
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(1);
            self.0.read(&mut buffer[..most])
        }
    }

    for object in [gzip(FINDING), FINDING.as_bytes().to_vec()] {
        let mut lines = Lines::new(Trickle(&object), ExportLimits::default());
        let line = lines.next().unwrap();
        assert!(matches!(line, Some(RawLine::Whole { bytes, .. }) if bytes == FINDING.as_bytes()));
    }
}

#[test]
fn a_line_over_the_limit_costs_no_memory_and_is_identified() {
    let limits = ExportLimits { line_bytes: 100, ..ExportLimits::default() };
    let long = "x".repeat(300_000);
    let object = gzip(format!("{FINDING}\n{long}\n{FINDING}\n"));
    let mut reader = ExportReader::new(object.as_slice(), limits);
    assert!(matches!(reader.next_line().unwrap(), Some(Line::Findings { number: 1, .. })));
    let Some(Line::Bad(bad)) = reader.next_line().unwrap() else { panic!("a bad line") };
    assert_eq!((bad.number, bad.length, bad.bytes), (2, 300_000, None));
    assert_eq!(bad.offset, FINDING.len() as u64 + 1);
    assert_eq!(bad.sha256, hex::encode(Sha256::digest(long.as_bytes())));
    assert!(matches!(reader.next_line().unwrap(), Some(Line::Findings { number: 3, .. })));
    assert!(reader.next_line().unwrap().is_none());
}

#[test]
fn a_line_of_exactly_the_limit_is_whole() {
    let limits = ExportLimits { line_bytes: FINDING.len(), ..ExportLimits::default() };
    assert_eq!(read(&gzip(FINDING), limits).unwrap(), ["1 findings 1"]);
    let limits = ExportLimits { line_bytes: FINDING.len() - 1, ..ExportLimits::default() };
    assert!(read(&gzip(FINDING), limits).unwrap()[0].contains("longer than"));
}

#[test]
fn bombs_stop_at_the_size_or_at_the_ratio() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 20 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    let limits = ExportLimits::default();
    assert!(matches!(read(&bomb, limits), Err(ExportError::RatioExceeded { .. })));
    let small = ExportLimits { decompressed_bytes: 1000, ..limits };
    let text = gzip(vec![b'\n'; 1001]);
    assert!(matches!(read(&text, small), Err(ExportError::TooLarge { limit: 1000 })));
    assert!(read(&gzip(vec![b'\n'; 1000]), small).is_ok());
}
