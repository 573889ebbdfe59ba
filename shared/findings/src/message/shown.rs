//! What a finding shows, whole and of any number: for a guard, which must not take for known what it has
//! forgotten.

use std::collections::BTreeSet;

use super::{Fact, identity, part::listed, remote::Remote, text::line};
use crate::Finding;

/// How many new values are named, and how long each may be.
const NAMED: usize = 3;
const VALUE: usize = 64;

/// Everything that a finding shows of the facts that can be new. [`Remembered`](super::Remembered) is
/// small and calls nothing new when it is full; this is for whoever has to be told then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    countries: BTreeSet<String>,
    networks: BTreeSet<String>,
    addresses: BTreeSet<String>,
    identities: BTreeSet<String>,
}

impl Shown {
    /// What this version shows.
    pub fn of(finding: &Finding) -> Self {
        let mut shown = Self::default();
        for remote in Remote::read(finding, Some) {
            shown.countries.extend(remote.country);
            shown.networks.extend(remote.network);
            shown.addresses.extend(remote.address);
        }
        shown.identities.extend(identity::read(finding, Some));
        shown
    }

    /// What either shows.
    #[must_use]
    pub fn and(mut self, mut other: Self) -> Self {
        self.countries.append(&mut other.countries);
        self.networks.append(&mut other.networks);
        self.addresses.append(&mut other.addresses);
        self.identities.append(&mut other.identities);
        self
    }

    /// What this shows of these facts and the earlier does not, in words: `new country: Netherlands`.
    /// `None` when that is nothing.
    pub fn news_since(&self, earlier: &Self, facts: &[Fact]) -> Option<String> {
        let news = facts.iter().filter_map(|fact| {
            let (own, one, several) = self.of_fact(*fact);
            let (seen, ..) = earlier.of_fact(*fact);
            let new: Vec<String> = own
                .difference(seen)
                .map(|value| line(value, VALUE).unwrap_or_else(|| "unreadable".to_owned()))
                .collect();
            let noun = if new.len() == 1 { one } else { several };
            listed(&new, NAMED).map(|named| format!("new {noun}: {named}"))
        });
        let news: Vec<String> = news.collect();
        (!news.is_empty()).then(|| news.join(", "))
    }

    fn of_fact(&self, fact: Fact) -> (&BTreeSet<String>, &'static str, &'static str) {
        match fact {
            Fact::Country => (&self.countries, "country", "countries"),
            Fact::Network => (&self.networks, "network", "networks"),
            Fact::Address => (&self.addresses, "address", "addresses"),
            Fact::Identity => (&self.identities, "identity", "identities"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn from(countries: &[String]) -> Shown {
        let details: Vec<Value> = countries
            .iter()
            .map(|country| json!({"remoteIpDetails": {"country": {"countryName": country}}}))
            .collect();
        let finding = json!({"id": "f", "severity": 2, "service": {"action": {"portProbeAction":
            {"portProbeDetails": details}}}});
        Shown::of(&Finding::parse(&finding.to_string()).unwrap())
    }

    fn by(role: &str) -> Shown {
        let finding = json!({"id": "f", "severity": 2, "resource": {"accessKeyDetails":
            {"userType": "AssumedRole", "userName": role}}});
        Shown::of(&Finding::parse(&finding.to_string()).unwrap())
    }

    #[test]
    fn however_much_was_seen_what_is_new_is_new() {
        let many: Vec<String> = (0..300).map(|number| format!("Land {number}")).collect();
        let seen = many.iter().map(|own| from(std::slice::from_ref(own)));
        let seen = seen.fold(from(&many), Shown::and);
        let next = from(&["Land 299".to_owned(), "Norway".to_owned()]);
        let news = next.news_since(&seen, &Fact::ALL);
        assert_eq!(news.as_deref(), Some("new country: Norway"));
        assert_eq!(next.news_since(&seen, &[Fact::Identity]), None, "it is not asked for");
        assert_eq!(from(&many).news_since(&seen, &Fact::ALL), None);
    }

    #[test]
    fn names_that_differ_only_at_their_end_or_in_what_is_not_shown_are_two() {
        let long = "r".repeat(500);
        for other in [format!("{long}-2"), format!("{long}\u{200b}")] {
            let news = by(&other).news_since(&by(&long), &[Fact::Identity]).unwrap();
            assert!(news.starts_with("new identity: role rrr") && news.len() < 100, "{news}");
        }
    }

    #[test]
    fn of_many_new_ones_some_are_named() {
        let many: Vec<String> = (0..5).map(|number| format!("Land {number}")).collect();
        let news = from(&many).news_since(&Shown::default(), &Fact::ALL);
        assert_eq!(news.as_deref(), Some("new countries: Land 0, Land 1, Land 2 and 2 more"));
    }
}
