//! What is new in a version of a finding, against what is remembered of earlier ones.

use serde::{Deserialize, Serialize};

use super::{
    Fact, identity,
    part::{distinct, listed},
    remote::Remote,
    text::{cut, line},
};
use crate::{Finding, Severity, Timestamp};

/// How many values of one kind are remembered, and how long each may be: all kinds together stay
/// below [`REMEMBERED_BYTES`].
const VALUES: usize = 24;
const VALUE: usize = 64;

/// The most that [`Remembered`] takes as JSON.
pub const REMEMBERED_BYTES: usize = 32 << 10;

/// How many new values are named.
const SHOWN: usize = 3;

/// The facts of a finding that are worth a word when they change. Small, and made to be kept as
/// JSON beside the marker of a delivery: unknown members are ignored, missing ones say nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Remembered {
    severity: Option<f64>,
    count: Option<u64>,
    archived: Option<bool>,
    updated_at: Option<String>,
    countries: Seen,
    networks: Seen,
    addresses: Seen,
    identities: Seen,
}

/// Values that were seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Seen {
    values: Vec<String>,
    /// Whether there were more than are remembered, so that nothing can be called new any more.
    more: bool,
}

impl Seen {
    fn of(values: impl Iterator<Item = String>) -> Self {
        let values = distinct(values.filter_map(|own| line(&own, VALUE)).collect());
        Self { more: false, values }.capped()
    }

    fn capped(mut self) -> Self {
        self.more |= self.values.len() > VALUES;
        self.values.truncate(VALUES);
        self
    }

    fn and(mut self, earlier: &Self) -> Self {
        let mut all: Vec<String> = earlier.values.iter().map(|own| cut(own, VALUE)).collect();
        all.append(&mut self.values);
        Self { values: distinct(all), more: self.more || earlier.more }.capped()
    }

    /// What an earlier version did not hold, as far as that can be known.
    fn new_since(&self, earlier: &Self) -> Vec<String> {
        if earlier.more {
            return Vec::new();
        }
        self.values.iter().filter(|own| !earlier.values.contains(own)).cloned().collect()
    }
}

impl Remembered {
    /// The facts of this version.
    pub fn of(finding: &Finding) -> Self {
        let remotes = Remote::all(finding);
        let each = |pick: fn(&Remote) -> Option<&String>| {
            Seen::of(remotes.iter().filter_map(pick).cloned())
        };
        Self {
            severity: finding.severity().map(Severity::value),
            count: finding.count(),
            archived: finding.archived(),
            updated_at: finding.updated_at().map(Timestamp::to_rfc3339),
            countries: each(|own| own.country.as_ref()),
            networks: each(|own| own.network.as_ref()),
            addresses: each(|own| own.address.as_ref()),
            identities: Seen::of(identity::all(finding).into_iter()),
        }
    }

    /// The facts of this version and whatever was seen before: GuardDuty replaces the details of a
    /// finding by those of the latest occurrence, so one version alone forgets.
    #[must_use]
    pub fn and(self, earlier: &Self) -> Self {
        Self {
            countries: self.countries.and(&earlier.countries),
            networks: self.networks.and(&earlier.networks),
            addresses: self.addresses.and(&earlier.addresses),
            identities: self.identities.and(&earlier.identities),
            ..self
        }
    }

    /// Whether the severity could be read.
    pub fn has_severity(&self) -> bool {
        self.severity.is_some()
    }

    /// The same facts of a finding that somebody has archived since.
    #[must_use]
    pub fn archived(self) -> Self {
        Self { archived: Some(true), ..self }
    }
}

/// What differs from an earlier version. Only what is known in both can differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    severity: Option<(f64, f64)>,
    pub(super) count: Option<(u64, u64)>,
    archived: Option<bool>,
    pub(super) countries: Vec<String>,
    pub(super) networks: Vec<String>,
    pub(super) addresses: Vec<String>,
    pub(super) identities: Vec<String>,
}

impl Change {
    /// What `finding` has that the earlier facts have not; `None` when that is nothing, or when the
    /// earlier facts are of a later version.
    pub fn since(earlier: &Remembered, finding: &Finding) -> Option<Self> {
        let now = Remembered::of(finding);
        let time = |own: &Remembered| own.updated_at.as_deref().and_then(Timestamp::parse);
        if let (Some(before), Some(after)) = (time(earlier), time(&now))
            && before > after
        {
            return None;
        }
        let change = Self {
            severity: both(earlier.severity, now.severity),
            count: both(earlier.count, now.count),
            archived: both(earlier.archived, now.archived).map(|(_, after)| after),
            countries: now.countries.new_since(&earlier.countries),
            networks: now.networks.new_since(&earlier.networks),
            addresses: now.addresses.new_since(&earlier.addresses),
            identities: now.identities.new_since(&earlier.identities),
        };
        (!change.told().is_empty()).then_some(change)
    }

    /// Whether the severity is higher than it was.
    pub fn is_graver(&self) -> bool {
        self.severity.is_some_and(|(before, after)| after > before)
    }

    /// Whether one of these facts has a value that was not seen before.
    pub fn has_new(&self, facts: &[Fact]) -> bool {
        let is_new = |fact: &Fact| {
            !match fact {
                Fact::Country => &self.countries,
                Fact::Network => &self.networks,
                Fact::Address => &self.addresses,
                Fact::Identity => &self.identities,
            }
            .is_empty()
        };
        facts.iter().any(is_new)
    }

    /// `severity 5 → 8, count 3 → 57, new country: Netherlands`
    pub fn describe(&self) -> String {
        self.told().join(", ")
    }

    fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if let Some((before, after)) = self.severity {
            told.push(format!("severity {before} → {after}"));
        }
        if let Some((before, after)) = self.count {
            told.push(format!("count {before} → {after}"));
        }
        for (values, one, several) in [
            (&self.countries, "country", "countries"),
            (&self.networks, "network", "networks"),
            (&self.addresses, "address", "addresses"),
            (&self.identities, "identity", "identities"),
        ] {
            if let Some(shown) = listed(values, SHOWN) {
                let noun = if values.len() == 1 { one } else { several };
                told.push(format!("new {noun}: {shown}"));
            }
        }
        match self.archived {
            Some(true) => told.push("archived".to_owned()),
            Some(false) => told.push("no longer archived".to_owned()),
            None => {}
        }
        told
    }
}

fn both<T: PartialEq>(before: Option<T>, after: Option<T>) -> Option<(T, T)> {
    before.zip(after).filter(|(before, after)| before != after)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn finding(severity: f64, count: u64, remotes: &[(&str, &str)]) -> Finding {
        let details: Vec<Value> = remotes
            .iter()
            .map(|(address, country)| {
                json!({"remoteIpDetails": {"ipAddressV4": address, "country": {"countryName": country}}})
            })
            .collect();
        let json = json!({"id": "f", "severity": severity, "service": {"count": count,
            "archived": false, "action": {"portProbeAction": {"portProbeDetails": details}}}});
        Finding::parse(&json.to_string()).unwrap()
    }

    fn told(earlier: &Remembered, finding: &Finding) -> Option<String> {
        Change::since(earlier, finding).map(|change| change.describe())
    }

    #[test]
    fn only_what_differs_is_told() {
        let first = finding(5.0, 3, &[("192.0.2.1", "Sweden")]);
        let earlier = Remembered::of(&first);
        assert_eq!(told(&earlier, &first), None);
        let second = finding(8.0, 57, &[("192.0.2.1", "Sweden"), ("203.0.113.9", "Netherlands")]);
        assert_eq!(
            told(&earlier, &second).as_deref(),
            Some(
                "severity 5 → 8, count 3 → 57, new country: Netherlands, new address: 203.0.113.9"
            )
        );
        let change = Change::since(&earlier, &second).unwrap();
        assert!(change.is_graver());
        assert!(!Change::since(&Remembered::of(&second), &first).unwrap().is_graver());
    }

    #[test]
    fn real_versions_of_one_finding() {
        let [first, later, archived] = [
            include_str!("../../../../events/findings/port-probe.json"),
            include_str!("../../../../events/findings/port-probe-escalated.json"),
            include_str!("../../../../events/findings/port-probe-archived.json"),
        ]
        .map(|json| Finding::parse(json).unwrap());
        let told = told(&Remembered::of(&first), &later).unwrap();
        assert!(told.starts_with("severity 2 → 5.3, count 3 → 340"), "{told}");
        assert_eq!(Change::since(&Remembered::of(&later), &first), None, "an older version");
        let told = Change::since(&Remembered::of(&first), &archived).unwrap().describe();
        assert!(told.ends_with("archived"), "{told}");
    }

    #[test]
    fn what_was_seen_before_the_last_version_is_not_new() {
        let [first, second, third] =
            [("192.0.2.1", "Sweden"), ("192.0.2.2", "Norway"), ("192.0.2.1", "Sweden")]
                .map(|remote| finding(5.0, 1, &[remote]));
        let earlier = Remembered::of(&second).and(&Remembered::of(&first));
        assert_eq!(told(&earlier, &third), None);
        assert!(told(&Remembered::of(&second), &third).is_some());
    }

    #[test]
    fn when_more_was_seen_than_is_remembered_nothing_is_called_new() {
        let many: Vec<String> = (0..100).map(|last| format!("192.0.2.{last}")).collect();
        let remotes: Vec<_> = many.iter().map(|address| (address.as_str(), "Sweden")).collect();
        let earlier = Remembered::of(&finding(5.0, 1, &remotes));
        let next = finding(5.0, 1, &[("203.0.113.9", "Norway")]);
        assert_eq!(told(&earlier, &next).as_deref(), Some("new country: Norway"));
    }

    #[test]
    fn facts_survive_as_json_and_never_outgrow_a_marker() {
        let wide = "\u{fffd}".repeat(500);
        let many: Vec<String> = (0..500).map(|number| format!("{number}{wide}")).collect();
        let remotes: Vec<_> = many.iter().map(|own| (own.as_str(), own.as_str())).collect();
        let facts = Remembered::of(&finding(5.5, 7, &remotes));
        let facts = facts.clone().and(&facts);
        let json = serde_json::to_string(&facts).unwrap();
        assert!(json.len() <= REMEMBERED_BYTES, "{}", json.len());
        assert_eq!(serde_json::from_str::<Remembered>(&json).unwrap(), facts);
    }

    #[test]
    fn facts_of_another_release_are_read_as_far_as_they_are_known() {
        let facts: Remembered = serde_json::from_str(r#"{"count":3,"mood":"grim"}"#).unwrap();
        assert_eq!(told(&facts, &finding(5.0, 4, &[])).as_deref(), Some("count 3 → 4"));
        let unknown = Remembered::default();
        let remote = finding(5.0, 4, &[("192.0.2.1", "Sweden")]);
        let told = told(&unknown, &remote).unwrap();
        assert_eq!(told, "new country: Sweden, new address: 192.0.2.1");
    }
}
