//! Which changes of a finding are worth telling again.

use super::Change;

/// What can be new in a further version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A country that a remote address is in.
    Country,
    /// The network, an ASN with its owner, of a remote address.
    Network,
    /// A remote address.
    Address,
    /// A user, role or access key.
    Identity,
}

impl Fact {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Country, Self::Network, Self::Address, Self::Identity];

    /// Its name in a rule file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Network => "network",
            Self::Address => "address",
            Self::Identity => "identity",
        }
    }
}

/// The changes on which a finding that has been told is told again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyChanges {
    /// Every newer version, whatever has changed.
    pub every: bool,
    /// The severity rises.
    pub severity: bool,
    /// One of these is new.
    pub new: Vec<Fact>,
    /// The count reaches one of these; ascending.
    pub counts: Vec<u64>,
    /// The finding comes back after it was archived.
    pub recurrence: bool,
}

impl Default for NotifyChanges {
    /// Not addresses: a probe from a thousand of them would be told a thousand times.
    fn default() -> Self {
        Self {
            every: false,
            severity: true,
            new: vec![Fact::Country, Fact::Network, Fact::Identity],
            counts: vec![10, 100, 1_000, 10_000],
            recurrence: true,
        }
    }
}

impl NotifyChanges {
    /// Whether the change is one of those. Recurrence is not in a change alone, since an archived
    /// version in between may never have been told: the caller knows.
    pub fn matter(&self, change: &Change, recurs: bool) -> bool {
        let reached = change.count.is_some_and(|(before, after)| {
            self.counts.iter().any(|most| (before.saturating_add(1)..=after).contains(most))
        });
        self.every
            || (self.severity && change.is_graver())
            || change.has_new(&self.new)
            || reached
            || (self.recurrence && recurs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Finding, message::Remembered};

    fn finding(severity: f64, count: u64, address: &str, country: &str) -> Finding {
        let json = json!({"id": "f", "severity": severity, "service": {"count": count, "archived": false,
            "action": {"portProbeAction": {"portProbeDetails": [{"remoteIpDetails": {
                "ipAddressV4": address, "country": {"countryName": country}}}]}}}});
        Finding::parse(&json.to_string()).unwrap()
    }

    fn matters(wanted: &NotifyChanges, after: &Finding) -> bool {
        let before = Remembered::of(&finding(5.0, 9, "192.0.2.1", "Sweden"));
        wanted.matter(&Change::since(&before, after).unwrap(), false)
    }

    #[test]
    fn a_rise_a_new_country_and_a_threshold_matter_and_a_few_more_times_do_not() {
        let wanted = NotifyChanges::default();
        assert!(matters(&wanted, &finding(8.0, 9, "192.0.2.1", "Sweden")));
        assert!(!matters(&wanted, &finding(2.0, 9, "192.0.2.1", "Sweden")), "a fall");
        assert!(matters(&wanted, &finding(5.0, 9, "192.0.2.1", "Norway")));
        assert!(!matters(&wanted, &finding(5.0, 9, "192.0.2.2", "Sweden")), "only an address");
        assert!(matters(&wanted, &finding(5.0, 10, "192.0.2.1", "Sweden")));
        assert!(matters(&wanted, &finding(5.0, 99, "192.0.2.1", "Sweden")));
        assert!(!matters(&wanted, &finding(5.0, 8, "192.0.2.1", "Sweden")));
    }

    #[test]
    fn what_matters_is_a_choice() {
        let none = NotifyChanges {
            every: false,
            severity: false,
            new: Vec::new(),
            counts: Vec::new(),
            recurrence: false,
        };
        let all = finding(8.0, 100, "192.0.2.2", "Norway");
        assert!(!matters(&none, &all));
        assert!(matters(&NotifyChanges { every: true, ..none.clone() }, &all));
        assert!(matters(&NotifyChanges { new: vec![Fact::Address], ..none.clone() }, &all));
        assert!(matters(&NotifyChanges { counts: vec![100], ..none.clone() }, &all));
        assert!(!matters(&NotifyChanges { counts: vec![101], ..none }, &all));
    }

    #[test]
    fn a_finding_that_comes_back_matters_unless_somebody_says_no() {
        let before = Remembered::of(&finding(5.0, 1, "192.0.2.1", "Sweden"));
        let again = finding(5.0, 2, "192.0.2.1", "Sweden");
        let change = Change::since(&before, &again).unwrap();
        let wanted = NotifyChanges::default();
        assert!(wanted.matter(&change, true) && !wanted.matter(&change, false));
        assert!(!NotifyChanges { recurrence: false, ..wanted }.matter(&change, true));
    }
}
