//! The identity of one version of one finding.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::Finding;

/// Names one version of a finding: SHA-256 over account, Region, id, `updatedAt` and count.
///
/// GuardDuty updates a finding in place: the id stays, `count` and `updatedAt` move, and the
/// details are those of the latest occurrence (User Guide, "GuardDuty finding aggregation").
/// The key is the same for the copy on the event bus, in the export and from the API, in
/// whatever form each writes the time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionKey(String);

impl VersionKey {
    pub(crate) fn of(finding: &Finding) -> Self {
        let updated_at = match finding.updated_at() {
            Some(moment) => moment.epoch_micros().to_string(),
            None => finding.updated_at_text().unwrap_or_default().to_owned(),
        };
        let count = finding.count().map(|count| count.to_string());
        let mut digest = Sha256::new();
        for part in [
            finding.account_id(),
            finding.region(),
            Some(finding.id()),
            Some(updated_at.as_str()),
            count.as_deref(),
        ] {
            // The length keeps the parts apart, and tells an absent one from an empty one.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            digest.update(length.to_be_bytes());
            digest.update(part.unwrap_or_default());
        }
        Self(hex::encode(digest.finalize()))
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for VersionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, updated_at: &str, count: &str) -> VersionKey {
        let raw = format!(
            r#"{{"id":"{id}","type":"T:R/F","accountId":"111122223333","region":"eu-west-1",
                "updatedAt":{updated_at},"service":{{"count":{count}}}}}"#
        );
        Finding::parse(&raw).unwrap().version_key()
    }

    #[test]
    fn the_same_version_in_other_spelling_has_the_same_key() {
        let wire = key("a", r#""2026-03-31T10:00:00.000Z""#, "1");
        assert_eq!(wire, key("a", r#""2026-03-31T10:00:00Z""#, r#""1""#));
        assert_eq!(wire, key("a", r#""2026-03-31 12:00:00+02:00""#, "1"));
        assert_eq!(wire.as_str().len(), 64);
    }

    #[test]
    fn each_part_tells_versions_apart() {
        let keys = [
            key("a", r#""2026-03-31T10:00:00Z""#, "1"),
            key("b", r#""2026-03-31T10:00:00Z""#, "1"),
            key("a", r#""2026-03-31T10:00:01Z""#, "1"),
            key("a", r#""2026-03-31T10:00:00Z""#, "2"),
            key("a", r#""2026-03-31T10:00:00Z""#, "null"),
            key("a", r#""soon""#, "1"),
            key("a", r#""later""#, "1"),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }
}
