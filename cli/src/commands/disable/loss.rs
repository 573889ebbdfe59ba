//! What is destroyed with a detector, and what keeps it from being destroyed now.

use aws_sdk_guardduty::types::AutoEnableMembers;
use serde::Serialize;

use crate::{
    operate::{
        Seat,
        aligned::{Cell, aligned},
        refused,
    },
    printable::printable,
};

/// Everything that goes.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Loss {
    pub(super) account: Option<String>,
    pub(super) region: String,
    pub(super) detector_id: String,
    pub(super) findings: usize,
    pub(super) filters: Vec<String>,
    pub(super) destination: Option<String>,
    pub(super) members: Vec<String>,
    /// The administrator, when this account is a member.
    pub(super) administrator: Option<String>,
    /// New accounts of the organization get GuardDuty by themselves.
    pub(super) auto_enables: bool,
}

impl Seat {
    pub(super) async fn loss(&self) -> anyhow::Result<Option<Loss>> {
        let Some(id) = self.detector_id().await? else { return Ok(None) };
        let calls = self.finding_calls().await?;
        let findings = calls.ids().await.map_err(|error| self.told(&error))?.len();
        let mut filters = Vec::new();
        let request = self.guardduty().await.list_filters().detector_id(&id).max_results(50);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refused("ListFilters", error, self))?;
            filters.extend_from_slice(page.filter_names());
        }
        let administrator = self.administrator(&id).await?;
        let members = match administrator {
            Some(_) => Vec::new(),
            None => self.members(&id).await?.into_iter().map(|member| member.account).collect(),
        };
        let organization = self.guardduty().await.describe_organization_configuration();
        // An account outside of an organization, or not its administrator, is refused: it enables nobody.
        let organization = organization.detector_id(&id).send().await.ok();
        let auto_enables = organization.is_some_and(|own| {
            own.auto_enable_organization_members()
                .is_some_and(|all| *all != AutoEnableMembers::None)
        });
        Ok(Some(Loss {
            account: self.account.clone(),
            region: self.region.clone(),
            destination: self.destination(&id).await?.and_then(|own| own.arn),
            detector_id: id,
            findings,
            filters,
            members,
            administrator,
            auto_enables,
        }))
    }
}

impl Loss {
    /// What has to be done before.
    pub(super) fn obstacle(&self) -> Option<String> {
        if let Some(administrator) = &self.administrator {
            return Some(format!(
                "it is a member of {administrator}; that account disassociates it first (aws guardduty disassociate-members)"
            ));
        }
        if self.auto_enables {
            return Some(
                "it gives GuardDuty to the accounts of its organization; end that first with `guardsift org configure --auto-enable none`".to_owned(),
            );
        }
        (!self.members.is_empty()).then(|| {
            format!(
                "it has the members {}; disassociate and delete them first (aws guardduty disassociate-members, then delete-members)",
                self.members.join(", ")
            )
        })
    }

    pub(super) fn text(&self) -> String {
        let place = self.account.as_deref().map(|id| format!("account {id}, ")).unwrap_or_default();
        let mut out = format!("This goes for good with GuardDuty in {place}{}:\n", self.region);
        let filters = match self.filters.as_slice() {
            [] => "none".to_owned(),
            names => format!("{}: {}", names.len(), printable(&names.join(", "))),
        };
        let rows = [
            ("  detector", self.detector_id.clone()),
            ("  findings, archived ones too", self.findings.to_string()),
            ("  filters", filters),
            ("  export", self.destination.clone().unwrap_or_else(|| "none".to_owned())),
            ("  members", self.members.len().to_string()),
        ];
        let rows: Vec<_> =
            rows.into_iter().map(|(name, value)| vec![Cell::new(name), Cell::new(value)]).collect();
        out.push_str(&aligned(&rows));
        out.push_str("Objects that were exported stay in their bucket; the lake stays as it is.\n");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss() -> Loss {
        Loss {
            account: Some("111122223333".to_owned()),
            region: "eu-west-1".to_owned(),
            detector_id: "d1".to_owned(),
            findings: 12,
            filters: vec!["quiet\u{1b}[2J".to_owned()],
            destination: None,
            members: Vec::new(),
            administrator: None,
            auto_enables: false,
        }
    }

    #[test]
    fn everything_that_goes_is_named() {
        let text = loss().text();
        for part in ["111122223333", "eu-west-1", "d1", "12", "1: quiet"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn members_and_the_organization_come_first() {
        assert_eq!(loss().obstacle(), None);
        let with = |change: fn(&mut Loss)| {
            let mut own = loss();
            change(&mut own);
            own.obstacle().unwrap()
        };
        assert!(with(|own| own.members.push("444455556666".to_owned())).contains("444455556666"));
        assert!(with(|own| own.auto_enables = true).contains("org configure"));
        assert!(
            with(|own| own.administrator = Some("444455556666".to_owned()))
                .contains("member of 444455556666")
        );
    }
}
