//! Conditions that can't hold together, so that a rule or one of its alternatives never matches.

use super::Examined;
use crate::{Code, condition::Condition, problem::Problems};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    let what =
        if examined.is_dead() { "the rule never matches" } else { "this alternative never holds" };
    // Severities are `band`'s.
    for conflict in examined.conflicts.iter().filter(|own| own.target.name() != "severity") {
        let Some(last) = conflict.conditions.last() else { continue };
        let name = conflict.target.name();
        let message = match conflict.conditions.as_slice() {
            [_] => format!("{what}: nothing satisfies {} on `{name}`", asked(last)),
            several => format!("{what}: `{name}` can't satisfy {}", together(several, asked)),
        };
        problems
            .on(last.named_at, Code::Contradiction, message)
            .help("drop one of them, or put them under `any` if either will do");
    }
}

/// Characters shown of an operand, which may be a long list.
const SHOWN: usize = 40;

/// What all of them ask for: `a and b`.
pub(super) fn together(conditions: &[&Condition], asked: impl Fn(&Condition) -> String) -> String {
    conditions.iter().map(|condition| asked(condition)).collect::<Vec<_>>().join(" and ")
}

fn asked(condition: &Condition) -> String {
    let operand = &condition.operand;
    match operand.char_indices().nth(SHOWN) {
        Some(_) => format!("`{}` in line {}", condition.operator, condition.named_at.position.line),
        None => format!("`{} {operand}`", condition.operator),
    }
}
