//! What has to end before a detector can go: auto-enable, members, the delegation, the own membership.

use anyhow::{Context, anyhow};
use aws_sdk_guardduty::types::{AutoEnableMembers, UnprocessedAccount};
use serde::Serialize;

use crate::{
    figures::so_many,
    operate::{Seat, members::Member, refused},
};

/// Accounts in one call.
const AT_ONCE: usize = 50;

/// One thing that is ended, in the order in which GuardDuty lets them end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Parting {
    /// Accounts of the organization get GuardDuty by themselves.
    AutoEnable { now: String },
    /// They take part in what this account administers.
    Disassociate { accounts: Vec<String> },
    /// They are listed, and a detector with members does not go.
    DeleteMembers { accounts: Vec<String> },
    /// This account administers the organization.
    Delegation { administrator: String, region: String },
    /// This account is itself a member.
    Membership { administrator: String, account: Option<String>, region: String },
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parted {
    Done,
    /// Another account has to do it; what, in words.
    Elsewhere(String),
}

/// What is known of this account's ties.
#[derive(Debug, Clone, Default)]
pub(super) struct Ties {
    /// `ALL` or `NEW`.
    pub(super) auto_enable: Option<String>,
    pub(super) members: Vec<Member>,
    /// This account was delegated to.
    pub(super) is_delegated: bool,
    pub(super) administrator: Option<String>,
}

impl Ties {
    /// What ends them, one after the other.
    pub(super) fn partings(&self, account: Option<&str>, region: &str) -> Vec<Parting> {
        let mut partings = Vec::new();
        if let Some(now) = &self.auto_enable {
            partings.push(Parting::AutoEnable { now: now.clone() });
        }
        let named = |members: &mut dyn Iterator<Item = &Member>| -> Vec<String> {
            members.map(|member| member.account.clone()).collect()
        };
        let accounts = named(&mut self.members.iter().filter(|own| own.is_associated()));
        if !accounts.is_empty() {
            partings.push(Parting::Disassociate { accounts });
        }
        let accounts = named(&mut self.members.iter());
        if !accounts.is_empty() {
            partings.push(Parting::DeleteMembers { accounts });
        }
        if let Some(administrator) = account.filter(|_| self.is_delegated) {
            partings.push(Parting::Delegation {
                administrator: administrator.to_owned(),
                region: region.to_owned(),
            });
        }
        if let Some(administrator) = &self.administrator {
            partings.push(Parting::Membership {
                administrator: administrator.clone(),
                account: account.map(str::to_owned),
                region: region.to_owned(),
            });
        }
        partings
    }
}

impl Parting {
    /// What is done, and by which call.
    pub(super) fn told(&self) -> (String, &'static str) {
        match self {
            Self::AutoEnable { now } => (
                format!(
                    "accounts of the organization ({}) no longer get GuardDuty by themselves",
                    now.to_lowercase()
                ),
                "UpdateOrganizationConfiguration",
            ),
            Self::Disassociate { accounts } => {
                (format!("members are let go: {}", accounts.join(", ")), "DisassociateMembers")
            }
            Self::DeleteMembers { accounts } => (
                format!("members are taken off the list: {}", accounts.join(", ")),
                "DeleteMembers",
            ),
            Self::Delegation { .. } => (
                "the organization's management account takes the administration back".to_owned(),
                "DisableOrganizationAdminAccount",
            ),
            Self::Membership { administrator, .. } => (
                format!("this account leaves its administrator {administrator}"),
                "DisassociateFromAdministratorAccount",
            ),
        }
    }
}

impl Seat {
    pub(super) async fn ties(&self, detector: &str) -> anyhow::Result<Ties> {
        let administrator = self.administrator(detector).await?;
        if administrator.is_some() {
            return Ok(Ties { administrator, ..Ties::default() });
        }
        let members = self.all_members(detector).await?;
        let organization = self.guardduty().await.describe_organization_configuration();
        // An account outside of an organization, or not its administrator, is refused: it enables nobody.
        let organization = organization.detector_id(detector).send().await.ok();
        let auto_enable = organization.and_then(|own| own.auto_enable_organization_members);
        let auto_enable = auto_enable.filter(|own| *own != AutoEnableMembers::None);
        // Who may not ask this is nobody's administrator either.
        let delegated = self.delegated().await.ok().flatten();
        Ok(Ties {
            auto_enable: auto_enable.map(|own| own.as_str().to_owned()),
            members,
            is_delegated: delegated.is_some() && delegated == self.account,
            administrator,
        })
    }

