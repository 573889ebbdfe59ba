//! Findings that come in no export object, such as an answer of the API or events that somebody
//! kept: each into the partition that it names itself.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
};

use findings::{BadLine, Finding, Line};
use platform::store::FileContent;

use crate::{
    Committed, Converted, Counts, CustomSource, Lake, LakeError, Outputs, Partition, TableError,
    convert::Conversion, quarantine::BadLines, source_id::digest,
};

const HOMELESS: &str =
    "a finding without a readable account, Region or updatedAt, which say where it belongs";
/// The day of what is set aside when no finding is beside it that says another.
const NO_DAY: &str = "1970-01-01";

/// The lines of one source while they come in. Findings rest on disk, 24 bytes each in memory.
pub struct Sorting {
    source: String,
    file: BufWriter<File>,
    length: u64,
    places: BTreeMap<Partition, Vec<Place>>,
    bad: BadLines,
    counts: Counts,
}

/// Where a finding is in the file, and the line it came on.
struct Place {
    offset: u64,
    length: usize,
    line: u64,
}

/// All lines of one source, ready to be written.
pub struct Sorted {
    source: String,
    content: String,
    file: File,
    places: BTreeMap<Partition, Vec<Place>>,
    bad: Option<FileContent>,
    counts: Counts,
}

/// Findings could not be kept on disk, or not be written.
#[derive(Debug, thiserror::Error)]
pub enum SortingError {
    /// The disk.
    #[error("findings can't be kept in a temporary file; make room for temporary files")]
    Disk(#[from] io::Error),
    /// The encoder, or the disk.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
}

impl Sorting {
    /// Nothing yet of the source of this name.
    ///
    /// # Errors
    /// When there is no temporary file.
    pub fn new(source: &str) -> Result<Self, SortingError> {
        Ok(Self {
            source: source.to_owned(),
            file: BufWriter::new(tempfile::tempfile()?),
            length: 0,
            places: BTreeMap::new(),
            bad: BadLines::new(source),
            counts: Counts::default(),
        })
    }

    /// One line or document, which begins at `offset`. It counts as bad as a whole when one of its
    /// findings does not say where it belongs.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn text(&mut self, number: u64, offset: u64, bytes: &[u8]) -> Result<(), SortingError> {
        match Line::read(number, offset, bytes) {
            Line::Bad(line) => return self.bad(&line),
            Line::Blank { .. } => self.counts.blank += 1,
            Line::Findings { findings, .. } => {
                let partitions: Option<Vec<_>> =
                    findings.iter().map(Partition::of_finding).collect();
                let Some(partitions) = partitions else {
                    return self.bad(&BadLine::new(number, offset, bytes, HOMELESS.to_owned()));
                };
                self.counts.good += 1;
                for (finding, partition) in findings.iter().zip(partitions) {
                    self.finding(finding, partition, number)?;
                }
            }
        }
        self.counts.lines += 1;
        Ok(())
    }

    /// A line that could not be read as one.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn bad(&mut self, line: &BadLine) -> Result<(), SortingError> {
        self.counts.lines += 1;
        self.counts.quarantined += 1;
        Ok(self.bad.add(line)?)
    }

    fn finding(
        &mut self,
        finding: &Finding,
        partition: Partition,
        line: u64,
    ) -> Result<(), SortingError> {
        let raw = finding.raw().as_bytes();
        self.file.write_all(raw)?;
        let place = Place { offset: self.length, length: raw.len(), line };
        self.length += raw.len() as u64;
        self.counts.rows += 1;
        self.places.entry(partition).or_default().push(place);
        Ok(())
    }

    /// All of the source was read; `content` is its SHA-256 in hexadecimal. Only now does any of
    /// it count.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn finish(self, content: &str) -> Result<Sorted, SortingError> {
        Ok(Sorted {
            source: self.source,
            content: content.to_owned(),
            file: self.file.into_inner().map_err(io::IntoInnerError::into_error)?,
            places: self.places,
            bad: self.bad.finish()?,
            counts: self.counts,
        })
    }
}

impl Sorted {
    /// What became of the lines, over all partitions.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The partitions, in order.
    pub fn partitions(&self) -> impl Iterator<Item = &Partition> {
        self.places.keys()
    }

    /// How many findings of this partition there are.
    pub fn rows(&self, partition: &Partition) -> u64 {
        self.places.get(partition).map_or(0, |places| places.len() as u64)
    }

    /// Names the part of the source that is in this partition. The same content has the same
    /// names, whatever its file is called.
    pub fn id(&self, partition: &Partition) -> String {
        digest(&["content", &self.content, &partition.folder()])
    }

