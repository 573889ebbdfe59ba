//! Everything that GuardDuty says of one account in one Region.

use aws_sdk_guardduty::types::{Condition, FindingCriteria, GroupByType};
use findings::{Severity, SeverityLevel, Timestamp};
use serde::Serialize;

use super::{RegionOff, Seat, coverage::Coverage, detector::DetectorNow, refused};

/// One place as `status` has it. Its members are a contract.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Health {
    pub(crate) account: Option<String>,
    pub(crate) region: String,
    pub(crate) state: State,
    pub(crate) detector: Option<DetectorNow>,
    /// Where it exports to, if anywhere; `None` when that could not be found out.
    pub(crate) destination: Option<Option<Destination>>,
    pub(crate) open_findings: Option<Open>,
    /// The administrator account, when this one is a member.
    pub(crate) administrator: Option<String>,
    /// How many member accounts this one has.
    pub(crate) members: Option<usize>,
    /// The most days that any feature is still free.
    pub(crate) trial_days: Option<i32>,
    /// What runtime monitoring covers, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) coverage: Option<Coverage>,
    /// What could not be found out, and why.
    pub(crate) errors: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Enabled,
    Suspended,
    NoDetector,
    /// GuardDuty did not answer, or refused.
    Unknown,
}

/// Where findings are exported to.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Destination {
    pub(crate) id: String,
    pub(crate) status: String,
    pub(crate) arn: Option<String>,
    pub(crate) key_arn: Option<String>,
    pub(crate) expected_bucket_owner: Option<String>,
    pub(crate) failing_since: Option<Timestamp>,
}

impl Destination {
    /// Whether GuardDuty has given up writing there.
    pub(crate) fn is_stuck(&self) -> bool {
        self.status.starts_with("UNABLE") || self.status == "STOPPED"
    }
}

/// Findings that are not archived, by level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Open {
    pub(crate) critical: u64,
    pub(crate) high: u64,
    pub(crate) medium: u64,
    pub(crate) low: u64,
}

impl Open {
    fn add(&mut self, severity: f64, count: u64) {
        match Severity::new(severity).map(Severity::level) {
            Some(SeverityLevel::Critical) => self.critical += count,
            Some(SeverityLevel::High) => self.high += count,
            Some(SeverityLevel::Medium) => self.medium += count,
            _ => self.low += count,
        }
    }
}

impl Health {
    fn new(seat: &Seat, state: State) -> Self {
        Self {
            account: seat.account.clone(),
            region: seat.region.clone(),
            state,
            detector: None,
            destination: None,
            open_findings: None,
            administrator: None,
            members: None,
            trial_days: None,
            coverage: None,
            errors: Vec::new(),
        }
    }
}

impl Seat {
    /// Asks for everything. What fails is told in the answer, beside what did not.
    ///
    /// # Errors
    /// When the account has not opted in to the Region.
    pub(crate) async fn health(&self, with_coverage: bool) -> anyhow::Result<Health> {
        let detector = match self.detector().await {
            Ok(Some(detector)) => detector,
            Ok(None) => return Ok(Health::new(self, State::NoDetector)),
            Err(error) if error.is::<RegionOff>() => return Err(error),
            Err(error) => {
                let errors = vec![format!("{error:#}")];
                return Ok(Health { errors, ..Health::new(self, State::Unknown) });
            }
        };
        let state = if detector.enabled { State::Enabled } else { State::Suspended };
        let id = &detector.id;
        let mut health = Health::new(self, state);
        let mut errors = Vec::new();
        health.destination = kept(self.destination(id).await, &mut errors);
        health.open_findings = kept(self.open_findings(id).await, &mut errors);
        let administrator = kept(self.administrator(id).await, &mut errors);
        // One that can't be asked for may be there: then it is not this account itself.
        let is_own = administrator.as_ref().is_some_and(Option::is_none);
        health.administrator = administrator.flatten();
        if is_own {
            health.members = kept(self.members(id).await, &mut errors).map(|members| members.len());
        }
        if let Some(account) = &self.account {
            health.trial_days = kept(self.trial_days(id, account).await, &mut errors).flatten();
        }
        if with_coverage {
            health.coverage = kept(self.coverage(id).await, &mut errors);
        }
        health.errors = errors;
        health.detector = Some(detector);
        Ok(health)
    }

