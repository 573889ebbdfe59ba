//! What an export object is called, and what its name says.

use sha2::{Digest, Sha256};

/// The key of an export object:
/// `[prefix/]AWSLogs/[o-organization/]<account>/GuardDuty/<region>/<yyyy>/<mm>/<dd>/<name>.jsonl.gz`
/// (<https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html>).
///
/// The partition of the lake is taken from it and not from the findings inside, so that one source
/// object is one output object, written in one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceKey {
    /// The account whose findings they are.
    pub account: String,
    /// The Region that exported them.
    pub region: String,
    /// `YYYY-MM-DD`.
    pub date: String,
}

impl SourceKey {
    /// `None` for any other object of the bucket.
    pub fn parse(prefix: &str, key: &str) -> Option<Self> {
        let rest = key.strip_prefix(prefix)?.strip_prefix("AWSLogs/")?;
        let mut parts: Vec<&str> = rest.split('/').collect();
        if parts.first().is_some_and(|part| part.starts_with("o-")) {
            parts.remove(0);
        }
        let [account, "GuardDuty", region, year, month, day, name] = parts.as_slice() else {
            return None;
        };
        let digits = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let fits = digits(account, 12)
            && is_region
            && digits(year, 4)
            && digits(month, 2)
            && digits(day, 2);
        let is_export = name.len() > ".jsonl.gz".len() && name.ends_with(".jsonl.gz");
        (fits && is_export).then(|| Self {
            account: (*account).to_owned(),
            region: (*region).to_owned(),
            date: format!("{year}-{month}-{day}"),
        })
    }
}

/// Names one state of one object: SHA-256 over bucket, key and `ETag`, each with its length.
///
/// The `ETag` stands for the content whether the bucket has versions or not, and every listing has
/// it.
pub fn source_id(bucket: &str, key: &str, etag: &str) -> String {
    let mut digest = Sha256::new();
    for part in [bucket, key, etag.trim_matches('"')] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/0b5e6e1c-0d3b-31d0-9a44-1b2c3d4e5f60.jsonl.gz";

    #[test]
    fn the_partition_is_in_the_key() {
        let expected = SourceKey {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            date: "2026-10-01".into(),
        };
        assert_eq!(SourceKey::parse("", KEY), Some(expected.clone()));
        assert_eq!(SourceKey::parse("a/b/", &format!("a/b/{KEY}")), Some(expected.clone()));
        assert_eq!(
            SourceKey::parse("", &KEY.replace("AWSLogs/", "AWSLogs/o-a1b2c3d4e5/")),
            Some(expected)
        );
    }

    #[test]
    fn other_objects_of_the_bucket_are_told_apart() {
        for key in [
            "",
            "guardduty/",
            "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/.jsonl.gz",
            "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/x.json",
            "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/01/x.jsonl.gz",
            "AWSLogs/1111/GuardDuty/eu-west-1/2026/10/01/x.jsonl.gz",
            "AWSLogs/111122223333/GuardDuty/EU=1/2026/10/01/x.jsonl.gz",
            "AWSLogs/111122223333/GuardDuty/eu-west-1/26/10/01/x.jsonl.gz",
            "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/a/x.jsonl.gz",
            "findings/v1/region=eu-west-1/account=111122223333/date=2026-10-01/x.parquet",
        ] {
            assert_eq!(SourceKey::parse("", key), None, "{key}");
        }
        assert_eq!(SourceKey::parse("a/", KEY), None);
    }

    #[test]
    fn an_object_that_is_overwritten_is_another_source() {
        let id = source_id("exports", "k", "\"e1\"");
        assert_eq!(id, source_id("exports", "k", "e1"));
        assert_ne!(id, source_id("exports", "k", "e2"));
        assert_ne!(source_id("a", "bc", ""), source_id("ab", "c", ""));
        assert_eq!(id.len(), 64);
    }
}
