//! What is open after a sweep, by level and age: how long findings have been waiting for somebody.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use findings::{Finding, SeverityLevel, Timestamp};
use platform::Metrics;

const DAY: u64 = 24 * 3600;

/// Ages by their open ends. Few, since each level has a metric for each.
const AGES: [(&str, Option<Duration>); 4] = [
    ("under_1d", Some(Duration::from_secs(DAY))),
    ("1d_to_7d", Some(Duration::from_secs(7 * DAY))),
    ("7d_to_30d", Some(Duration::from_secs(30 * DAY))),
    ("over_30d", None),
];
const UNKNOWN: &str = "unknown";

/// Open findings by level and age.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Open(BTreeMap<(&'static str, &'static str), u64>);

impl Open {
    /// Of these findings, without samples and without those that were archived meanwhile.
    pub(crate) fn of<'f>(
        findings: impl IntoIterator<Item = &'f Finding>,
        archived: &HashSet<&str>,
        now: Timestamp,
    ) -> Self {
        let mut open = Self::default();
        for finding in findings {
            let is_archived = finding.archived() == Some(true) || archived.contains(finding.id());
            if is_archived || finding.is_sample() {
                continue;
            }
            let level = finding.level().map_or(UNKNOWN, SeverityLevel::as_str);
            *open.0.entry((level, age(finding.created_at(), now))).or_default() += 1;
        }
        open
    }

    /// All of them, zeros included: a figure that is missing looks like one that has not changed.
    pub(crate) fn tell(mut self, metrics: &Metrics) {
        for level in SeverityLevel::ALL {
            for (age, _) in AGES {
                self.0.entry((level.as_str(), age)).or_default();
            }
        }
        for ((level, age), count) in self.0 {
            metrics.gauge("OpenFindings", vec![("severity", level), ("age", age)], count);
        }
    }
}

/// Since GuardDuty made it, whatever has been added to it since.
fn age(created_at: Option<Timestamp>, now: Timestamp) -> &'static str {
    let Some(created_at) = created_at else { return UNKNOWN };
    let age = now.since(created_at);
    let ages = AGES.iter().find(|(_, end)| end.is_none_or(|end| age < end));
    ages.map_or(UNKNOWN, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, rest: &str) -> Finding {
        Finding::parse(&format!(r#"{{"id":"{id}",{rest}}}"#)).unwrap()
    }

    #[test]
    fn each_open_finding_is_counted_once_in_its_level_and_age() {
        let now = Timestamp::parse("2026-10-31T00:00:00Z").unwrap();
        let findings = [
            finding("f1", r#""severity":8,"createdAt":"2026-10-30T00:00:01Z""#),
            finding("f2", r#""severity":8,"createdAt":"2026-10-30T00:00:00Z""#),
            finding("f3", r#""severity":2,"createdAt":"2026-10-24T00:00:00Z""#),
            finding("f4", r#""severity":9,"createdAt":"2026-10-01T00:00:00Z""#),
            finding("f5", r#""severity":"high""#),
            finding("f6", r#""severity":2,"service":{"archived":true}"#),
            finding("f7", r#""severity":2,"service":{"additionalInfo":{"sample":true}}"#),
            finding("f8", r#""severity":2"#),
        ];
        let open = Open::of(&findings, &HashSet::from(["f8"]), now);
        let expected = [
            (("high", "under_1d"), 1),
            (("high", "1d_to_7d"), 1),
            (("low", "7d_to_30d"), 1),
            (("critical", "over_30d"), 1),
            (("unknown", "unknown"), 1),
        ];
        assert_eq!(open, Open(expected.into()));
    }
}
