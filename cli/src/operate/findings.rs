//! The findings of one place: listed as far as GuardDuty filters, read whole, and chosen here.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::anyhow;
use aws_sdk_guardduty::types::{Condition, FindingCriteria};
use findings::{Filter, Finding, Record, RuleSet, SeverityLevel, Timestamp, decode};
use platform::guardduty::{GuardDuty, GuardDutyError};

use super::{Seat, refused::told};
use crate::{exit::Unusable, moment, printable::printable, rule_files};

/// Which findings.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Selection {
    /// Only findings for which this holds, such as 'severity < 4 and type ~ "Recon:*"'
    #[arg(long = "where", value_name = "EXPR", value_parser = condition, help_heading = "Which findings")]
    condition: Option<Holding>,
    /// Only findings that this rule decides
    #[arg(long, value_name = "NAME", help_heading = "Which findings")]
    rule: Option<String>,
    /// The rules that --rule is one of [default: guardsift's own set]
    #[arg(long, value_name = "FILE|DIR", requires = "rule", help_heading = "Which findings")]
    rules: Option<PathBuf>,
    /// Only archived findings
    #[arg(long, conflicts_with = "open", help_heading = "Which findings")]
    archived: bool,
    /// Only findings that are not archived
    #[arg(long, help_heading = "Which findings")]
    open: bool,
    /// Only findings that were last updated this long ago or earlier, such as 7d
    #[arg(long, value_name = "AGE", value_parser = moment::age, help_heading = "Which findings")]
    older_than: Option<Duration>,
    /// Only findings of this level or above
    #[arg(long, value_name = "LEVEL", value_parser = level, help_heading = "Which findings")]
    severity: Option<i64>,
}

/// A condition in one line that was read.
#[derive(Debug, Clone)]
pub(crate) struct Holding(pub(crate) Filter);

pub(crate) fn condition(text: &str) -> Result<Holding, String> {
    Filter::from_line(text).map(Holding)
}

/// The least severity of a level.
fn level(text: &str) -> Result<i64, String> {
    match text.parse::<SeverityLevel>() {
        Ok(level) => Ok(level.least().into()),
        Err(_) => Err("there are low, medium, high and critical".to_owned()),
    }
}

/// A selection with its rules loaded, as of one moment.
pub(crate) struct Chosen<'s> {
    selection: &'s Selection,
    rules: Option<(RuleSet, &'s str)>,
    now: Timestamp,
}

impl Selection {
    /// Whether anything is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.condition.is_none()
            && self.rule.is_none()
            && !self.archived
            && !self.open
            && self.older_than.is_none()
            && self.severity.is_none()
    }

    /// Whether it asks for the state that findings shall be brought into.
    pub(crate) fn asks_for(&self, archived: bool) -> bool {
        if archived { self.archived } else { self.open }
    }

    /// The same selection of findings that are archived, or that are not.
    pub(crate) fn of_state(&self, archived: bool) -> Self {
        Self { archived, open: !archived, ..self.clone() }
    }

    /// Loads what it names.
    pub(crate) fn load(&self) -> anyhow::Result<Chosen<'_>> {
        let rules = match &self.rule {
            None => None,
            Some(name) => {
                let rules = rule_files::load(self.rules.as_deref())?;
                if !rules.rules().iter().any(|rule| rule.name == *name) {
                    let names: Vec<_> =
                        rules.rules().iter().map(|rule| rule.name.as_str()).collect();
                    return Err(Unusable(format!(
                        "no rule is called {name:?}; there are {}",
                        names.join(", ")
                    ))
                    .into());
                }
                Some((rules, name.as_str()))
            }
        };
        Ok(Chosen { selection: self, rules, now: moment::now() })
    }
}

impl Chosen<'_> {
    /// What GuardDuty itself can filter by.
    fn criteria(&self) -> Option<FindingCriteria> {
        let Selection { archived, open, older_than, severity, .. } = self.selection;
        let mut criteria = FindingCriteria::builder();
        if *archived || *open {
            let state = Condition::builder().equals(archived.to_string());
            criteria = criteria.criterion("service.archived", state.build());
        }
        if let Some(age) = older_than {
            let before =
                Condition::builder().less_than_or_equal(self.now.minus(*age).epoch_millis());
            criteria = criteria.criterion("updatedAt", before.build());
        }
        if let Some(severity) = severity {
            let least = Condition::builder().greater_than_or_equal(*severity);
            criteria = criteria.criterion("severity", least.build());
        }
        Some(criteria.build()).filter(|own| own.criterion().is_some_and(|all| !all.is_empty()))
    }

    /// What GuardDuty cannot filter by. A finding that lacks what is asked for is not chosen.
    pub(crate) fn holds(&self, finding: &Finding) -> bool {
        let is_true = |own: &Holding| own.0.matches(finding).is_true();
        self.selection.condition.as_ref().is_none_or(is_true)
            && self.rules.as_ref().is_none_or(|(rules, name)| {
                rules.decide(finding, self.now).rule_name() == Some(*name)
            })
    }
}

impl Seat {
    /// GuardDuty of this place for findings.
    pub(crate) async fn finding_calls(&self) -> anyhow::Result<GuardDuty> {
        let detector = self.needed_detector().await?;
        Ok(GuardDuty::new(Arc::clone(&self.aws), Some(detector)))
    }

    /// The chosen findings of this place, newest first.
    pub(crate) async fn findings(&self, chosen: &Chosen<'_>) -> anyhow::Result<Vec<Finding>> {
        let calls = self.finding_calls().await?;
        let ids = calls.ids_where(chosen.criteria()).await.map_err(|error| told(&error, self))?;
        let mut found = self.findings_by_id(&calls, &ids).await?;
        found.retain(|finding| chosen.holds(finding));
        found.sort_by_key(|finding| std::cmp::Reverse(finding.updated_at()));
        Ok(found)
    }

    /// The findings of this type.
    pub(crate) async fn findings_of_type(&self, name: &str) -> anyhow::Result<Vec<Finding>> {
        let calls = self.finding_calls().await?;
        let criteria =
            FindingCriteria::builder().criterion("type", Condition::builder().equals(name).build());
        let ids = calls.ids_where(Some(criteria.build())).await;
        self.findings_by_id(&calls, &ids.map_err(|error| told(&error, self))?).await
    }

    /// The findings with these ids; those that GuardDuty does not have are left out.
    pub(crate) async fn findings_by_id(
        &self,
        calls: &GuardDuty,
        ids: &[String],
    ) -> anyhow::Result<Vec<Finding>> {
        let answers = calls.findings(ids).await.map_err(|error| told(&error, self))?;
        let mut found = Vec::new();
        for record in answers.iter().flat_map(|answer| decode(answer)) {
            match record {
                Record::Finding(finding) => found.push(*finding),
                Record::Unreadable(reason) => {
                    return Err(anyhow!(
                        "GetFindings in {self} gave a finding that can't be read: {}",
                        printable(&reason.to_string())
                    ));
                }
                Record::Event(_) => {}
            }
        }
        Ok(found)
    }

    /// An error of a call about findings, with this place.
    pub(crate) fn told(&self, error: &GuardDutyError) -> anyhow::Error {
        told(error, self)
    }
}
