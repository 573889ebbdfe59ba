//! Reads one rule file: its defaults, rules, destinations and routes, with all their problems.

use super::{Defaults, destination::Destination, fields::Fields, rule::Rule};
use crate::{
    Severity,
    criteria::criteria,
    document::{Content, Key, Node, Span},
    duration::duration,
    expression::Expression,
    message::NotifyChanges,
    problem::{Code, Problems},
    scope::Scope,
};

mod destination;
mod rule;
mod telling;

const FIELDS: [&str; 11] = [
    "version",
    "strict",
    "defaults",
    "lists",
    "rules",
    "destinations",
    "routes",
    "accounts",
    "notify_changes",
    "samples",
    "fallback",
];

/// What one file holds. Routes name destinations that may stand in another file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) rules: Vec<Rule>,
    pub(super) destinations: Vec<(Key, Destination)>,
    pub(super) routes: Vec<UnresolvedRoute>,
    pub(super) accounts: Vec<(Key, String)>,
    pub(super) notify_changes: Option<(Span, NotifyChanges)>,
    pub(super) samples: Option<Node>,
    pub(super) fallback: Option<Node>,
}

/// A route whose destinations are still names.
#[derive(Debug)]
pub(super) struct UnresolvedRoute {
    pub(super) when: Option<Expression>,
    pub(super) to: Vec<Node>,
}

/// The document of a file; a problem when it is none.
pub(super) fn document(text: &str, problems: &mut Problems) -> Option<Node> {
    Node::read(text)
        .inspect_err(|(position, message)| {
            problems.place(Code::Syntax, *position, 1, message.clone());
        })
        .ok()
}

/// The defaults of a file, and where they stand. They hold for the rules of every file of a set.
pub(super) fn defaults_of(document: &Node, problems: &mut Problems) -> Option<(Span, Defaults)> {
    let Content::Map(members) = &document.content else { return None };
    let (_, node) = members.iter().find(|(key, _)| key.name == "defaults")?;
    match node.content {
        Content::Null => None,
        _ => Some((node.span(), defaults(node, problems)?)),
    }
}

/// Reads the rest of a file as far as it can be understood.
pub(super) fn read(
    name: &str,
    document: &Node,
    defaults: &Defaults,
    scope: &mut Scope,
    problems: &mut Problems,
) -> File {
    let mut file = File::default();
    let Some(fields) = Fields::of(document, "a rule file", &FIELDS, problems) else { return file };
    match fields.require("version", "a rule file", problems) {
        Some(Node { content: Content::Number(1.0), .. }) | None => {}
        Some(other) => {
            problems
                .at(
                    other,
                    Code::BadValue,
                    format!("version `{}` is not supported", other.summary()),
                )
                .help("write `version: 1`");
        }
    }
    let is_strict = fields.get("strict").is_some_and(|node| flag(node, "strict", problems));
    if let Some(node) = fields.get("lists") {
        lists(node, scope, problems);
    }
    for node in list(&fields, "rules", problems) {
        let rule = rule::rule(node, name, defaults, scope, problems);
        if let (true, Some(rule)) = (is_strict, &rule) {
            rule::require_accountability(node, rule, problems);
        }
        file.rules.extend(rule);
    }
    if let Some(node) = fields.get("destinations") {
        file.destinations = destination::destinations(node, problems);
    }
    if let Some(node) = fields.get("accounts") {
        file.accounts = telling::accounts(node, problems);
    }
    file.notify_changes = fields.get("notify_changes").and_then(|node| {
        telling::notify_changes(node, problems).map(|wanted| (node.span(), wanted))
    });
    file.samples = fields.get("samples").cloned();
    file.fallback = fields.get("fallback").cloned();
    // A notification is routed when its event arrives: every age would be about nothing.
    scope.set_clock(false);
    for node in list(&fields, "routes", problems) {
        file.routes.extend(route(node, scope, problems));
    }
    scope.set_clock(true);
    file
}

fn flag(node: &Node, name: &str, problems: &mut Problems) -> bool {
    match node.content {
        Content::Bool(flag) => flag,
        _ => {
            problems.at(
                node,
                Code::BadValue,
                format!("`{name}` is true or false, not {}", node.kind()),
            );
            false
        }
    }
}

