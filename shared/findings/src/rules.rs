//! Rule sets: loaded once with every problem reported, then deciding without a way to fail.

use std::time::Duration;

use sha2::{Digest, Sha256};

use self::{
    destination::Route,
    file::{File, UnresolvedRoute},
    index::Index,
};
use crate::{
    Finding, Severity, Timestamp,
    attribute::nearest,
    document::Node,
    expression::Subject,
    extract::Paths,
    problem::{Code, Problem, Problems, RuleSetError, quoted},
    scope::Scope,
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
mod matcher;
mod networks;
mod reading;
mod rule;

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
    /// A sweep that would archive more than this share of what it looked at archives nothing.
    pub max_archive_share: f64,
    /// A finding that was archived this often and came back each time stays for a person to see.
    pub max_recurrences: usize,
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
        let mut loading = Loading::new();
        for source in sources {
            loading.add(source);
        }
        loading.finish(hash(sources))
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
        self.rules.iter().position(|own| std::ptr::eq(own, rule))
    }

    /// What holds for rules that say nothing else.
    pub fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    /// Every destination.
    pub fn destinations(&self) -> &[Destination] {
        &self.destinations
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

/// A rule set while its files are read.
#[derive(Default)]
struct Loading {
    defaults: Defaults,
    has_defaults: bool,
    rules: Vec<Rule>,
    destinations: Vec<Destination>,
    routes: Vec<(String, UnresolvedRoute)>,
    scope: Scope,
    problems: Vec<Problem>,
}

impl Loading {
    fn new() -> Self {
        Self { scope: Scope::with_header(), ..Self::default() }
    }

    fn add(&mut self, source: &RuleSource<'_>) {
        let mut problems = Problems::of(source.name);
        let file =
            file::read(source.name, source.text, &self.defaults, &mut self.scope, &mut problems);
        let File { defaults, rules, destinations, routes } = file;
        if let Some(defaults) = defaults {
            if self.has_defaults && defaults != self.defaults {
                problems
                    .place(
                        Code::DuplicateName,
                        Default::default(),
                        1,
                        "a second, different `defaults`".to_owned(),
                    )
                    .help("keep them in one file of the rule set");
            }
            self.defaults = defaults;
            self.has_defaults = true;
        }
        for rule in rules {
            if let Some(first) = self.rules.iter().find(|own| own.name == rule.name) {
                let (name, file, line) = (&rule.name, &first.file, first.position.line);
                problems
                    .place(Code::DuplicateName, rule.position, 1, format!("a second rule `{name}`"))
                    .help(format!(
                        "the first is at {file}:{line}; names tell rules apart in the ledger"
                    ));
            }
            self.rules.push(rule);
        }
        for (key, destination) in destinations {
            if self.destinations.iter().any(|own| own.name == destination.name) {
                problems.at_key(
                    &key,
                    Code::DuplicateName,
                    format!("a second destination `{}`", key.name),
                );
            }
            self.destinations.push(destination);
        }
        self.routes.extend(routes.into_iter().map(|route| (source.name.to_owned(), route)));
        self.problems.extend(problems.into_vec());
    }

    fn finish(mut self, hash: String) -> Result<RuleSet, RuleSetError> {
        let routes: Vec<Route> = std::mem::take(&mut self.routes)
            .into_iter()
            .map(|(file, route)| Route { when: route.when, to: self.resolve(&file, &route.to) })
            .collect();
        if !self.problems.is_empty() {
            return Err(RuleSetError { problems: self.problems });
        }
        Ok(RuleSet {
            index: Index::of(&self.rules),
            rules: self.rules,
            defaults: self.defaults,
            destinations: self.destinations,
            routes,
            paths: self.scope.into_paths(),
            hash,
        })
    }

    fn resolve(&mut self, file: &str, names: &[Node]) -> Vec<usize> {
        let mut problems = Problems::of(file);
        let own: Vec<&str> = self.destinations.iter().map(|own| own.name.as_str()).collect();
        let mut resolved = Vec::new();
        for node in names {
            let name = node.summary();
            match own.iter().position(|own| *own == name) {
                Some(index) => resolved.push(index),
                None => problems
                    .at(node, Code::UnknownName, format!("there is no destination `{name}`"))
                    .suggest(&nearest(&name, own.iter().copied()), || match own.as_slice() {
                        [] => "add it under `destinations:`".to_owned(),
                        own => format!("there are {}", quoted(own)),
                    }),
            }
        }
        self.problems.extend(problems.into_vec());
        resolved
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
