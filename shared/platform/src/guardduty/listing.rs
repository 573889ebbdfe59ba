//! The ids of a detector's findings, over all pages.

use std::collections::BTreeSet;

use aws_sdk_guardduty::types::{Condition, FindingCriteria};
use findings::Timestamp;

use super::{CHUNK, GuardDuty, GuardDutyError};

impl GuardDuty {
    /// The ids of all findings that GuardDuty keeps, archived or not, each once: those of the last
    /// 90 days.
    pub async fn ids(&self) -> Result<Vec<String>, GuardDutyError> {
        self.ids_where(None).await
    }

    /// The ids of all findings that are not archived, each once.
    pub async fn unarchived_ids(&self) -> Result<Vec<String>, GuardDutyError> {
        let criteria = FindingCriteria::builder()
            .criterion("service.archived", Condition::builder().equals("false").build());
        self.ids_where(Some(criteria.build())).await
    }

    /// The ids of all findings that are archived and were updated at or after this moment, each once.
    pub async fn archived_ids(&self, since: Timestamp) -> Result<Vec<String>, GuardDutyError> {
        // Times are compared in milliseconds.
        let updated = Condition::builder().greater_than_or_equal(since.epoch_millis());
        let criteria = FindingCriteria::builder()
            .criterion("service.archived", Condition::builder().equals("true").build())
            .criterion("updatedAt", updated.build());
        self.ids_where(Some(criteria.build())).await
    }

    /// The ids of all findings that these criteria choose, archived or not where they say nothing of
    /// it, each once.
    ///
    /// Findings that are archived meanwhile shift the pages, so nothing may be done with an id
    /// before all of them are here.
    pub async fn ids_where(
        &self,
        criteria: Option<FindingCriteria>,
    ) -> Result<Vec<String>, GuardDutyError> {
        let detector = self.detector_id().await?;
        let (mut ids, mut known, mut tokens) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut token = None;
        loop {
            let request = self
                .aws
                .guardduty()
                .await
                .list_findings()
                .detector_id(detector)
                .set_finding_criteria(criteria.clone());
            let output = request
                .max_results(i32::try_from(CHUNK).unwrap_or(50))
                .set_next_token(token)
                .send()
                .await;
            let output = output.map_err(|error| GuardDutyError::call("ListFindings", error))?;
            ids.extend(
                output
                    .finding_ids
                    .unwrap_or_default()
                    .into_iter()
                    .filter(|id| known.insert(id.clone())),
            );
            token = output.next_token.filter(|token| !token.is_empty());
            match &token {
                None => return Ok(ids),
                Some(next) if !tokens.insert(next.clone()) => {
                    return Err(GuardDutyError::PagesRepeat { seen: ids.len() });
                }
                Some(_) => {}
            }
        }
    }
}
