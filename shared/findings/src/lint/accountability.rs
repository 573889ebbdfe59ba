//! What a rule owes the people who trust it: a time that is not over, a hold, a case.

use std::time::Duration;

use super::Examined;
use crate::{Action, Code, problem::Problems};

/// How long before its end a rule is reported.
const SOON: Duration = Duration::from_secs(30 * 86_400);

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    let Examined { rule, as_of, .. } = *examined;
    let name = &rule.name;
    if let Some(expires) = rule.expires {
        let place = rule.places.expires.unwrap_or(rule.places.name);
        let date = expires.date();
        if rule.is_expired(as_of) {
            problems
                .on(
                    place,
                    Code::Expired,
                    format!("`{name}` no longer decides: its time was over on {date}"),
                )
                .help("renew it with a new date, or drop it");
        } else if rule.is_expired(as_of + SOON) {
            problems
                .on(place, Code::ExpiresSoon, format!("`{name}` stops deciding on {date}"))
                .help("renew it with a later date, or let it go");
        }
    }
    if rule.action == Action::Archive && rule.hold.is_zero() {
        problems
            .on(
                rule.places.hold.unwrap_or(rule.places.action),
                Code::ArchiveAtOnce,
                format!("`{name}` archives at once, so nobody sees a finding grow"),
            )
            .help("give it a hold: `hold: 1h` archives what has been quiet for an hour");
    }
    if rule.cases.is_empty() {
        problems
            .on(
                rule.places.name,
                Code::Untested,
                format!("`{name}` has no case that shows what it is for"),
            )
            .help("add `tests:` with a finding it decides and one that it leaves alone");
    }
}
