//! Which resources runtime monitoring covers, and why it does not cover the others.

use std::collections::BTreeMap;

use aws_sdk_guardduty::types::{
    CoverageFilterCondition, CoverageFilterCriteria, CoverageFilterCriterion,
    CoverageFilterCriterionKey, CoverageResource, CoverageStatisticsType, CoverageStatus,
    ResourceType,
};
use serde::Serialize;

use super::{Seat, refused};

/// So many resources that are not covered are named.
const NAMED: usize = 200;

/// Of one place. Its members are a contract.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Coverage {
    /// By `EKS`, `ECS`, `EC2`.
    pub(crate) by_type: BTreeMap<String, Covered>,
    /// The first that are not covered.
    pub(crate) unhealthy: Vec<Uncovered>,
}

/// How many resources of one type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Covered {
    pub(crate) healthy: i64,
    pub(crate) unhealthy: i64,
}

/// A resource whose agent does not report.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Uncovered {
    pub(crate) account: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) resource: String,
    pub(crate) issue: String,
}

impl Seat {
    pub(crate) async fn coverage(&self, detector: &str) -> anyhow::Result<Coverage> {
        let guardduty = self.guardduty().await;
        let mut coverage = Coverage::default();
        for kind in ResourceType::values() {
            let call = guardduty.get_coverage_statistics().detector_id(detector);
            let call = call.filter_criteria(only(CoverageFilterCriterionKey::ResourceType, kind));
            let call = call.statistics_type(CoverageStatisticsType::CountByCoverageStatus);
            let answer = call.send().await;
            let answer = answer.map_err(|error| refused("GetCoverageStatistics", error, self))?;
            let counts =
                answer.coverage_statistics().and_then(|own| own.count_by_coverage_status());
            let count = |status| counts.and_then(|own| own.get(&status)).copied().unwrap_or(0);
            let covered = Covered {
                healthy: count(CoverageStatus::Healthy),
                unhealthy: count(CoverageStatus::Unhealthy),
            };
            if covered != Covered::default() {
                coverage.by_type.insert((*kind).to_owned(), covered);
            }
        }
        let unhealthy = CoverageStatus::Unhealthy;
        let call = guardduty.list_coverage().detector_id(detector).max_results(50);
        let call = call
            .filter_criteria(only(CoverageFilterCriterionKey::CoverageStatus, unhealthy.as_str()));
        let mut pages = call.into_paginator().send();
        while coverage.unhealthy.len() < NAMED
            && let Some(page) = pages.next().await
        {
            let page = page.map_err(|error| refused("ListCoverage", error, self))?;
            coverage.unhealthy.extend(page.resources().iter().map(uncovered));
        }
        Ok(coverage)
    }
}

fn only(key: CoverageFilterCriterionKey, value: &str) -> CoverageFilterCriteria {
    let condition = CoverageFilterCondition::builder().equals(value).build();
    let criterion = CoverageFilterCriterion::builder().criterion_key(key);
    let criterion = criterion.filter_condition(condition).build();
    CoverageFilterCriteria::builder().filter_criterion(criterion).build()
}

fn uncovered(own: &CoverageResource) -> Uncovered {
    let details = own.resource_details();
    let name = details.and_then(|details| {
        let eks = details.eks_cluster_details().and_then(|own| own.cluster_name());
        let ecs = details.ecs_cluster_details().and_then(|own| own.cluster_name());
        eks.or(ecs).or(details.ec2_instance_details().and_then(|own| own.instance_id()))
    });
    let text = |own: Option<&str>| own.unwrap_or_default().to_owned();
    Uncovered {
        account: text(own.account_id()),
        kind: text(details.and_then(|own| own.resource_type()).map(ResourceType::as_str)),
        resource: text(name.or(own.resource_id())),
        issue: text(own.issue()),
    }
}