    /// Carries it out, or says which account has to.
    ///
    /// # Errors
    /// When the call fails for another reason, or leaves accounts as they were.
    pub(super) async fn part(&self, detector: &str, parting: &Parting) -> anyhow::Result<Parted> {
        let guardduty = self.guardduty().await;
        match parting {
            Parting::AutoEnable { .. } => {
                let call = guardduty.update_organization_configuration().detector_id(detector);
                let call = call.auto_enable_organization_members(AutoEnableMembers::None);
                let answer = call.send().await;
                answer.map_err(|error| refused("UpdateOrganizationConfiguration", error, self))?;
            }
            Parting::Disassociate { accounts } => {
                for chunk in accounts.chunks(AT_ONCE) {
                    let call = guardduty.disassociate_members().detector_id(detector);
                    let answer = call.set_account_ids(Some(chunk.to_vec())).send().await;
                    let answer =
                        answer.map_err(|error| refused("DisassociateMembers", error, self))?;
                    processed("DisassociateMembers", answer.unprocessed_accounts())?;
                }
            }
            Parting::DeleteMembers { accounts } => {
                for chunk in accounts.chunks(AT_ONCE) {
                    let call = guardduty.delete_members().detector_id(detector);
                    let answer = call.set_account_ids(Some(chunk.to_vec())).send().await;
                    let answer = answer.map_err(|error| refused("DeleteMembers", error, self))?;
                    processed("DeleteMembers", answer.unprocessed_accounts())?;
                }
            }
            Parting::Delegation { administrator, region } => {
                let call = guardduty.disable_organization_admin_account();
                let answer = call.admin_account_id(administrator).send().await;
                if let Err(error) = answer {
                    let elsewhere = format!(
                        "the organization's management account takes the administration back: aws guardduty disable-organization-admin-account --region {region} --admin-account-id {administrator}"
                    );
                    return self.elsewhere(
                        "management account",
                        refused("DisableOrganizationAdminAccount", error, self),
                        elsewhere,
                    );
                }
            }
            Parting::Membership { administrator, account, region } => {
                let call = guardduty.disassociate_from_administrator_account();
                let answer = call.detector_id(detector).send().await;
                if let Err(error) = answer {
                    let account = account.as_deref().unwrap_or("ACCOUNT");
                    let elsewhere = format!(
                        "the administrator {administrator} lets {account} go: aws guardduty disassociate-members --region {region} --detector-id ITS_DETECTOR --account-ids {account}, after `guardsift org configure --auto-enable new` where it is all"
                    );
                    return self.elsewhere(
                        "administrator account",
                        refused("DisassociateFromAdministratorAccount", error, self),
                        elsewhere,
                    );
                }
            }
        }
        Ok(Parted::Done)
    }

    /// A refusal in which GuardDuty names whom it wants to hear this from is no failure.
    fn elsewhere(&self, whom: &str, error: anyhow::Error, told: String) -> anyhow::Result<Parted> {
        if format!("{error:#}").contains(whom) {
            return Ok(Parted::Elsewhere(told));
        }
        Err(error).context(told)
    }
}

fn processed(operation: &str, left: &[UnprocessedAccount]) -> anyhow::Result<()> {
    let Some(first) = left.first() else { return Ok(()) };
    Err(anyhow!(
        "{operation} changed nothing for {}; of {} GuardDuty says: {}",
        so_many(left.len(), "account"),
        first.account_id().unwrap_or("one"),
        first.result().unwrap_or("nothing")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(account: &str, relationship: &str) -> Member {
        Member { account: account.to_owned(), relationship: relationship.to_owned() }
    }

    #[test]
    fn ties_end_in_the_order_in_which_guardduty_lets_them() {
        let ties = Ties {
            auto_enable: Some("ALL".to_owned()),
            members: vec![member("444455556666", "Enabled"), member("777788889999", "Resigned")],
            is_delegated: true,
            administrator: None,
        };
        let calls: Vec<_> = ties
            .partings(Some("111122223333"), "eu-west-1")
            .iter()
            .map(|own| own.told().1)
            .collect();
        assert_eq!(
            calls,
            [
                "UpdateOrganizationConfiguration",
                "DisassociateMembers",
                "DeleteMembers",
                "DisableOrganizationAdminAccount"
            ]
        );
        let all = ties.partings(Some("111122223333"), "eu-west-1");
        assert_eq!(all[1], Parting::Disassociate { accounts: vec!["444455556666".to_owned()] });
        assert!(Ties::default().partings(None, "eu-west-1").is_empty());
    }
}
