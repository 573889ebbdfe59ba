//! Negations about what a finding may lack: unknown is not true, so the rule does not match there.

use super::Examined;
use crate::{
    Code,
    condition::{Operator, test::Test},
    implication::{Claim, Known},
    problem::Problems,
    shape::is_always_there,
};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    if examined.is_dead() {
        return;
    }
    for known in &examined.literals {
        let condition = known.condition;
        let name = condition.attribute.name();
        let is_negation =
            matches!(known.claim(), Claim::All(_)) && condition.operator != Operator::Every;
        if !is_negation || is_always_there(name) || says_when_missing(name, &examined.literals) {
            continue;
        }
        let message = if condition.operator.is_negated() {
            format!(
                "findings without `{name}` never match: `{}` of nothing is unknown",
                condition.operator
            )
        } else {
            format!(
                "findings without `{name}` never match: whether this exception holds is unknown"
            )
        };
        let help = if condition.operator.is_negated() {
            "write `exists: true` beside it if that is meant; to match them, too, add an alternative with `exists: false` under `any`"
        } else {
            "write `exists: true` beside it, so that the exception fails where there is nothing; or beside the criteria if that is meant"
        };
        problems.on(condition.named_at, Code::NegationOverMissing, message).help(help);
    }
}

/// Whether another condition of the rule needs a value there anyway, or says what happens without.
fn says_when_missing(name: &str, literals: &[Known<'_>]) -> bool {
    literals.iter().any(|own| {
        let other = own.condition.attribute.name();
        match (own.condition.test(), own.claim()) {
            (Test::Exists(_), _) => name
                .strip_prefix(other)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
            (_, Claim::Some(_)) => name == other,
            _ => false,
        }
    })
}
