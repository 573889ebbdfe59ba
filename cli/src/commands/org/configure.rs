//! `guardsift org configure`: what accounts of the organization get without anybody doing anything.

use std::collections::BTreeMap;

use anyhow::anyhow;
use aws_sdk_guardduty::types::{
    AutoEnableMembers, OrgFeature, OrgFeatureAdditionalConfiguration, OrgFeatureStatus,
    OrganizationAdditionalConfiguration, OrganizationFeatureConfiguration,
};
use clap::ValueEnum;

use super::now::Automatic;
use crate::{
    exit::{Exit, Unusable},
    operate::{Change, Consent, Places, Seat, change::Plan, refused},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which accounts GuardDuty is enabled in by itself
    #[arg(long, value_enum)]
    auto_enable: Option<Which>,
    /// Which accounts a feature is switched on in by itself: `S3_DATA_EVENTS=new`; may be repeated
    #[arg(long = "feature", value_name = "NAME=all|new|none", value_parser = wish)]
    features: Vec<Wish>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// All of them, also those that are there
    All,
    /// Those that join from now on
    New,
    /// None
    None,
}

impl Which {
    fn as_api(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::New => "NEW",
            Self::None => "NONE",
        }
    }
}

/// One feature, or `FEATURE.PART`, and which accounts get it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    name: String,
    which: Which,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift org configure --auto-enable all --all-regions --dry-run
  guardsift org configure --auto-enable new --feature S3_DATA_EVENTS=new --region eu-west-1
  guardsift org configure --feature RUNTIME_MONITORING=none --yes

To be called with the credentials of the delegated administrator, in each Region that it has a detector
in. With `none`, accounts that have GuardDuty keep it.";

fn wish(text: &str) -> Result<Wish, String> {
    let (name, which) = text.split_once('=').ok_or("write it as S3_DATA_EVENTS=new")?;
    let which = Which::from_str(which, true).map_err(|_| "after the = comes all, new or none")?;
    let name = name.to_ascii_uppercase().replace('-', "_");
    let (feature, part) =
        name.split_once('.').map_or((name.as_str(), None), |(feature, part)| (feature, Some(part)));
    if !OrgFeature::values().contains(&feature) {
        return Err(format!(
            "there is no {feature}; there are {}",
            OrgFeature::values().join(", ")
        ));
    }
    if let Some(part) = part
        && !OrgFeatureAdditionalConfiguration::values().contains(&part)
    {
        let names = OrgFeatureAdditionalConfiguration::values().join(", ");
        return Err(format!("{feature} has no part {part}; there are {names}"));
    }
    Ok(Wish { name, which })
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    if arguments.auto_enable.is_none() && arguments.features.is_empty() {
        return Err(Unusable("say what shall change: --auto-enable or --feature".to_owned()).into());
    }
    let reach = arguments.places.reach()?;
    let plan = Plan::of(&reach, async |seat| {
        let detector = seat.needed_detector().await?;
        let now = seat.automatic(&detector).await?;
        Ok((difference(&now, arguments), (detector, now)))
    });
    plan.carry_out(&reach, &arguments.consent, async |seat, (detector, now)| {
        configure(seat, detector, now, arguments).await
    })
}

fn difference(now: &Automatic, wanted: &Arguments) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut add = |what: &str, from: &str, to: Which| {
        if from != to.as_api() {
            changes.push(Change::new(what, from.to_lowercase(), to.as_api().to_lowercase()));
        }
    };
    if let Some(which) = wanted.auto_enable {
        add("GuardDuty in accounts", &now.members, which);
    }
    for wish in &wanted.features {
        add(&wish.name, now.features.get(&wish.name).map_or("NONE", String::as_str), wish.which);
    }
    changes
}

async fn configure(
    seat: &Seat,
    detector: &str,
    now: &Automatic,
    wanted: &Arguments,
) -> anyhow::Result<()> {
    // The call wants this member each time, so what nobody asked to change is sent as it is.
    let members = wanted.auto_enable.map_or(now.members.as_str(), |which| which.as_api());
    let request = seat.guardduty().await.update_organization_configuration().detector_id(detector);
    let request = request.auto_enable_organization_members(AutoEnableMembers::from(members));
    let features = Some(configurations(now, &wanted.features)).filter(|all| !all.is_empty());
    let answer = request.set_features(features).send().await;
    answer.map_err(|error| refused("UpdateOrganizationConfiguration", error, seat))?;
    let left = difference(&seat.automatic(detector).await?, wanted);
    match left.first() {
        None => Ok(()),
        Some(first) => Err(anyhow!(
            "GuardDuty took the call in {seat} and still shows {} as {}; look again with `guardsift org status`",
            first.what,
            first.from
        )),
    }
}

fn configurations(now: &Automatic, wishes: &[Wish]) -> Vec<OrganizationFeatureConfiguration> {
    let mut features: BTreeMap<&str, Vec<(Option<&str>, Which)>> = BTreeMap::new();
    for wish in wishes {
        let (feature, part) = match wish.name.split_once('.') {
            Some((feature, part)) => (feature, Some(part)),
            None => (wish.name.as_str(), None),
        };
        features.entry(feature).or_default().push((part, wish.which));
    }
    let one = |(name, wishes): (&str, Vec<(Option<&str>, Which)>)| {
        let whole =
            wishes.iter().rfind(|(part, _)| part.is_none()).map(|(_, which)| which.as_api());
        let status = whole.or_else(|| now.features.get(name).map(String::as_str)).unwrap_or("NONE");
        let mut entry = OrganizationFeatureConfiguration::builder()
            .name(OrgFeature::from(name))
            .auto_enable(OrgFeatureStatus::from(status));
        for (part, which) in wishes {
            let Some(part) = part else { continue };
            let part = OrganizationAdditionalConfiguration::builder()
                .name(OrgFeatureAdditionalConfiguration::from(part))
                .auto_enable(OrgFeatureStatus::from(which.as_api()));
            entry = entry.additional_configuration(part.build());
        }
        entry.build()
    };
    features.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_already_does_not_change_and_a_part_keeps_its_feature() {
        let now = Automatic {
            members: "NEW".to_owned(),
            features: BTreeMap::from([("RUNTIME_MONITORING".to_owned(), "ALL".to_owned())]),
            limit_reached: false,
        };
        let part = wish("runtime-monitoring.eks-addon-management=new").unwrap();
        let made = configurations(&now, std::slice::from_ref(&part));
        assert_eq!(made[0].auto_enable, Some(OrgFeatureStatus::All));
        assert_eq!(made[0].additional_configuration().len(), 1);
        assert!(wish("S3=new").unwrap_err().contains("S3_DATA_EVENTS"));
        assert!(wish("S3_DATA_EVENTS=some").unwrap_err().contains("all, new or none"));
    }
}
