//! The place of one version of one finding in the ledger.

use std::fmt::Write;

use findings::{Finding, Timestamp};
use serde::{Deserialize, Serialize};

/// One version that a rule archives, with the keys of what is written about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The finding's id.
    pub finding_id: String,
    /// The version.
    pub version_key: String,
    /// The rule that archives it.
    pub rule: String,
    /// When it was taken on, in RFC 3339.
    pub at: String,
    /// The key of all that is written about it, up to the kind.
    path: String,
}

impl Entry {
    /// The entry of this version of the finding.
    pub fn of(finding: &Finding, rule: &str, at: Timestamp) -> Self {
        let version_key = finding.version_key().to_string();
        Self {
            finding_id: finding.id().to_owned(),
            rule: rule.to_owned(),
            at: at.to_rfc3339(),
            path: format!("audit/v1/{}/{version_key}", Self::place(finding)),
            version_key,
        }
    }

    /// The partition of a finding.
    pub(crate) fn place(finding: &Finding) -> String {
        let (region, account) = (part(finding.region()), part(finding.account_id()));
        let date = finding.updated_at().map_or_else(|| "unknown".to_owned(), Timestamp::date);
        format!("region={region}/account={account}/date={date}")
    }

    /// The key of one kind of line about it.
    pub(crate) fn key(&self, kind: &str) -> String {
        format!("{}.{kind}.json", self.path)
    }

    /// The key under which it is found by its finding.
    pub(crate) fn index_key(&self) -> String {
        format!("{}{}.json", index_prefix(&self.finding_id), self.version_key)
    }
}

/// Where the versions of a finding are found that were archived.
pub(crate) fn index_prefix(finding_id: &str) -> String {
    let mut prefix = String::from("state/archive/finding=");
    for byte in finding_id.bytes() {
        // GuardDuty's ids are 32 hexadecimal digits. Whatever else comes leads nowhere else.
        if byte.is_ascii_alphanumeric() || byte == b'-' {
            prefix.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(prefix, "_{byte:02x}");
        }
    }
    prefix.push('/');
    prefix
}

/// A key of a partition is made of plain letters only.
pub(crate) fn part(text: Option<&str>) -> &str {
    let plain = |text: &&str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.filter(plain).unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(raw: &str) -> Entry {
        Entry::of(&Finding::parse(raw).unwrap(), "probes", Timestamp::EPOCH)
    }

    #[test]
    fn entries_lie_under_the_partition_of_the_finding_itself() {
        let entry = entry(
            r#"{"id":"f1","severity":2,"accountId":"111122223333","region":"eu-west-1","updatedAt":"2026-10-01T08:00:00Z"}"#,
        );
        let key = &entry.version_key;
        let expected = format!(
            "audit/v1/region=eu-west-1/account=111122223333/date=2026-10-01/{key}.recorded.json"
        );
        assert_eq!(entry.key("recorded"), expected);
        assert_eq!(entry.index_key(), format!("state/archive/finding=f1/{key}.json"));
    }

    #[test]
    fn nothing_in_a_finding_can_move_an_entry_elsewhere() {
        let entry = entry(
            r#"{"id":"../x/ü","severity":2,"accountId":"a/../b","region":"","updatedAt":"soon"}"#,
        );
        let partition = "audit/v1/region=unknown/account=unknown/date=unknown/";
        assert!(entry.key("outcome").starts_with(partition));
        let index = "state/archive/finding=_2e_2e_2fx_2f_c3_bc/";
        assert!(entry.index_key().starts_with(index), "{}", entry.index_key());
    }
}
