//! A rule that says what an earlier one says.

use super::Examined;
use crate::{Code, Rule, implication::Cases, problem::Problems};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    let rule = examined.rule;
    if let Some(first) = original(examined) {
        let (name, file, line) = (&first.name, &first.file, first.position.line);
        problems
            .on(
                rule.places.name,
                Code::DuplicateRule,
                format!("`{}` says what `{name}` says", rule.name),
            )
            .help(format!("`{name}` is at {file}:{line}; keep one of them"));
    }
}

/// The first earlier rule with the same action that matches exactly what this one matches.
pub(super) fn original<'r>(examined: &Examined<'r>) -> Option<&'r Rule> {
    let (first, rest) = examined.covering.split_first()?;
    let rule = examined.rule;
    first.iter().copied().find(|earlier| {
        earlier.action == rule.action
            && rest.iter().all(|own| own.iter().any(|other| std::ptr::eq(*other, *earlier)))
            && Cases::of(&earlier.when).imply(&rule.when)
    })
}