    /// The publishing destination; a detector has one.
    pub(crate) async fn destination(&self, detector: &str) -> anyhow::Result<Option<Destination>> {
        let guardduty = self.guardduty().await;
        let listed = guardduty.list_publishing_destinations().detector_id(detector).send().await;
        let listed = listed.map_err(|error| refused("ListPublishingDestinations", error, self))?;
        let Some(id) = listed.destinations().first().and_then(|one| one.destination_id()) else {
            return Ok(None);
        };
        let told = guardduty.describe_publishing_destination();
        let told = told.detector_id(detector).destination_id(id).send().await;
        let told = told.map_err(|error| refused("DescribePublishingDestination", error, self))?;
        let properties = told.destination_properties();
        let text = |own: Option<&str>| own.map(str::to_owned);
        Ok(Some(Destination {
            id: id.to_owned(),
            status: told.status().map(|own| own.as_str().to_owned()).unwrap_or_default(),
            arn: text(properties.and_then(|own| own.destination_arn())),
            key_arn: text(properties.and_then(|own| own.kms_key_arn())),
            expected_bucket_owner: text(properties.and_then(|own| own.expected_bucket_owner())),
            failing_since: told
                .publishing_failure_start_timestamp()
                .filter(|millis| *millis > 0)
                .map(Timestamp::from_epoch_millis),
        }))
    }

    async fn open_findings(&self, detector: &str) -> anyhow::Result<Open> {
        let open = FindingCriteria::builder()
            .criterion("service.archived", Condition::builder().equals("false").build());
        let request = self.guardduty().await.get_findings_statistics().detector_id(detector);
        let request = request.group_by(GroupByType::Severity).max_results(100);
        let answer = request.finding_criteria(open.build()).send().await;
        let answer = answer.map_err(|error| refused("GetFindingsStatistics", error, self))?;
        let mut counts = Open::default();
        let groups = answer.finding_statistics().map(|own| own.grouped_by_severity());
        for group in groups.into_iter().flatten() {
            let count = u64::try_from(group.total_findings().unwrap_or(0)).unwrap_or(0);
            counts.add(group.severity().unwrap_or(0.0), count);
        }
        Ok(counts)
    }

    /// The administrator that this account is a member of.
    pub(crate) async fn administrator(&self, detector: &str) -> anyhow::Result<Option<String>> {
        let request = self.guardduty().await.get_administrator_account().detector_id(detector);
        let answer = request.send().await;
        let answer = answer.map_err(|error| refused("GetAdministratorAccount", error, self))?;
        Ok(answer.administrator().and_then(|own| own.account_id()).map(str::to_owned))
    }

    /// The most days that any feature is still free.
    pub(crate) async fn trial_days(
        &self,
        detector: &str,
        account: &str,
    ) -> anyhow::Result<Option<i32>> {
        let request = self.guardduty().await.get_remaining_free_trial_days();
        let answer = request.detector_id(detector).account_ids(account).send().await;
        let answer = answer.map_err(|error| refused("GetRemainingFreeTrialDays", error, self))?;
        let features = answer.accounts().iter().flat_map(|own| own.features());
        Ok(features.filter_map(|own| own.free_trial_days_remaining()).max())
    }
}

fn kept<T>(answer: anyhow::Result<T>, errors: &mut Vec<String>) -> Option<T> {
    answer.map_err(|error| errors.push(format!("{error:#}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_are_counted_by_their_level() {
        let mut open = Open::default();
        for (severity, count) in [(9.1, 1), (8.0, 2), (5.5, 3), (2.0, 4), (1.0, 5)] {
            open.add(severity, count);
        }
        assert_eq!(open, Open { critical: 1, high: 2, medium: 3, low: 9 });
    }
}
