//! Rule sets: loaded once with every problem reported, then deciding without a way to fail.

use std::time::Duration;

use sha2::{Digest, Sha256};

use self::{
    destination::{PlacedDestination, Route},
    index::Index,
    loading::Loading,
    telling::Telling,
};
use crate::{
    Finding, Severity, Timestamp,
    expression::Subject,
    extract::Paths,
    message::{Fact, NotifyChanges},
    problem::RuleSetError,
};

mod decision;
mod destination;
mod explanation;
mod facts;
mod fields;
mod file;
mod filter;
mod guard;
mod index;
mod kinds;
mod loading;
mod matcher;
mod networks;
mod reading;
mod rule;
mod telling;

pub use decision::Decision;
pub use destination::{Destination, DestinationKind};
pub use explanation::{ConditionTrace, Explanation, RuleTrace};
pub use filter::Filter;
pub use guard::Guard;
pub use matcher::Matcher;
pub use reading::Reading;
pub use rule::{Action, Case, CaseFinding, Rule};

/// The text of one rule file and the name to report its problems under.
#[derive(Debug, Clone, Copy)]
pub struct RuleSource<'s> {
    /// A path or an S3 key.
    pub name: &'s str,
    /// YAML, of which JSON is a part.
    pub text: &'s str,
}

/// What holds for every rule that says nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// How long a finding must have been quiet before it is archived.
    pub hold: Duration,
    /// No finding with a severity above this is archived. Always below 7.
    pub archive_ceiling: Severity,
    /// A run that would archive more than this archives nothing.
    pub max_archive_per_run: usize,
    /// A rule that would archive more than this on one day, in UTC, archives nothing more that day.
    pub max_archive_per_day: usize,
    /// A sweep that looked at 100 findings or more and would archive more than this share of them
    /// archives nothing.
    pub max_archive_share: f64,
    /// A finding that was archived this often and came back each time stays for a person to see.
    pub max_recurrences: usize,
    /// A finding that was archived and comes back with one of these new stays for a person to see.
    pub keep_new: Vec<Fact>,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            hold: Duration::from_secs(24 * 3600),
            archive_ceiling: Severity::HIGHEST_LOW,
            max_archive_per_run: 500,
            max_archive_per_day: 1000,
            max_archive_share: 0.5,
            max_recurrences: 20,
            keep_new: vec![Fact::Country, Fact::Identity],
        }
    }
}

/// An ordered set of rules with the destinations and routes of what they let through.
#[derive(Debug, Clone)]
pub struct RuleSet {
    rules: Vec<Rule>,
    defaults: Defaults,
    destinations: Vec<Destination>,
    routes: Vec<Route>,
    places: Vec<PlacedDestination>,
    telling: Telling,
    paths: Paths,
    index: Index,
    hash: String,
}

impl RuleSet {
    /// Loads the files of a rule set in order: the rules of the first come first.
    ///
    /// # Errors
    /// Every problem of every file. There is no such thing as a rule set that loads in part.
    pub fn parse(sources: &[RuleSource<'_>]) -> Result<Self, RuleSetError> {
        Loading::of(sources).finish(hash(sources))
    }

    /// SHA-256 of the rule file; of the files' hashes when there are several.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The rules in order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The position of one of these rules.
    pub fn position(&self, rule: &Rule) -> Option<usize> {
        self.rules.element_offset(rule)
    }

    /// What holds for rules that say nothing else.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    /// Every destination.
    pub fn destinations(&self) -> &[Destination] {
        &self.destinations
    }

    /// What the rule files call an account.
    pub fn account_name(&self, id: &str) -> Option<&str> {
        self.telling.accounts.get(id).map(String::as_str)
    }

    /// On which changes a finding that was told is told again.
    pub fn notify_changes(&self) -> &NotifyChanges {
        &self.telling.notify_changes
    }

    /// Where samples go; `None` when nothing says so.
    pub fn samples(&self) -> Option<Vec<&Destination>> {
        let to = self.telling.samples.as_ref()?;
        Some(to.iter().filter_map(|index| self.destinations.get(*index)).collect())
    }

    /// Where notifications go that another destination refuses for good.
    pub fn fallback(&self) -> Option<&Destination> {
        self.telling.fallback.and_then(|index| self.destinations.get(index))
    }

    /// Each destination with its place, and whether anything is sent to it.
    pub(crate) fn placed_destinations(
        &self,
    ) -> impl Iterator<Item = (&Destination, &PlacedDestination, bool)> {
        self.destinations.iter().zip(&self.places).enumerate().map(|(index, (own, place))| {
            let routed = self.routes.iter().any(|route| route.to.contains(&index));
            (own, place, routed || self.telling.names(index))
        })
    }

    /// The rules that no longer decide.
    pub fn expired(&self, as_of: Timestamp) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.is_expired(as_of))
    }

    /// Decides what happens with a finding: the first rule that is not expired and is known to
    /// match decides, and the guards have the last word.
    pub fn decide(&self, finding: &Finding, as_of: Timestamp) -> Decision<'_> {
        Matcher::for_one(self, as_of).decide(&self.reading(finding))
    }

    /// Decides and says why.
    pub fn explain(&self, finding: &Finding, as_of: Timestamp) -> Explanation<'_> {
        let reading = self.reading(finding);
        let decision = Matcher::for_one(self, as_of).decide(&reading);
        let subject = Subject { values: reading.header.values(), as_of };
        let mut trace = Vec::new();
        for rule in &self.rules {
            trace.push(RuleTrace::of(rule, subject));
            if decision.rule.is_some_and(|deciding| std::ptr::eq(deciding, rule)) {
                break;
            }
        }
        Explanation::new(&decision, trace)
    }

    /// Where a finding goes that somebody is to be told about: the destinations of every route
    /// that takes it, each once. Empty when no route does.
    pub fn route(&self, finding: &Finding) -> Vec<&Destination> {
        let subject = Subject { values: &finding.values(&self.paths), as_of: Timestamp::EPOCH };
        let takes = |route: &&Route| {
            route.when.as_ref().is_none_or(|when| when.evaluate(subject).is_true())
        };
        let chosen: Vec<usize> =
            self.routes.iter().filter(takes).flat_map(|route| route.to.iter().copied()).collect();
        self.destinations
            .iter()
            .enumerate()
            .filter_map(|(index, destination)| chosen.contains(&index).then_some(destination))
            .collect()
    }

    /// Whether the rule is known to match, expired or not.
    #[cfg(test)]
    pub(crate) fn matches(&self, rule: &Rule, finding: &Finding, as_of: Timestamp) -> bool {
        rule.when.evaluate(Subject { values: &finding.values(&self.paths), as_of }).is_true()
    }
}

fn hash(sources: &[RuleSource<'_>]) -> String {
    let digest = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    match sources {
        [only] => digest(only.text.as_bytes()),
        several => {
            let all: String = several.iter().map(|source| digest(source.text.as_bytes())).collect();
            digest(all.as_bytes())
        }
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
