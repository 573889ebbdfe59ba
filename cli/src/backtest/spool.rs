//! Rows one after the other, in memory as long as they are few, else in a temporary file.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use findings::{Action, Guard, Severity, Timestamp};
use serde::{Deserialize, Serialize};
use tempfile::SpooledTempFile;

use super::history::{Identity, Verdict, Version};

/// A sequence of rows that is written once and read once.
pub(crate) struct Spool {
    file: BufWriter<SpooledTempFile>,
    encoded: Vec<u8>,
}

/// One version of one finding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) identity: Identity,
    /// The number of its type.
    pub(crate) kind: u32,
    pub(crate) version: Version,
}

/// How a row is written. The file lives no longer than the process that wrote it.
#[derive(Serialize, Deserialize)]
struct Encoded<'r> {
    account: u32,
    region: u32,
    kind: u32,
    id: &'r str,
    updated_at: Option<i64>,
    count: Option<u64>,
    severity: Option<f64>,
    is_sample: bool,
    concerns_attack_sequence: bool,
    verdict: EncodedVerdict,
    earlier: Option<EncodedVerdict>,
}

#[derive(Serialize, Deserialize)]
struct EncodedVerdict {
    action: usize,
    rule: Option<u32>,
    guard: Option<usize>,
}

const ACTIONS: [Action; 3] = [Action::Archive, Action::Notify, Action::Noop];
const GUARDS: [Guard; 5] = [
    Guard::AttackSequence,
    Guard::UnknownSeverity,
    Guard::AboveCeiling,
    Guard::Sample,
    Guard::UnknownAge,
];

impl Spool {
    /// An empty one that keeps up to `memory` bytes in memory.
    pub(crate) fn new(memory: usize) -> Self {
        Self { file: BufWriter::new(SpooledTempFile::new(memory)), encoded: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the folder for temporary files can't be written to.
    pub(crate) fn push(&mut self, row: &Row) -> io::Result<()> {
        let Row { identity, kind, version } = row;
        let encoded = Encoded {
            account: identity.account,
            region: identity.region,
            kind: *kind,
            id: &identity.id,
            updated_at: version.updated_at.map(Timestamp::epoch_millis),
            count: version.count,
            severity: version.severity.map(Severity::value),
            is_sample: version.is_sample,
            concerns_attack_sequence: version.concerns_attack_sequence,
            verdict: version.verdict.into(),
            earlier: version.earlier.map(EncodedVerdict::from),
        };
        self.encoded.clear();
        self.encoded = postcard::to_extend(&encoded, std::mem::take(&mut self.encoded))
            .map_err(io::Error::other)?;
        self.file.write_all(&(self.encoded.len() as u64).to_le_bytes())?;
        self.file.write_all(&self.encoded)
    }

    /// Hands over every row, in the order in which they came.
    ///
    /// # Errors
    /// When the temporary file can't be read, or `act` fails.
    pub(crate) fn each(self, mut act: impl FnMut(Row) -> io::Result<()>) -> io::Result<()> {
        let Self { file, mut encoded } = self;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let end = file.stream_position()?;
        file.rewind()?;
        let mut file = BufReader::new(file.take(end));
        let mut length = [0; 8];
        while !io::BufRead::fill_buf(&mut file)?.is_empty() {
            file.read_exact(&mut length)?;
            encoded.clear();
            (&mut file).take(u64::from_le_bytes(length)).read_to_end(&mut encoded)?;
            let row: Encoded<'_> = postcard::from_bytes(&encoded).map_err(io::Error::other)?;
            act(row.decoded())?;
        }
        Ok(())
    }
}

impl Encoded<'_> {
    fn decoded(self) -> Row {
        let identity = Identity { account: self.account, region: self.region, id: self.id.into() };
        let version = Version {
            updated_at: self.updated_at.map(Timestamp::from_epoch_millis),
            count: self.count,
            severity: self.severity.and_then(Severity::new),
            is_sample: self.is_sample,
            concerns_attack_sequence: self.concerns_attack_sequence,
            verdict: self.verdict.decoded(),
            earlier: self.earlier.map(EncodedVerdict::decoded),
        };
        Row { identity, kind: self.kind, version }
    }
}

impl From<Verdict> for EncodedVerdict {
    fn from(verdict: Verdict) -> Self {
        Self {
            action: ACTIONS.iter().position(|own| *own == verdict.action).unwrap_or_default(),
            rule: verdict.rule,
            guard: verdict.guard.and_then(|guard| GUARDS.iter().position(|own| *own == guard)),
        }
    }
}

impl EncodedVerdict {
    fn decoded(self) -> Verdict {
        Verdict {
            action: ACTIONS.get(self.action).copied().unwrap_or(Action::Notify),
            rule: self.rule,
            guard: self.guard.and_then(|guard| GUARDS.get(guard).copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backtest::history::tests::version;

    #[test]
    fn rows_come_back_as_they_were_from_memory_and_from_disk() {
        let mut rows = Vec::new();
        for (place, action) in ACTIONS.into_iter().enumerate() {
            for guard in GUARDS.into_iter().map(Some).chain([None]) {
                let plain = version("2026-04-01T00:00:00.123Z", 1, action);
                let verdict = Verdict { action, rule: None, guard };
                let earlier = guard.is_none().then_some(plain.verdict);
                let bare = Version { updated_at: None, count: None, severity: None, ..plain };
                for version in [Version { verdict, earlier, is_sample: true, ..plain }, bare] {
                    let identity =
                        Identity { account: 1, region: 70_000, id: "ü".repeat(place).into() };
                    rows.push(Row { identity, kind: 3, version });
                }
            }
        }
        for memory in [0, 100, 1 << 20] {
            let mut spool = Spool::new(memory);
            rows.iter().try_for_each(|row| spool.push(row)).unwrap();
            let mut found = Vec::new();
            spool
                .each(|row| {
                    found.push(row);
                    Ok(())
                })
                .unwrap();
            assert_eq!(found, rows);
        }
    }
}
