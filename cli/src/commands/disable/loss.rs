//! What is destroyed with a detector, and what has to end before.

use serde::Serialize;

use super::partings::Parting;
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
    /// Accounts of the organization get GuardDuty by themselves.
    pub(super) auto_enables: bool,
    /// What is ended before, in this order.
    pub(super) steps: Vec<Parting>,
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
        let ties = self.ties(&id).await?;
        Ok(Some(Loss {
            account: self.account.clone(),
            region: self.region.clone(),
            destination: self.destination(&id).await?.and_then(|own| own.arn),
            detector_id: id,
            findings,
            filters,
            steps: ties.partings(self.account.as_deref(), &self.region),
            members: ties.members.into_iter().map(|member| member.account).collect(),
            administrator: ties.administrator,
            auto_enables: ties.auto_enable.is_some(),
        }))
    }
}

impl Loss {
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
            (
                "  members",
                if self.members.is_empty() {
                    "none".to_owned()
                } else {
                    self.members.len().to_string()
                },
            ),
        ];
        let rows: Vec<_> =
            rows.into_iter().map(|(name, value)| vec![Cell::new(name), Cell::new(value)]).collect();
        out.push_str(&aligned(&rows));
        out.push_str("Objects that were exported stay in their bucket; the lake stays as it is.\n");
        if !self.steps.is_empty() {
            out.push_str("Before that, in this order:\n");
            let row = |(number, step): (usize, &Parting)| {
                let (what, call) = step.told();
                vec![
                    Cell::new(format!("{:>3}", number + 1)),
                    Cell::new(what),
                    Cell::new(call).dim(),
                ]
            };
            out.push_str(&aligned(&self.steps.iter().enumerate().map(row).collect::<Vec<_>>()));
        }
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
            steps: Vec::new(),
        }
    }

    #[test]
    fn everything_that_goes_is_named() {
        let text = loss().text();
        for part in ["111122223333", "eu-west-1", "d1", "archived ones too  12", "1: quiet"] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn what_is_ended_before_is_numbered() {
        let mut own = loss();
        let accounts = vec!["444455556666".to_owned()];
        own.steps = vec![
            Parting::AutoEnable { now: "NEW".to_owned() },
            Parting::DeleteMembers { accounts },
        ];
        let text = anstream::adapter::strip_str(&own.text()).to_string();
        assert!(text.contains("  1  accounts of the organization (new)"), "{text}");
        assert!(text.contains("  2  members are taken off the list: 444455556666"), "{text}");
    }
}
