//! An address in a list that lets a whole finding be archived, whatever else is in the list.

use super::Examined;
use crate::{
    Action, Code,
    condition::Operator,
    implication::{Claim, Known},
    problem::Problems,
    shape::list_around,
};

/// Where findings say who was on the other end.
const REMOTE: [&str; 2] = ["remoteIpDetails", "sourceIPs"];

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    if examined.rule.action != Action::Archive || examined.is_dead() {
        return;
    }
    for known in &examined.literals {
        let name = known.condition.attribute.name();
        let is_remote = name.split('.').any(|part| REMOTE.contains(&part));
        let Some(list) = list_around(name).filter(|_| is_remote) else { continue };
        let suffices = matches!(known.claim(), Claim::Some(_));
        if suffices && !asks_for_every(&examined.literals, list) {
            let last = list.rsplit('.').next().unwrap_or(list);
            problems
                .on(
                    known.condition.named_at,
                    Code::AnyElementSuffices,
                    format!("one of `{last}` suffices, so a friendly address hides a hostile one"),
                )
                .help(way_out(name, list));
        }
    }
}

/// Whether another condition speaks about all elements of the list.
fn asks_for_every(literals: &[Known<'_>], list: &str) -> bool {
    literals.iter().any(|known| {
        known.holds
            && known.condition.operator == Operator::Every
            && known.condition.attribute.name() == list
    })
}

fn way_out(name: &str, list: &str) -> String {
    match name.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) {
        Some(rest) => format!("ask for all of them: `{list}: {{ every: {{ {rest}: .. }} }}`"),
        None => "add a condition that none is hostile, such as `notCidr`".to_owned(),
    }
}
