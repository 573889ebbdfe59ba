//! Member accounts of an administrator.

use serde::Serialize;

use super::{Seat, refused};

/// One member and how it stands to its administrator.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Member {
    pub(crate) account: String,
    /// `Enabled`, `Invited`, `Removed` and so on.
    pub(crate) relationship: String,
}

impl Member {
    /// Whether it still takes part.
    pub(crate) fn is_associated(&self) -> bool {
        !matches!(self.relationship.as_str(), "Created" | "Removed" | "Resigned")
    }
}

impl Seat {
    /// Every account that takes part.
    pub(crate) async fn members(&self, detector: &str) -> anyhow::Result<Vec<Member>> {
        self.listed_members(detector, true).await
    }

    /// Also those that were never invited, or have left: a detector can't go while one is listed.
    pub(crate) async fn all_members(&self, detector: &str) -> anyhow::Result<Vec<Member>> {
        self.listed_members(detector, false).await
    }

    async fn listed_members(
        &self,
        detector: &str,
        only_associated: bool,
    ) -> anyhow::Result<Vec<Member>> {
        let request = self.guardduty().await.list_members().detector_id(detector);
        let request = request.only_associated(only_associated.to_string());
        let mut pages = request.max_results(50).into_paginator().send();
        let mut members = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refused("ListMembers", error, self))?;
            members.extend(page.members().iter().map(|member| Member {
                account: member.account_id().unwrap_or_default().to_owned(),
                relationship: member.relationship_status().unwrap_or_default().to_owned(),
            }));
        }
        Ok(members)
    }
}
