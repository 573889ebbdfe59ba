//! `guardsift org delegate`: the same administrator account in every Region that is named.

use anyhow::anyhow;

use crate::{
    exit::Exit,
    operate::{Change, Consent, Places, change::Plan, reach, refused},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The account that shall administer GuardDuty for the organization
    #[arg(value_name = "ACCOUNT_ID", value_parser = reach::account)]
    administrator: String,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift org delegate 444455556666 --all-regions --dry-run
  guardsift org delegate 444455556666 --region eu-west-1 --yes

To be called with the credentials of the organization's management account. GuardDuty keeps one
administrator per Region and wants the same account in all of them; one that is there is not replaced.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let wanted = &arguments.administrator;
    let mut plan = Plan::of(&reach, async |seat| match seat.delegated().await? {
        Some(administrator) if administrator == *wanted => Ok((Vec::new(), ())),
        Some(other) => Err(anyhow!(
            "{other} is GuardDuty's administrator in {seat}, and there can be one account only; name {other}, or take it away in every Region first: aws guardduty disable-organization-admin-account --region {} --admin-account-id {other}",
            seat.region
        )),
        None => Ok((vec![Change::new("GuardDuty administrator", "none", wanted)], ())),
    });
    if !plan.failures.is_empty() {
        // Half of the Regions under another account is what GuardDuty does not allow.
        plan.steps.clear();
    }
    plan.carry_out(&reach, &arguments.consent, async |seat, ()| {
        let request = seat.guardduty().await.enable_organization_admin_account();
        let answer = request.admin_account_id(wanted).send().await;
        answer.map_err(|error| refused("EnableOrganizationAdminAccount", error, seat))?;
        match seat.delegated().await? {
            Some(now) if now == *wanted => Ok(()),
            _ => Err(anyhow!("GuardDuty took the call in {seat} and does not name {wanted} yet; look again with `guardsift org status`")),
        }
    })
}
