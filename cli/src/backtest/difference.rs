//! What changes against another rule set.

use std::collections::BTreeMap;

use findings::Action;

use super::{
    history::Version,
    outcome::{Change, ChangedFinding, Difference, FindingLine, Levels, RuleSetLine},
};

const LISTED: usize = 1000;

/// Grows version by version.
#[derive(Debug, Default)]
pub(crate) struct Differences {
    changes: BTreeMap<(&'static str, &'static str), (Action, Action, Levels)>,
    changed: Vec<(Option<u32>, Action, FindingLine)>,
}

impl Differences {
    /// Takes a version in when its action changes.
    pub(crate) fn add(&mut self, version: &Version, line: impl FnOnce() -> FindingLine) {
        let Some(earlier) = version.earlier else { return };
        let (from, to) = (earlier.action, version.verdict.action);
        if from == to {
            return;
        }
        let change = self.changes.entry((from.as_str(), to.as_str()));
        change.or_insert((from, to, Levels::default())).2.add(version.severity);
        self.changed.push((earlier.rule, from, line()));
    }

    /// The whole difference, the most severe findings first.
    pub(crate) fn finish(
        mut self,
        against: RuleSetLine,
        rule_name: impl Fn(u32) -> Option<String>,
    ) -> Difference {
        self.changed.sort_by(|(_, _, left), (_, _, right)| {
            let severity = |own: &FindingLine| own.severity.map_or(f64::MAX, |own| own.value());
            severity(right).total_cmp(&severity(left)).then_with(|| left.id.cmp(&right.id))
        });
        let changed = self.changed.len() as u64;
        let findings = self.changed.into_iter().take(LISTED);
        Difference {
            against,
            changed,
            changes: self
                .changes
                .into_values()
                .map(|(from, to, findings)| Change { from, to, findings })
                .collect(),
            findings: findings
                .map(|(from_rule, from, line)| ChangedFinding {
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