    /// What is in one partition, as a file.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn convert(
        &mut self,
        partition: &Partition,
        outputs: Outputs,
    ) -> Result<Converted, SortingError> {
        let id = self.id(partition);
        let mut conversion = Conversion::new(&self.source, &id, outputs)?;
        let mut places = self.places.get(partition).into_iter().flatten().peekable();
        let mut findings = Vec::new();
        let mut reader = BufReader::new(&self.file);
        reader.seek(SeekFrom::Start(0))?;
        while let Some(place) = places.next() {
            let ahead = i64::try_from(place.offset).unwrap_or(i64::MAX);
            let here = i64::try_from(reader.stream_position()?).unwrap_or(i64::MAX);
            reader.seek_relative(ahead - here)?;
            let mut raw = vec![0; place.length];
            reader.read_exact(&mut raw)?;
            let read = String::from_utf8(raw).ok().and_then(|raw| Finding::parse(&raw).ok());
            findings.push(read.ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "the temporary file was changed")
            })?);
            if places.peek().is_none_or(|next| next.line != place.line) {
                conversion.findings(place.line, &findings)?;
                findings.clear();
            }
        }
        Ok(conversion.finish()?)
    }

    /// Writes what was set aside, which has to come before the files.
    ///
    /// # Errors
    /// When the write failed.
    pub async fn set_aside(&self, lake: &Lake) -> Result<(), LakeError> {
        let Some(lines) = &self.bad else { return Ok(()) };
        let day = self.places.keys().map(|partition| partition.date.as_str()).max();
        let id = digest(&["content", &self.content]);
        lake.lines_aside(day.unwrap_or(NO_DAY), &id, lines.clone()).await
    }

    /// Writes one partition.
    ///
    /// # Errors
    /// When the disk is full or a write failed.
    pub async fn commit(
        &mut self,
        lake: &Lake,
        partition: &Partition,
    ) -> Result<Committed, SortingError> {
        let file = self.convert(partition, Outputs::Lake)?;
        Ok(lake.commit(partition, &self.id(partition), &file).await?)
    }

    /// Writes the OCSF events of one partition.
    ///
    /// # Errors
    /// When the disk is full or a write failed.
    pub async fn commit_events(
        &mut self,
        custom_source: &CustomSource,
        partition: &Partition,
    ) -> Result<Committed, SortingError> {
        let file = self.convert(partition, Outputs::LakeAndEvents)?;
        Ok(custom_source.commit(partition, &self.id(partition), &file).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::block_on;

    fn finding(id: &str, region: &str, day: u8) -> String {
        format!(
            r#"{{"id":"{id}","accountId":"111122223333","region":"{region}","severity":2,"updatedAt":"2026-10-{day:02}T08:00:00Z"}}"#
        )
    }

    fn sorted(texts: &[&str], content: &str) -> Sorted {
        let mut sorting = Sorting::new("kept.json").unwrap();
        for (text, number) in texts.iter().zip(1..) {
            sorting.text(number, 0, text.as_bytes()).unwrap();
        }
        sorting.finish(content).unwrap()
    }

    #[test]
    fn every_finding_is_in_the_partition_that_it_names_and_every_line_is_accounted_for() {
        let page = format!(
            r#"{{"Findings":[{},{},{}]}}"#,
            finding("a", "eu-west-1", 1),
            finding("b", "us-east-1", 1),
            finding("c", "eu-west-1", 1)
        );
        let homeless = r#"{"id":"x","severity":2}"#;
        let texts = [page.as_str(), "", homeless, "no", &finding("d", "eu-west-1", 2)];
        let mut sorted = sorted(&texts, "c1");
        let counts = Counts { lines: 5, good: 2, rows: 4, quarantined: 2, blank: 1 };
        assert_eq!(sorted.counts(), counts);
        let partitions: Vec<_> = sorted.partitions().cloned().collect();
        let rows: Vec<_> = partitions
            .iter()
            .map(|partition| {
                let counts = sorted.convert(partition, Outputs::Lake).unwrap().counts;
                (partition.region.as_str(), partition.date.as_str(), counts.rows, counts.lines)
            })
            .collect();
        let expected = [
            ("eu-west-1", "2026-10-01", 2, 1),
            ("eu-west-1", "2026-10-02", 1, 1),
            ("us-east-1", "2026-10-01", 1, 1),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn the_same_content_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::Folder(folder.path().to_owned());
        let text = finding("a", "eu-west-1", 1);
        for (content, expected) in
            [("c1", Committed::Written), ("c1", Committed::Before), ("c2", Committed::Written)]
        {
            let mut sorted = sorted(&[&text, "no"], content);
            let partition = sorted.partitions().next().unwrap().clone();
            block_on(sorted.set_aside(&lake)).unwrap();
            assert_eq!(block_on(sorted.commit(&lake, &partition)).unwrap(), expected);
        }
        let quarantine = folder.path().join("quarantine/v1/finding-exports/date=2026-10-01");
        assert_eq!(std::fs::read_dir(quarantine).unwrap().count(), 2);
    }
}
