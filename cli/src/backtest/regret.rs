//! What a rule set would come to regret: findings it would have archived that then got worse.

use findings::{Action, RuleSet};

use super::history::{Verdict, Version};

/// What happened to one finding after it would have been archived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Aftermath<'v> {
    pub(crate) archived: &'v Version,
    /// The gravest version after it, or the last where none is graver.
    pub(crate) worst: Option<&'v Version>,
    /// The highest count of all versions after it.
    pub(crate) most: Option<u64>,
    pub(crate) rose: bool,
    pub(crate) recurred: bool,
    pub(crate) joined: bool,
}

impl Aftermath<'_> {
    pub(crate) fn is_regretted(&self) -> bool {
        self.rose || self.recurred || self.joined
    }
}

/// Looks at a finding's versions, oldest first: the first that would have been archived, because
/// no further version came before its hold was over, and what came after.
pub(crate) fn aftermath<'v>(
    versions: &'v [Version],
    rules: &RuleSet,
    recurrences: u64,
) -> Option<Aftermath<'v>> {
    let place = (0..versions.len()).find(|place| is_archived(versions, *place, rules))?;
    let archived = versions.get(place)?;
    let later = versions.get(place + 1..).unwrap_or_default();
    let rose = |own: &&Version| match (archived.severity, own.severity) {
        (Some(then), Some(after)) => after > then,
        _ => false,
    };
    let recurred = |own: &Version| match (archived.count, own.count) {
        (Some(then), Some(after)) => after.saturating_sub(then) > recurrences,
        _ => false,
    };
    let highest = later.iter().filter(rose).max_by(|left, right| {
        left.severity.partial_cmp(&right.severity).unwrap_or(std::cmp::Ordering::Equal)
    });
    Some(Aftermath {
        archived,
        worst: highest.or(later.last()),
        most: later.iter().filter_map(|own| own.count).max(),
        rose: highest.is_some(),
        recurred: later.iter().any(recurred),
        joined: later.iter().any(|own| own.concerns_attack_sequence),
    })
}

fn is_archived(versions: &[Version], place: usize, rules: &RuleSet) -> bool {
    let Some(Version {
        verdict: Verdict { action: Action::Archive, rule, .. }, updated_at, ..
    }) = versions.get(place)
    else {
        return false;
    };
    let rule = rule.and_then(|position| rules.rules().get(position as usize));
    let (Some(rule), Some(next)) = (rule, versions.get(place + 1)) else { return true };
    match (updated_at, next.updated_at) {
        (Some(moment), Some(next)) => *moment + rule.hold <= next,
        // Without times nothing shows that the hold was cut short.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use findings::{RuleSource, Severity};

    use super::*;
    use crate::backtest::history::tests::version;

    fn rules() -> RuleSet {
        let text = "version: 1
rules: [ { name: low, action: archive, hold: 24h, criteria: { severity: { lessThan: 4 } } } ]";
        RuleSet::parse(&[RuleSource { name: "rules.yaml", text }]).unwrap()
    }

    fn outcome(later: Version) -> (bool, bool, bool) {
        let versions = [version("2026-04-01T00:00:00Z", 1, Action::Archive), later];
        let found = aftermath(&versions, &rules(), 5).unwrap();
        assert_eq!(found.is_regretted(), found.rose || found.recurred || found.joined);
        (found.rose, found.recurred, found.joined)
    }

    #[test]
    fn a_rise_a_recurrence_and_an_attack_sequence_are_regretted() {
        let later = |count| version("2026-04-03T00:00:00Z", count, Action::Notify);
        assert_eq!(outcome(later(6)), (false, false, false));
        assert_eq!(outcome(later(7)), (false, true, false));
        let severity = Severity::new(2.1);
        assert_eq!(outcome(Version { severity, ..later(2) }), (true, false, false));
        assert_eq!(
            outcome(Version { concerns_attack_sequence: true, ..later(2) }),
            (false, false, true)
        );
        let unknown = Version { severity: None, count: None, ..later(2) };
        assert_eq!(outcome(unknown), (false, false, false));
    }

    #[test]
    fn the_gravest_version_and_the_highest_count_need_not_be_one() {
        let first = version("2026-04-01T00:00:00Z", 1, Action::Archive);
        let grave = version("2026-04-03T00:00:00Z", 2, Action::Notify);
        let grave = Version { severity: Severity::new(8.0), ..grave };
        let last = version("2026-04-04T00:00:00Z", 90, Action::Notify);
        let versions = [first, grave, last];
        let found = aftermath(&versions, &rules(), 5).unwrap();
        assert!(found.rose && found.recurred);
        assert_eq!((found.worst, found.most), (Some(&grave), Some(90)));
    }

    #[test]
    fn what_comes_back_before_its_hold_is_over_was_not_archived() {
        let first = version("2026-04-01T00:00:00Z", 1, Action::Archive);
        for (next, expected) in [("2026-04-01T23:59:59Z", false), ("2026-04-02T00:00:00Z", true)] {
            let versions = [first, version(next, 90, Action::Notify)];
            assert_eq!(aftermath(&versions, &rules(), 5).is_some(), expected, "{next}");
        }
        assert!(aftermath(&[first], &rules(), 5).is_some());
        assert!(
            aftermath(&[version("2026-04-01T00:00:00Z", 1, Action::Notify)], &rules(), 5).is_none()
        );
    }
}
