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

impl Seat {
    /// Every account that takes part.
    pub(crate) async fn members(&self, detector: &str) -> anyhow::Result<Vec<Member>> {
        let request = self.guardduty().await.list_members().detector_id(detector);
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
