//! What changes against another rule set.

use std::{cmp::Reverse, collections::BTreeMap};

use findings::Action;

use super::{
    first::First,
    history::Version,
    outcome::{Change, ChangedFinding, Difference, FindingLine, Levels, RuleSetLine},
};

const LISTED: usize = 1000;

/// Grows version by version.
#[derive(Debug)]
pub(crate) struct Differences {
    changes: BTreeMap<(&'static str, &'static str), (Action, Action, Levels)>,
    /// The most severe come first, then in the order of ids.
    changed: First<(Reverse<u64>, Box<str>), Changed>,
}

/// A finding whose action changes.
#[derive(Debug)]
struct Changed {
    from_rule: Option<u32>,
    from: Action,
    line: FindingLine,
}

impl Default for Differences {
    fn default() -> Self {
        Self { changes: BTreeMap::new(), changed: First::new(LISTED) }
    }
}

impl Differences {
    /// Takes a version in when its action changes.
    pub(crate) fn add(&mut self, id: &str, version: &Version, line: impl FnOnce() -> FindingLine) {
        let Some(earlier) = version.earlier else { return };
        let (from, to) = (earlier.action, version.verdict.action);
        if from == to {
            return;
        }
        let change = self.changes.entry((from.as_str(), to.as_str()));
        change.or_insert((from, to, Levels::default())).2.add(version.severity);
        let severity = version.severity.map_or(u64::MAX, |own| own.value().to_bits());
        self.changed.offer((Reverse(severity), id.into()), || Changed {
            from_rule: earlier.rule,
            from,
            line: line(),
        });
    }

    /// The whole difference, the most severe findings first.
    pub(crate) fn finish(
        self,
        against: RuleSetLine,
        rule_name: impl Fn(u32) -> Option<String>,
    ) -> Difference {
        let changed = self.changed.offered();
        let findings = self.changed.into_vec().into_iter();
        Difference {
            against,
            changed,
            changes: self
                .changes
                .into_values()
                .map(|(from, to, findings)| Change { from, to, findings })
                .collect(),
            findings: findings
                .map(|Changed { from_rule, from, line }| ChangedFinding {
                    id: line.id,
                    account: line.account,
                    region: line.region,
                    finding_type: line.finding_type,
                    severity: line.severity,
                    level: line.level,
                    updated_at: line.updated_at,
                    from,
                    from_rule: from_rule.and_then(&rule_name),
                    to: line.action,
                    to_rule: line.rule,
                })
                .collect(),
        }
    }
}