/// Named lists: what several conditions have in common, said once.
fn lists(node: &Node, scope: &mut Scope, problems: &mut Problems) {
    let Content::Map(members) = &node.content else {
        problems
            .at(
                node,
                Code::BadValue,
                format!("`lists` is a map of names to lists, not {}", node.kind()),
            )
            .help("for example `lists: { offices: [192.0.2.0/24] }`");
        return;
    };
    for (key, list) in members {
        if !matches!(list.content, Content::List(_)) {
            problems.at(
                list,
                Code::BadValue,
                format!("`{}` is no list but {}", key.name, list.kind()),
            );
        }
        if !scope.add_list(&key.name, list.elements().to_vec()) {
            problems.at_key(key, Code::DuplicateName, format!("a second list `{}`", key.name));
        }
    }
}

/// The elements of a field that is a list, or nothing when it is absent.
fn list<'n>(fields: &Fields<'n>, name: &str, problems: &mut Problems) -> &'n [Node] {
    match fields.get(name) {
        None => &[],
        Some(Node { content: Content::List(elements), .. }) => elements,
        Some(other) => {
            problems.at(other, Code::BadValue, format!("`{name}` is a list, not {}", other.kind()));
            &[]
        }
    }
}

fn defaults(node: &Node, problems: &mut Problems) -> Option<Defaults> {
    let known = [
        "hold",
        "archive_ceiling",
        "max_archive_per_run",
        PER_DAY.0,
        "max_archive_share",
        RECURRENCES.0,
        KEEP_NEW,
    ];
    let fields = Fields::of(node, "`defaults`", &known, problems)?;
    let mut defaults = Defaults::default();
    if let Some(hold) = fields.get("hold").and_then(|node| duration(node, problems)) {
        defaults.hold = hold;
    }
    if let Some(node) = fields.get("archive_ceiling") {
        let ceiling = match node.content {
            Content::Number(number) => Severity::new(number).filter(|own| own.value() < 7.0),
            _ => None,
        };
        match ceiling {
            Some(ceiling) => defaults.archive_ceiling = ceiling,
            None => problems
                .at(node, Code::BadValue, format!("`{}` is no archive ceiling", node.summary()))
                .help("write a severity below 7: High and Critical findings are never archived"),
        }
    }
    if let Some(count) = count(&fields, "max_archive_per_run", 1_000_000, problems) {
        defaults.max_archive_per_run = count;
    }
    if let Some(count) = count(&fields, PER_DAY.0, PER_DAY.1, problems) {
        defaults.max_archive_per_day = count;
    }
    if let Some(count) = count(&fields, RECURRENCES.0, RECURRENCES.1, problems) {
        defaults.max_recurrences = count;
    }
    if let Some(node) = fields.get(KEEP_NEW) {
        defaults.keep_new = telling::facts(node, problems);
    }
    if let Some(node) = fields.get("max_archive_share") {
        match node.content {
            Content::Number(share) if share > 0.0 && share <= 1.0 => {
                defaults.max_archive_share = share;
            }
            _ => problems
                .at(node, Code::BadValue, format!("`{}` is no share", node.summary()))
                .help("write a number above 0 and up to 1: 0.5 is half of the findings"),
        }
    }
    Some(defaults)
}

/// A field that a rule and the defaults may have, with its largest value.
pub(super) const PER_DAY: (&str, usize) = ("max_archive_per_day", 20_000);
pub(super) const KEEP_NEW: &str = "keep_new";
pub(super) const RECURRENCES: (&str, usize) = ("max_recurrences", 1_000_000);

/// A whole number from 1 to `most`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "checked to be a whole number from 1 to a million"
)]
pub(super) fn count(
    fields: &Fields<'_>,
    name: &str,
    most: usize,
    problems: &mut Problems,
) -> Option<usize> {
    let node = fields.get(name)?;
    match node.content {
        Content::Number(number)
            if number.fract() == 0.0 && (1.0..=most as f64).contains(&number) =>
        {
            Some(number as usize)
        }
        _ => {
            problems
                .at(node, Code::BadValue, format!("`{}` is no count of findings", node.summary()))
                .help(format!("write a whole number from 1 to {most}"));
            None
        }
    }
}

fn route(node: &Node, scope: &mut Scope, problems: &mut Problems) -> Option<UnresolvedRoute> {
    let fields = Fields::of(node, "a route", &["criteria", "to"], problems)?;
    let to = fields.require("to", "a route", problems);
    let when = match fields.get("criteria") {
        Some(node) => Some(criteria(node, scope, problems)?),
        None => None,
    };
    Some(UnresolvedRoute { when, to: to?.elements().to_vec() })
}
