//! Archiving that the ceiling overrules: always, or for some severities.

use super::Examined;
use crate::{Action, Code, implication::Numbers, problem::Problems};

pub(super) fn check(examined: &Examined<'_>, problems: &mut Problems) {
    if examined.rule.action != Action::Archive || examined.is_dead() {
        return;
    }
    let ceiling = examined.defaults.archive_ceiling.value();
    let allowed = Numbers::between(0.0, ceiling);
    let severities = || examined.cases.iter().map(|case| case.severities());
    let severity =
        examined.literals.iter().find(|own| own.condition.attribute.name() == "severity");
    let place = severity.map_or(examined.rule.places.action, |own| own.condition.named_at);
    let bound = bound(ceiling);
    if severities().all(|own| own.and(&allowed).is_empty()) {
        problems
            .on(
                place,
                Code::AboveCeiling,
                format!(
                    "nothing is archived: every severity it takes is above the ceiling {ceiling}"
                ),
            )
            .help(format!("ask for `severity: {{ {bound} }}`, or notify"));
        return;
    }
    // GuardDuty gives one decimal: `lessThan: 4` does not reach above 3.9.
    let above = || (0..=100_u32).map(|tenth| f64::from(tenth) / 10.0).filter(|own| *own > ceiling);
    if severities().any(|own| above().any(|tenth| own.contains(tenth))) {
        let message = format!(
            "it takes severities above the ceiling {ceiling}, and those are notified, not archived"
        );
        problems
            .on(place, Code::PartlyAboveCeiling, message)
            .help(format!("add `{bound}` to `severity`, so that the rule says what happens"));
    }
}

/// How a rule asks for what the ceiling allows.
fn bound(ceiling: f64) -> String {
    let next = ceiling + 0.1;
    if (next - next.round()).abs() < 1e-9 {
        format!("lessThan: {}", next.round())
    } else {
        format!("lessThanOrEqual: {ceiling}")
    }
}
