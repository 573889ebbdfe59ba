//! What the differences come to: by rule, by level and by type, with examples to look at.

use std::collections::{BTreeMap, BTreeSet};

use findings::{Severity, SeverityLevel, Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{Change, PREFIX, ShadowLine};
use crate::{
    error::ArchiveError,
    ledger::{AT_ONCE, Ledger},
};

const EXAMPLES: usize = 3;

/// The differences of one pair of rule sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowDigest {
    /// `guardsift.shadow-digest/v1`.
    pub schema: &'static str,
    /// SHA-256 of the rules that decided; empty when nothing is recorded.
    pub live_rule_set: String,
    /// SHA-256 of the candidate.
    pub candidate_rule_set: String,
    /// When the first difference was written.
    pub first: Option<String>,
    /// When the last one was.
    pub last: Option<String>,
    /// How many findings are concerned; of each the last line counts.
    pub findings: usize,
    /// Lines that belong to other pairs of rule sets and do not count.
    pub of_other_rule_sets: usize,
    /// What changes, by rule.
    pub rules: Vec<ShadowRule>,
}

/// What one rule does to the difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShadowRule {
    /// What would change.
    pub change: Change,
    /// The rule that does it: the candidate's, or of what would no longer be archived the one of
    /// today. `None` when no rule matched.
    pub rule: Option<String>,
    /// How many findings.
    pub findings: usize,
    /// By level.
    pub levels: BTreeMap<&'static str, usize>,
    /// By type.
    pub types: BTreeMap<String, usize>,
    /// Some of them, the gravest first.
    pub examples: Vec<Example>,
}

/// A finding to look at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Example {
    /// Its id.
    pub finding_id: String,
    /// Its account.
    pub account: Option<String>,
    /// Its Region.
    pub region: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub finding_type: Option<String>,
    /// Its severity.
    pub severity: Option<f64>,
}

impl ShadowLine {
    fn rule(&self) -> Option<&str> {
        match self.change {
            Change::NoLongerArchived => self.live_rule.as_deref(),
            _ => self.candidate_rule.as_deref(),
        }
    }

    fn pair(&self) -> (&str, &str) {
        (&self.live_rule_set, &self.candidate_rule_set)
    }
}

impl ShadowDigest {
    /// Of these lines: those of the wanted pair of hashes, or else of the pair that was written last.
    pub fn of(lines: &[ShadowLine], wanted: Option<(&str, &str)>) -> Self {
        let latest = lines.iter().max_by(|a, b| a.at.cmp(&b.at)).map(ShadowLine::pair);
        let pair = wanted.or(latest).unwrap_or_default();
        let mut own: Vec<&ShadowLine> = lines.iter().filter(|line| line.pair() == pair).collect();
        own.sort_by(|a, b| a.at.cmp(&b.at));
        // A finding has many versions, and counts as it was last.
        let last: BTreeMap<&str, &ShadowLine> =
            own.iter().map(|line| (line.finding_id.as_str(), *line)).collect();
        let mut groups: BTreeMap<(Change, Option<&str>), Vec<&ShadowLine>> = BTreeMap::new();
        for line in last.values() {
            groups.entry((line.change, line.rule())).or_default().push(line);
        }
        Self {
            schema: "guardsift.shadow-digest/v1",
            live_rule_set: pair.0.to_owned(),
            candidate_rule_set: pair.1.to_owned(),
            first: own.first().map(|line| line.at.clone()),
            last: own.last().map(|line| line.at.clone()),
            findings: last.len(),
            of_other_rule_sets: lines.len() - own.len(),
            rules: groups
                .into_iter()
                .map(|((change, rule), lines)| group(change, rule, lines))
                .collect(),
        }
    }

    /// How many findings would change so.
    pub fn count(&self, change: Change) -> usize {
        self.rules.iter().filter(|own| own.change == change).map(|own| own.findings).sum()
    }
}

fn group(change: Change, rule: Option<&str>, mut lines: Vec<&ShadowLine>) -> ShadowRule {
    // An unknown severity may be any, so it comes first.
    let weight = |line: &ShadowLine| line.severity.unwrap_or(f64::INFINITY);
    lines.sort_by(|a, b| {
        weight(b).total_cmp(&weight(a)).then_with(|| a.finding_id.cmp(&b.finding_id))
    });
    let (mut levels, mut types) = (BTreeMap::new(), BTreeMap::new());
    for line in &lines {
        let level = line.severity.and_then(Severity::new).map(Severity::level);
        *levels.entry(level.map_or("unknown", SeverityLevel::as_str)).or_default() += 1;
        let finding_type = line.finding_type.clone().unwrap_or_else(|| "unknown".to_owned());
        *types.entry(finding_type).or_default() += 1;
    }
    let examples = lines.iter().take(EXAMPLES).map(|line| Example {
        finding_id: line.finding_id.clone(),
        account: line.account.clone(),
        region: line.region.clone(),
        finding_type: line.finding_type.clone(),
        severity: line.severity,
    });
    let examples = examples.collect();
    ShadowRule {
        change,
        rule: rule.map(str::to_owned),
        findings: lines.len(),
        levels,
        types,
        examples,
    }
}

impl Ledger<'_> {
    /// The differences that were written at or after a moment.
    ///
    /// # Errors
    /// When a call fails, or an object is no line of the shadow.
    pub async fn shadow(&self, since: Option<Timestamp>) -> Result<Vec<ShadowLine>, ArchiveError> {
        let listed = self.store.list(self.bucket, PREFIX).await?;
        let keys: BTreeSet<&str> = listed.iter().map(|object| object.key.as_str()).collect();
        let read = keys.iter().filter(|key| key.ends_with(".json"));
        let read = read.map(|key| self.get::<ShadowLine>(key));
        let lines: Vec<Option<ShadowLine>> =
            stream::iter(read).buffered(AT_ONCE).try_collect().await?;
        let is_asked = |line: &ShadowLine| {
            since.is_none_or(|since| Timestamp::parse(&line.at).is_some_and(|at| at >= since))
        };
        Ok(lines.into_iter().flatten().filter(is_asked).collect())
    }
}
