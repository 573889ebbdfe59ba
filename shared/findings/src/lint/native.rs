//! What a filter of GuardDuty itself can't hold; `rules export` would have to leave it out.

use std::collections::BTreeSet;

use super::Examined;
use crate::{
    Code,
    condition::{Condition, Operator},
    convert::{MAX_ATTRIBUTES, MAX_PATTERNS, MAX_VALUES},
    document::Span,
    problem::Problems,
};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    let names: BTreeSet<_> =
        examined.literals.iter().map(|own| own.condition.attribute.name()).collect();
    if names.len() > MAX_ATTRIBUTES {
        let place = examined.rule.places.name;
        note(place, format!("{} attributes", names.len()), MAX_ATTRIBUTES, problems);
    }
    for known in &examined.literals {
        look_at(known.condition, problems);
    }
}

fn look_at(condition: &Condition, problems: &mut Problems) {
    let count = condition.operands_at.len();
    let (limit, what) = match condition.operator {
        Operator::Equals | Operator::NotEquals => (MAX_VALUES, "values"),
        Operator::Matches | Operator::NotMatches => (MAX_PATTERNS, "patterns"),
        _ => return,
    };
    if count > limit {
        note(condition.named_at, format!("{count} {what}"), limit, problems);
    }
}

fn note(place: Span, what: String, limit: usize, problems: &mut Problems) {
    problems
        .on(
            place,
            Code::BeyondNativeFilter,
            format!("{what}: a filter of GuardDuty itself holds {limit}"),
        )
        .help("guardsift takes any number; split the rule if it is to become a filter");
}
