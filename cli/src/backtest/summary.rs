//! Sums a history up: totals, days, types, accounts, rules, regrets, and the riskiest decisions.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
    io,
};

use findings::{Action, RuleSet, Severity, Timestamp};

use super::{
    difference::Differences,
    first::First,
    history::{Extent, History, Identity, Rows, Version},
    outcome::{
        Actions, Broad, Day, FindingLine, HistoryLine, Levels, Named, Outcome, RegretCounts,
        RuleLine, RuleSetLine, Share, Split, Totals,
    },
    regret::aftermath,
    review::risk,
    rule_text::rule_text,
    scan::Question,
};

/// What a summary is made of besides the history itself.
pub(crate) struct Summary<'s, 'r> {
    pub(crate) question: &'s Question<'r>,
    pub(crate) history: &'s History,
    pub(crate) sources: &'s [String],
    /// The rule files by name.
    pub(crate) files: &'s [(String, String)],
    pub(crate) against_files: &'s [(String, String)],
    pub(crate) all_versions: bool,
    pub(crate) recurrences: u64,
    /// A rule that decides more than this share of all findings is broad.
    pub(crate) broad: f64,
    pub(crate) with_findings: bool,
}

const SPLITS: usize = 20;
const RISKIEST: usize = 50;
const REGRETS: usize = 1000;

/// What one rule, or none, decided.
#[derive(Default)]
struct Sums {
    decided: Levels,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    types: HashMap<u32, u64>,
    accounts: HashMap<u32, u64>,
    overruled: BTreeMap<&'static str, u64>,
    regret: RegretCounts,
}

impl Sums {
    fn add(&mut self, identity: &Identity, kind: u32, version: &Version) {
        self.decided.add(version.severity);
        if let Some(moment) = version.updated_at {
            self.first = Some(self.first.map_or(moment, |first| first.min(moment)));
            self.last = Some(self.last.map_or(moment, |last| last.max(moment)));
        }
        *self.types.entry(kind).or_default() += 1;
        *self.accounts.entry(identity.account).or_default() += 1;
        if let (Some(guard), Some(_)) = (version.verdict.guard, version.verdict.rule) {
            *self.overruled.entry(guard.as_str()).or_default() += 1;
        }
    }
}

impl Summary<'_, '_> {
    /// The whole result, but for the conditions on it.
    ///
    /// # Errors
    /// When a temporary file can't be read.
    pub(crate) fn outcome(&self, rows: Rows) -> io::Result<Outcome> {
        let question = self.question;
        let mut rules: Vec<Sums> = question.rules.rules().iter().map(|_| Sums::default()).collect();
        let mut unmatched = Sums::default();
        let mut totals = Totals::default();
        let mut days: BTreeMap<Option<String>, Actions> = BTreeMap::new();
        let (mut types, mut accounts) = (HashMap::new(), HashMap::new());
        let mut lines = Vec::new();
        let (mut regrets, mut riskiest) = (First::new(REGRETS), First::new(RISKIEST));
        let mut differences = Differences::default();
        let extent = rows.each(|identity, found| {
            let kind = found.kind;
            let aftermath = aftermath(&found.versions, question.rules, self.recurrences);
            let newest = found.versions.len().saturating_sub(1);
            let first = if self.all_versions { 0 } else { newest };
            for version in found.versions.get(first..).unwrap_or_default() {
                let action = version.verdict.action;
                let rule = version.verdict.rule.and_then(|rule| rules.get_mut(rule as usize));
                rule.unwrap_or(&mut unmatched).add(identity, kind, version);
                totals.of(action).add(version.severity);
                days.entry(version.updated_at.map(Timestamp::date)).or_default().add(action);
                types.entry(kind).or_insert_with(Actions::default).add(action);
                accounts.entry(identity.account).or_insert_with(Actions::default).add(action);
                differences.add(&identity.id, version, || self.line(identity, kind, version));
                if self.with_findings {
                    lines.push(self.line(identity, kind, version));
                }
                if action == Action::Archive {
                    riskiest.offer((Reverse(risk(version)), identity.id.clone()), || FindingLine {
                        why: self.why(aftermath.as_ref(), version),
                        ..self.line(identity, kind, version)
                    });
                }
            }
            if let Some(aftermath) = &aftermath {
                let rule = aftermath.archived.verdict.rule;
                if let Some(sums) = rule.and_then(|rule| rules.get_mut(rule as usize)) {
                    sums.regret.archived += 1;
                    sums.regret.rose += u64::from(aftermath.rose);
                    sums.regret.recurred += u64::from(aftermath.recurred);
                    sums.regret.joined += u64::from(aftermath.joined);
                }
                if aftermath.is_regretted() {
                    let after = aftermath.worst.unwrap_or(aftermath.archived).severity;
                    let key =
                        (Reverse(after.map(|own| own.value().to_bits())), identity.id.clone());
                    regrets.offer(key, || self.regret(identity, kind, aftermath));
                }
            }
        })?;
        let findings = totals.findings();
        lines.sort_by(|left, right| {
            (left.updated_at, &left.id, &left.account).cmp(&(
                right.updated_at,
                &right.id,
                &right.account,
            ))
        });
        let rules: Vec<RuleLine> = self.rules(rules, findings);
        let unmatched = self.share(unmatched, findings);
        let broad = |own: &&RuleLine| own.share.share > self.broad;
        let against = question.against.map(|rules| rule_set(rules, self.against_files));
        Ok(Outcome {
            schema: "guardsift.backtest/v1",
            as_of: question.as_of,
            rule_set: rule_set(question.rules, self.files),
            history: self.history_line(extent, &rules, &unmatched),
            totals,
            days: days.into_iter().map(|(date, actions)| Day { date, actions }).collect(),
            types: self.splits(types),
            accounts: self.splits(accounts),
            never_matched: rules
                .iter()
                .filter(|own| own.matched == 0)
                .map(|own| own.name.clone())
                .collect(),
            broad: rules
                .iter()
                .filter(broad)
                .map(|own| Broad { rule: own.name.clone(), share: own.share.share })
                .collect(),
            expired: rules.iter().filter(|own| own.expired).map(|own| own.name.clone()).collect(),
            rules,
            unmatched,
            regret_count: regrets.offered(),
            regrets: regrets.into_vec(),
            riskiest: riskiest.into_vec(),
            difference: against.map(|against| {
                differences.finish(against, |position| {
                    let rule = question.against?.rules().get(position as usize)?;
                    Some(rule.name.clone())
                })
            }),
            conditions: Vec::new(),
            findings: self.with_findings.then_some(lines),
        })
    }

