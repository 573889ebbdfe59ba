//! What GuardDuty says of the organization in one place.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::operate::{Seat, refused};

/// What accounts of the organization get by themselves. `ALL`, `NEW` or `NONE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Automatic {
    pub(super) members: String,
    /// By feature, and by feature and part with a point between.
    pub(super) features: BTreeMap<String, String>,
    pub(super) limit_reached: bool,
}

impl Seat {
    /// The organization's GuardDuty administrator in this Region. The management account and the
    /// administrator may ask.
    pub(crate) async fn delegated(&self) -> anyhow::Result<Option<String>> {
        let request = self.guardduty().await.list_organization_admin_accounts().max_results(50);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| refused("ListOrganizationAdminAccounts", error, self))?;
            if let Some(account) = page.admin_accounts().first() {
                return Ok(account.admin_account_id().map(str::to_owned));
            }
        }
        Ok(None)
    }

    /// What the administrator has configured.
    pub(super) async fn automatic(&self, detector: &str) -> anyhow::Result<Automatic> {
        let request = self.guardduty().await.describe_organization_configuration();
        let answer = request.detector_id(detector).send().await;
        let answer =
            answer.map_err(|error| refused("DescribeOrganizationConfiguration", error, self))?;
        let mut features = BTreeMap::new();
        for feature in answer.features() {
            let (Some(name), Some(auto)) = (feature.name(), feature.auto_enable()) else {
                continue;
            };
            features.insert(name.as_str().to_owned(), auto.as_str().to_owned());
            for part in feature.additional_configuration() {
                let (Some(own), Some(auto)) = (part.name(), part.auto_enable()) else { continue };
                features.insert(
                    format!("{}.{}", name.as_str(), own.as_str()),
                    auto.as_str().to_owned(),
                );
            }
        }
        Ok(Automatic {
            members: answer
                .auto_enable_organization_members()
                .map_or("NONE", |own| own.as_str())
                .to_owned(),
            features,
            limit_reached: answer.member_account_limit_reached().unwrap_or(false),
        })
    }
}
