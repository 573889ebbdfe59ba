//! A rule that never decides, because earlier ones match whatever it matches.

use super::{Examined, duplicate};
use crate::{
    Code, Rule,
    problem::{Problems, quoted},
};

/// Only what is certain is reported: each way in which the rule can match must lead to an earlier
/// rule that matches as well and stays in force at least as long. What can't be told is no problem.
pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    let rule = examined.rule;
    let is_known = examined.is_dead() || rule.is_expired(examined.as_of);
    if is_known || duplicate::original(examined).is_some() {
        return;
    }
    let Some(mut shadows) = shadows(examined) else { return };
    shadows.dedup_by(|left, right| std::ptr::eq(*left, *right));
    let names: Vec<&str> = shadows.iter().map(|rule| rule.name.as_str()).collect();
    let message = match names.as_slice() {
        [name] => format!("`{}` never decides: `{name}` matches all it matches", rule.name),
        names => format!("`{}` never decides: one of {} always matches", rule.name, quoted(names)),
    };
    let Some(first) = shadows.first() else { return };
    let (name, file, line) = (&first.name, &first.file, first.position.line);
    problems.on(rule.places.name, Code::ShadowedRule, message).help(format!(
        "the first match decides: move it before `{name}` at {file}:{line}, or drop it"
    ));
}

/// The rules that take what this one could match, in order; `None` when something is left to it.
fn shadows<'r>(examined: &Examined<'r>) -> Option<Vec<&'r Rule>> {
    let lasting =
        |own: &Vec<&'r Rule>| own.iter().copied().find(|earlier| outlives(earlier, examined.rule));
    let mut found: Vec<&Rule> = examined.covering.iter().map(lasting).collect::<Option<_>>()?;
    // They stand in one slice, so the order of their addresses is that of the rules.
    found.sort_by_key(|rule| std::ptr::from_ref(*rule));
    Some(found)
}

fn outlives(earlier: &Rule, rule: &Rule) -> bool {
    match (earlier.expires, rule.expires) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(earlier), Some(own)) => earlier >= own,
    }
}
