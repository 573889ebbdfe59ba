//! Reads one rule of a rule file, with its cases.

use super::{KEEP_NEW, PER_DAY, RECURRENCES, count, list, telling};
use crate::{
    Timestamp,
    attribute::nearest,
    condition::Target,
    criteria::{alternatives, criteria},
    document::{Content, Node},
    duration::duration,
    expression::Expression,
    extract::Value,
    problem::{Code, Problems, quoted},
    rules::{
        Defaults,
        fields::Fields,
        rule::{Action, Case, CaseFinding, Places, Rule},
    },
    scope::Scope,
};

const RULE: [&str; 14] = [
    "name",
    "action",
    "reason",
    "owner",
    "ticket",
    "expires",
    "hold",
    PER_DAY.0,
    RECURRENCES.0,
    KEEP_NEW,
    "criteria",
    "unless",
    "tests",
    "runbook",
];

/// Reads one rule.
pub(super) fn rule(
    node: &Node,
    file: &str,
    defaults: &Defaults,
    scope: &mut Scope,
    problems: &mut Problems,
) -> Option<Rule> {
    let fields = Fields::of(node, "a rule", &RULE, problems)?;
    let name = fields.require("name", "a rule", problems).and_then(|node| name(node, problems));
    let action =
        fields.require("action", "a rule", problems).and_then(|node| action(node, problems));
    let asked = fields
        .require("criteria", "a rule", problems)
        .and_then(|node| criteria(node, scope, problems));
    // A rule is given up only at the end, so that all that is wrong with it is said at once.
    let unless = fields.get("unless").map(|node| alternatives(node, scope, problems));
    let expires = fields.get("expires").map(|node| expiry(node, problems));
    let hold = match fields.get("hold") {
        Some(node) => duration(node, problems),
        None => Some(defaults.hold),
    };
    let max_archive_per_day =
        count(&fields, PER_DAY.0, PER_DAY.1, problems).unwrap_or(defaults.max_archive_per_day);
    let max_recurrences =
        count(&fields, RECURRENCES.0, RECURRENCES.1, problems).unwrap_or(defaults.max_recurrences);
    let keep_new = match fields.get(KEEP_NEW) {
        Some(node) => telling::facts(node, problems),
        None => defaults.keep_new.clone(),
    };
    let cases =
        list(&fields, "tests", problems).iter().filter_map(|node| case(node, problems)).collect();
    let reason = fields.text("reason", problems);
    let owner = fields.text("owner", problems);
    let ticket = fields.text("ticket", problems);
    let runbook = fields.text("runbook", problems);
    let asked = asked?;
    let concerns_samples = concerns_samples(&asked);
    let when = match unless {
        Some(unless) => {
            Expression::All(vec![asked, Expression::Not(Box::new(Expression::Any(unless?)))])
        }
        None => asked,
    };
    let expires = match expires {
        Some(expires) => Some(expires?),
        None => None,
    };
    let place = |field| fields.get(field).map(Node::span);
    let places = Places {
        name: place("name").unwrap_or_default(),
        action: place("action").unwrap_or_default(),
        expires: place("expires"),
        hold: place("hold"),
    };
    Some(Rule {
        name: name?,
        action: action?,
        reason,
        owner,
        ticket,
        runbook,
        expires,
        hold: hold?,
        max_archive_per_day,
        max_recurrences,
        keep_new,
        cases,
        position: node.position,
        places,
        file: file.to_owned(),
        when,
        concerns_samples,
    })
}

/// Notes what a rule leaves open: who answers for it, why, and until when.
pub(super) fn require_accountability(node: &Node, rule: &Rule, problems: &mut Problems) {
    let hides = rule.action == Action::Archive;
    let says_nothing = |text: Option<&str>| text.is_none_or(|own| own.trim().is_empty());
    for (field, is_missing) in [
        ("reason", says_nothing(rule.reason.as_deref())),
        ("owner", says_nothing(rule.owner.as_deref())),
        ("expires", hides && rule.expires.is_none()),
    ] {
        if is_missing {
            problems
                .at(
                    node,
                    Code::Unaccountable,
                    format!("`{}` has no `{field}`, and `strict` asks for it", rule.name),
                )
                .help(format!("add `{field}:`, or drop `strict: true`"));
        }
    }
}

/// Whether the criteria ask, outside of alternatives, that the finding is a sample.
fn concerns_samples(criteria: &Expression) -> bool {
    match criteria {
        Expression::All(parts) => parts.iter().any(concerns_samples),
        Expression::Condition(condition) => {
            condition.selects(&Value::Bool(true), Timestamp::EPOCH)
                && !condition.selects(&Value::Bool(false), Timestamp::EPOCH)
                && matches!(condition.attribute, Target::Attribute(attribute)
                    if attribute.name == "service.additionalInfo.sample")
        }
        Expression::Any(_) | Expression::Not(_) => false,
    }
}

fn name(node: &Node, problems: &mut Problems) -> Option<String> {
    let is_valid = |name: &str| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    match &node.content {
        Content::Text(name) if is_valid(name) => Some(name.clone()),
        content => {
            let message = format!("`{}` is no name for a rule", node.summary());
            let problem = problems.at(node, Code::BadValue, message);
            match content {
                Content::Bool(_) => problem.help(
                    "YAML reads it as a boolean, as it does y, n, yes, no, on and off: put the name in quotes",
                ),
                Content::Number(_) => {
                    problem.help("YAML reads it as a number: put the name in quotes")
                }
                _ => problem.help("use 1 to 64 letters, digits, `.`, `_` and `-`"),
            };
            None
        }
    }
}

fn action(node: &Node, problems: &mut Problems) -> Option<Action> {
    let written = node.summary();
    let found = Action::ALL.into_iter().find(|action| action.as_str() == written);
    if found.is_none() {
        let names = Action::ALL.map(Action::as_str);
        problems
            .at(node, Code::BadValue, format!("`{written}` is no action"))
            .suggest(&nearest(&written, names.into_iter()), || format!("use {}", quoted(&names)));
    }
    found
}

/// A rule stops at the first moment of the day it expires on, in UTC.
fn expiry(node: &Node, problems: &mut Problems) -> Option<Timestamp> {
    let found = match &node.content {
        Content::Text(text) => Timestamp::parse_date(text).or_else(|| Timestamp::parse(text)),
        _ => None,
    };
    if found.is_none() {
        problems
            .at(node, Code::BadValue, format!("`{}` is no date", node.summary()))
            .help("write it as 2027-03-31");
    }
    found
}

fn case(node: &Node, problems: &mut Problems) -> Option<Case> {
    let fields = Fields::of(node, "a case", &["name", "finding", "expect"], problems)?;
    let name = fields.text("name", problems).unwrap_or_else(|| "case".to_owned());
    let finding = fields.require("finding", "a case", problems)?;
    let expect = action(fields.require("expect", "a case", problems)?, problems)?;
    let finding = match &finding.content {
        Content::Text(path) => CaseFinding::File(path.clone()),
        Content::Map(_) => CaseFinding::Inline(finding.to_json().to_string()),
        _ => {
            problems.at(
                finding,
                Code::BadValue,
                format!("a case's finding is a file or a map, not {}", finding.kind()),
            );
            return None;
        }
    };
    Some(Case { name, finding, expect })
}
