//! A partition of the lake: where an export object belongs by its name, and any other finding by
//! what it says of itself.

use findings::Finding;

use crate::FINDINGS;

/// One account's findings of one Region and one day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The Region that exported them.
    pub region: String,
    /// The account whose findings they are.
    pub account: String,
    /// `YYYY-MM-DD`, in UTC.
    pub date: String,
}

impl Partition {
    /// `None` when a part could not stand in a key.
    pub fn new(region: &str, account: &str, date: &str) -> Option<Self> {
        let is_region = !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let mut days = date.split('-');
        let is_date = [4, 2, 2]
            .into_iter()
            .all(|length| days.next().is_some_and(|part| is_digits(part, length)))
            && days.next().is_none();
        (is_region && is_digits(account, 12) && is_date).then(|| Self {
            region: region.to_owned(),
            account: account.to_owned(),
            date: date.to_owned(),
        })
    }

    /// Where an export object belongs, whose key is
    /// `[prefix/]AWSLogs/[o-organization/]<account>/GuardDuty/<region>/<yyyy>/<mm>/<dd>/<name>.jsonl.gz`
    /// (<https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html>). `None`
    /// for any other object of the bucket.
    ///
    /// It is taken from the key and not from the findings inside, so that one source object is one
    /// output object, written in one step.
    pub fn of_export(prefix: &str, key: &str) -> Option<Self> {
        let rest = key.strip_prefix(prefix)?.strip_prefix("AWSLogs/")?;
        let mut parts: Vec<&str> = rest.split('/').collect();
        if parts.first().is_some_and(|part| part.starts_with("o-")) {
            parts.remove(0);
        }
        let [account, "GuardDuty", region, year, month, day, name] = parts.as_slice() else {
            return None;
        };
        let is_export = name.len() > ".jsonl.gz".len() && name.ends_with(".jsonl.gz");
        is_export.then(|| Self::new(region, account, &format!("{year}-{month}-{day}"))).flatten()
    }

    /// As [`Partition::of_export`], whatever comes before `AWSLogs/`. Answers also with the key
    /// from there.
    pub fn of_export_below(path: &str) -> Option<(Self, &str)> {
        let starts = path.match_indices("AWSLogs/").map(|(start, _)| start);
        starts
            .filter(|start| *start == 0 || path.as_bytes().get(start - 1) == Some(&b'/'))
            .find_map(|start| {
                let key = path.get(start..)?;
                Self::of_export("", key).map(|partition| (partition, key))
            })
    }

    /// Where a finding belongs that comes in no export object: its own account, Region and day of
    /// `updatedAt`. `None` when it does not say.
    pub fn of_finding(finding: &Finding) -> Option<Self> {
        Self::new(finding.region()?, finding.account_id()?, &finding.updated_at()?.date())
    }

    /// The partition and the name of an object of the lake.
    pub(crate) fn of_lake_key<'k>(top: &str, key: &'k str) -> Option<(Self, &'k str)> {
        let mut parts = key.strip_prefix(top)?.strip_prefix('/')?.splitn(4, '/');
        let mut part = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
        let (region, account, date) = (part("region")?, part("account")?, part("date")?);
        Some((Self::new(region, account, date)?, parts.next()?))
    }

    /// `region=…/account=…/date=…`
    pub fn folder(&self) -> String {
        let Self { region, account, date } = self;
        format!("region={region}/account={account}/date={date}")
    }

    /// The key of the file of this source.
    pub(crate) fn file(&self, source_id: &str) -> String {
        format!("{FINDINGS}/{}/{source_id}.parquet", self.folder())
    }
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AWSLogs/111122223333/GuardDuty/eu-west-1/2026/10/01/0b5e6e1c-0d3b-31d0-9a44-1b2c3d4e5f60.jsonl.gz";

    fn expected() -> Partition {
        Partition::new("eu-west-1", "111122223333", "2026-10-01").unwrap()
    }

    #[test]
    fn the_partition_is_in_the_key() {
        assert_eq!(Partition::of_export("", KEY), Some(expected()));
        assert_eq!(Partition::of_export("a/b/", &format!("a/b/{KEY}")), Some(expected()));
        assert_eq!(
            Partition::of_export("", &KEY.replace("AWSLogs/", "AWSLogs/o-a1b2c3d4e5/")),
            Some(expected())
        );
        let below = format!("/home/me/xAWSLogs/{KEY}");
        assert_eq!(Partition::of_export_below(&below), Some((expected(), KEY)));
        assert_eq!(Partition::of_export_below(&format!("x{KEY}")), None);
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
            assert_eq!(Partition::of_export("", key), None, "{key}");
        }
        assert_eq!(Partition::of_export("a/", KEY), None);
    }

    #[test]
    fn a_finding_says_itself_where_it_belongs_or_nowhere() {
        let of = |json: &str| Partition::of_finding(&Finding::parse(json).unwrap());
        let json = r#"{"id":"f1","accountId":"111122223333","region":"eu-west-1","updatedAt":"2026-10-02T00:30:00+01:00"}"#;
        assert_eq!(of(json), Some(expected()));
        assert_eq!(of(&json.replace("eu-west-1", "../..")), None);
        assert_eq!(of(&json.replace("updatedAt", "x")), None);
    }

    #[test]
    fn a_key_of_the_lake_is_read_back() {
        let key = expected().file("s1");
        assert_eq!(Partition::of_lake_key(FINDINGS, &key), Some((expected(), "s1.parquet")));
        assert_eq!(Partition::of_lake_key(FINDINGS, "findings/v1/region=eu-west-1/x"), None);
        assert_eq!(Partition::of_lake_key("other", &key), None);
    }
}