    /// Every finding that counts was decided by one of the rules or by none.
    fn history_line(&self, extent: Extent, rules: &[RuleLine], unmatched: &Share) -> HistoryLine {
        let (question, history) = (self.question, self.history);
        let shares = || rules.iter().map(|rule| &rule.share).chain([unmatched]);
        let mut problems = history.tally.problems.clone();
        problems.sort();
        HistoryLine {
            sources: self.sources.to_vec(),
            objects: history.tally.objects,
            findings: extent.findings,
            versions: extent.versions,
            duplicates: extent.duplicates,
            events: history.tally.events,
            outside: history.tally.outside,
            first: shares().filter_map(|share| share.first_seen).min(),
            last: shares().filter_map(|share| share.last_seen).max(),
            counted: if self.all_versions { "all" } else { "newest" },
            since: question.excerpt.since,
            until: question.excerpt.until,
            accounts: question.excerpt.accounts.clone(),
            regions: question.excerpt.regions.clone(),
            problems,
            problem_count: history.tally.problem_count,
        }
    }

    fn rules(&self, sums: Vec<Sums>, findings: u64) -> Vec<RuleLine> {
        let matched = &self.history.tally.matched;
        let rules = self.question.rules.rules();
        rules
            .iter()
            .zip(sums)
            .enumerate()
            .map(|(position, (rule, mut sums))| RuleLine {
                name: rule.name.clone(),
                action: rule.action,
                reason: rule.reason.clone(),
                owner: rule.owner.clone(),
                expires: rule.expires,
                expired: rule.is_expired(self.question.as_of),
                file: rule.file().to_owned(),
                line: rule.line(),
                text: rule_text(rule, self.files),
                matched: matched.get(position).copied().unwrap_or_default(),
                overruled: std::mem::take(&mut sums.overruled),
                regret: sums.regret,
                share: self.share(sums, findings),
            })
            .collect()
    }

    fn share(&self, sums: Sums, findings: u64) -> Share {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let share = match findings {
            0 => 0.0,
            findings => sums.decided.findings as f64 / findings as f64,
        };
        Share {
            decided: sums.decided,
            share,
            first_seen: sums.first,
            last_seen: sums.last,
            types: self.named(sums.types),
            accounts: self.named(sums.accounts),
        }
    }

    fn named(&self, counts: HashMap<u32, u64>) -> Vec<Named> {
        let name = |number| self.history.names.name(number).map(str::to_owned);
        let named = counts.into_iter().map(|(own, findings)| Named { name: name(own), findings });
        let mut named: Vec<_> = named.collect();
        named.sort_by(|left, right| {
            (Reverse(left.findings), &left.name).cmp(&(Reverse(right.findings), &right.name))
        });
        named
    }

    fn splits(&self, counts: HashMap<u32, Actions>) -> Vec<Split> {
        let name = |number| self.history.names.name(number).unwrap_or("without one").to_owned();
        let mut splits: Vec<_> = counts
            .into_iter()
            .map(|(own, actions)| Split { name: Some(name(own)), actions })
            .collect();
        splits.sort_by(|left, right| {
            let order = |own: &Split| (Reverse(own.actions.sum()), own.name.clone());
            order(left).cmp(&order(right))
        });
        if splits.len() > SPLITS {
            let mut others = Actions::default();
            for Split { actions, .. } in splits.drain(SPLITS..) {
                others.archive += actions.archive;
                others.notify += actions.notify;
                others.noop += actions.noop;
            }
            splits.push(Split { name: None, actions: others });
        }
        splits
    }

    pub(super) fn line(&self, identity: &Identity, kind: u32, version: &Version) -> FindingLine {
        let name = |number| self.history.names.name(number).map(str::to_owned);
        let rule = version.verdict.rule;
        let rule = rule.and_then(|rule| self.question.rules.rules().get(rule as usize));
        FindingLine {
            id: identity.id.to_string(),
            account: name(identity.account),
            region: name(identity.region),
            finding_type: name(kind),
            severity: version.severity,
            level: version.severity.map(Severity::level),
            count: version.count,
            updated_at: version.updated_at,
            sample: version.is_sample,
            action: version.verdict.action,
            rule: rule.map(|rule| rule.name.clone()),
            guard: version.verdict.guard.map(findings::Guard::as_str),
            why: Vec::new(),
        }
    }
}

fn rule_set(rules: &RuleSet, files: &[(String, String)]) -> RuleSetLine {
    RuleSetLine {
        files: files.iter().map(|(name, _)| name.clone()).collect(),
        hash: rules.hash().to_owned(),
        rules: rules.rules().len(),
    }
}
