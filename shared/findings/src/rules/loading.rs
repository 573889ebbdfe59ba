//! Puts the files of a rule set together, and resolves the names in them.

use super::{
    Defaults, Destination, Rule, RuleSet, RuleSetError, RuleSource,
    destination::{PlacedDestination, Route},
    file::{self, File, UnresolvedRoute},
    index::Index,
    telling::Telling,
};
use crate::{
    attribute::nearest,
    document::{Node, Span},
    problem::{Code, Problem, Problems, quoted},
    scope::Scope,
};

/// A rule set while its files are read.
#[derive(Default)]
pub(super) struct Loading {
    defaults: Defaults,
    has_defaults: bool,
    rules: Vec<Rule>,
    destinations: Vec<Destination>,
    places: Vec<PlacedDestination>,
    routes: Vec<(String, UnresolvedRoute)>,
    telling: Telling,
    samples: Option<(String, Node)>,
    fallback: Option<(String, Node)>,
    has_changes: bool,
    scope: Scope,
    problems: Vec<Problem>,
}

impl Loading {
    /// Reads the files in order. The defaults come first, whichever file they stand in.
    pub(super) fn of(sources: &[RuleSource<'_>]) -> Self {
        let mut loading = Self { scope: Scope::with_header(), ..Self::default() };
        let documents: Vec<_> = sources.iter().map(|source| loading.begin(source)).collect();
        for (source, document) in sources.iter().zip(&documents) {
            if let Some(document) = document {
                loading.add(source.name, document);
            }
        }
        loading
    }

    /// Reads a file's document and takes its defaults.
    fn begin(&mut self, source: &RuleSource<'_>) -> Option<Node> {
        let mut problems = Problems::of(source.name);
        let document = file::document(source.text, &mut problems);
        let defaults = document.as_ref().and_then(|own| file::defaults_of(own, &mut problems));
        if let Some((span, defaults)) = defaults {
            if self.has_defaults && defaults != self.defaults {
                problems
                    .on(span, Code::DuplicateName, "a second, different `defaults`")
                    .help("keep them in one file of the rule set");
            }
            self.defaults = defaults;
            self.has_defaults = true;
        }
        self.problems.extend(problems.into_vec());
        document
    }

    fn add(&mut self, name: &str, document: &Node) {
        let mut problems = Problems::of(name);
        let file = file::read(name, document, &self.defaults, &mut self.scope, &mut problems);
        let File { rules, destinations, routes, accounts, notify_changes, samples, fallback } =
            file;
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
            let span = Span { position: key.position, width: key.name.chars().count() };
            self.places.push(PlacedDestination { file: name.to_owned(), span });
            self.destinations.push(destination);
        }
        for (key, name) in accounts {
            if self.telling.accounts.contains_key(&key.name) {
                let message = format!("a second name for the account {}", key.name);
                problems.at_key(&key, Code::DuplicateName, message).help("keep one of them");
            }
            self.telling.accounts.insert(key.name, name);
        }
        if let Some((span, wanted)) = notify_changes {
            if self.has_changes {
                second(&mut problems, span, "notify_changes");
            }
            self.telling.notify_changes = wanted;
            self.has_changes = true;
        }
        for (field, own, kept) in
            [("samples", samples, &mut self.samples), ("fallback", fallback, &mut self.fallback)]
        {
            let Some(node) = own else { continue };
            if kept.is_some() {
                second(&mut problems, node.span(), field);
            }
            *kept = Some((name.to_owned(), node));
        }
        self.routes.extend(routes.into_iter().map(|route| (name.to_owned(), route)));
        self.problems.extend(problems.into_vec());
    }

    pub(super) fn finish(mut self, hash: String) -> Result<RuleSet, RuleSetError> {
        let routes: Vec<Route> = std::mem::take(&mut self.routes)
            .into_iter()
            .map(|(file, route)| Route { when: route.when, to: self.resolve(&file, &route.to) })
            .collect();
        if let Some((file, node)) = self.samples.take() {
            self.telling.samples = Some(self.resolve(&file, node.elements()));
        }
        if let Some((file, node)) = self.fallback.take() {
            self.telling.fallback = self.resolve(&file, &[node]).first().copied();
        }
        if !self.problems.is_empty() {
            return Err(RuleSetError { problems: self.problems });
        }
        Ok(RuleSet {
            index: Index::of(&self.rules),
            rules: self.rules,
            defaults: self.defaults,
            destinations: self.destinations,
            routes,
            places: self.places,
            telling: self.telling,
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

fn second(problems: &mut Problems, span: Span, field: &str) {
    problems
        .on(span, Code::DuplicateName, format!("a second `{field}`"))
        .help("keep it in one file of the rule set");
}
