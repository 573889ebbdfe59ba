//! The figures of one place, and what a month would cost.

use aws_sdk_guardduty::types::{
    DataSource, Total, UsageCriteria, UsageFeature, UsageStatisticType, UsageStatistics,
};
use findings::Timestamp;
use serde::Serialize;

use crate::operate::{Seat, detector::DetectorNow, refused};

const DAY: u64 = 24 * 3600;
/// What GuardDuty counts at most.
const COUNTED: u64 = 30;

/// One place. Amounts are US dollars.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Costs {
    pub(super) account: Option<String>,
    pub(super) region: String,
    /// No figures yet: the detector is too young.
    pub(super) pending: bool,
    pub(super) counted_days: u64,
    /// `None` while it is pending: that is not zero.
    pub(super) last_30_days: Option<f64>,
    pub(super) month_estimate: Option<f64>,
    pub(super) trial_days: Option<i32>,
    pub(super) by_feature: Vec<Cost>,
    pub(super) by_account: Vec<Cost>,
    pub(super) by_source: Vec<Cost>,
    pub(super) by_resource: Vec<Cost>,
}

/// What one thing cost in the counted days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cost {
    pub(super) name: String,
    pub(super) amount: f64,
}

impl Seat {
    pub(super) async fn costs(
        &self,
        detector: &DetectorNow,
        now: Timestamp,
    ) -> anyhow::Result<Costs> {
        let features = self.statistics(&detector.id, UsageStatisticType::SumByFeatures).await?;
        let accounts = self.statistics(&detector.id, UsageStatisticType::SumByAccount).await?;
        let sources = self.statistics(&detector.id, UsageStatisticType::SumByDataSource).await?;
        let resources = self.statistics(&detector.id, UsageStatisticType::TopResources).await?;
        let trial_days = match &self.account {
            Some(account) => self.trial_days(&detector.id, account).await?,
            None => None,
        };
        let by_feature = sorted(
            features
                .iter()
                .flat_map(UsageStatistics::sum_by_feature)
                .map(|own| cost(own.feature().map(UsageFeature::as_str), own.total())),
        );
        let age = detector.created_at.map_or(COUNTED, |created| now.since(created).as_secs() / DAY);
        let counted_days = age.clamp(1, COUNTED);
        let last_30_days = sum(&by_feature);
        Ok(Costs {
            account: self.account.clone(),
            region: self.region.clone(),
            pending: by_feature.is_empty(),
            counted_days,
            last_30_days,
            month_estimate: last_30_days.map(|amount| month(amount, counted_days)),
            trial_days,
            by_feature,
            by_account: sorted(
                accounts
                    .iter()
                    .flat_map(UsageStatistics::sum_by_account)
                    .map(|own| cost(own.account_id(), own.total())),
            ),
            by_source: sorted(
                sources
                    .iter()
                    .flat_map(UsageStatistics::sum_by_data_source)
                    .map(|own| cost(own.data_source().map(DataSource::as_str), own.total())),
            ),
            by_resource: sorted(
                resources
                    .iter()
                    .flat_map(UsageStatistics::top_resources)
                    .map(|own| cost(own.resource(), own.total())),
            ),
        })
    }

    /// All pages of one kind of figures.
    async fn statistics(
        &self,
        detector: &str,
        kind: UsageStatisticType,
    ) -> anyhow::Result<Vec<UsageStatistics>> {
        let criteria = criteria(&kind);
        let request = self.guardduty().await.get_usage_statistics().detector_id(detector);
        let request =
            request.usage_statistic_type(kind).usage_criteria(criteria).unit("USD").max_results(50);
        let mut pages = request.into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refused("GetUsageStatistics", error, self))?;
            all.extend(page.usage_statistics().cloned());
        }
        Ok(all)
    }
}

/// The criteria are required and may not be empty, so they name everything that there is.
#[expect(deprecated, reason = "figures by data source are asked for by data sources")]
fn criteria(kind: &UsageStatisticType) -> UsageCriteria {
    if *kind == UsageStatisticType::SumByDataSource {
        let all = DataSource::values().iter().map(|name| DataSource::from(*name));
        UsageCriteria::builder().set_data_sources(Some(all.collect())).build()
    } else {
        let all = UsageFeature::values().iter().map(|name| UsageFeature::from(*name));
        UsageCriteria::builder().set_features(Some(all.collect())).build()
    }
}

fn cost(name: Option<&str>, total: Option<&Total>) -> Cost {
    let amount = total.and_then(Total::amount).and_then(|text| text.parse().ok());
    Cost { name: name.unwrap_or("unknown").to_owned(), amount: amount.unwrap_or(0.0) }
}

fn sorted(costs: impl Iterator<Item = Cost>) -> Vec<Cost> {
    let mut costs: Vec<_> = costs.collect();
    costs.sort_by(|one, other| other.amount.total_cmp(&one.amount));
    costs
}

/// What all of them cost; nothing is known of none.
fn sum(costs: &[Cost]) -> Option<f64> {
    // The sum of no floats is -0.
    costs.iter().map(|own| own.amount).reduce(|sum, own| sum + own)
}

/// What 30 days cost at the same rate, in whole cents.
#[expect(clippy::cast_precision_loss, reason = "at most thirty days")]
fn month(amount: f64, days: u64) -> f64 {
    let days = days.clamp(1, COUNTED) as f64;
    (amount * COUNTED as f64 / days * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_what_the_counted_days_cost_times_thirty() {
        assert_eq!(month(10.0, 10), 30.0);
        assert_eq!(month(10.0, 30), 10.0);
        assert_eq!(month(1.0, 0), 30.0);
    }

    #[test]
    fn a_detector_without_figures_costs_an_unknown_sum_and_not_nothing() {
        assert_eq!(sum(&[]), None);
        let cost = |amount| Cost { name: "FLOW_LOGS".to_owned(), amount };
        assert_eq!(sum(&[cost(1.5), cost(2.0)]), Some(3.5));
        assert!(sum(&[cost(0.0)]).is_some_and(f64::is_sign_positive));
    }

    #[test]
    fn the_dearest_comes_first_and_what_is_no_amount_is_nothing() {
        let total = |text: &str| Total::builder().amount(text).unit("USD").build();
        let costs = sorted(
            [
                cost(Some("a"), Some(&total("1.5"))),
                cost(None, Some(&total("x"))),
                cost(Some("c"), Some(&total("20"))),
            ]
            .into_iter(),
        );
        let names: Vec<_> = costs.iter().map(|own| own.name.as_str()).collect();
        assert_eq!(names, ["c", "a", "unknown"]);
        assert_eq!(costs[2].amount, 0.0);
    }
}
