//! `guardsift features set`, `frequency set`, `suspend` and `resume`: changes of a detector that is there.

use clap::Subcommand;

use crate::{
    exit::Exit,
    operate::{
        Consent, Places,
        change::Plan,
        detector::{Act, Wanted, difference, none},
        features::{Wish, wish},
        frequency::Frequency,
    },
};

#[derive(Debug, Subcommand)]
pub(crate) enum FeaturesCommand {
    /// Switch features of the detectors on and off
    #[command(after_help = FEATURES_EXAMPLES)]
    Set(FeatureArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum FrequencyCommand {
    /// Say how often updates of findings go to EventBridge and the export
    #[command(after_help = FREQUENCY_EXAMPLES)]
    Set(FrequencyArguments),
}

#[derive(Debug, clap::Args)]
pub(crate) struct FeatureArguments {
    /// Such as `S3_DATA_EVENTS=on` or `RUNTIME_MONITORING.EKS_ADDON_MANAGEMENT=off`
    #[arg(required = true, value_name = "NAME=on|off", value_parser = wish)]
    features: Vec<Wish>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FrequencyArguments {
    /// How often
    #[arg(value_enum)]
    frequency: Frequency,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, clap::Args)]
pub(crate) struct StateArguments {
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

const FEATURES_EXAMPLES: &str = "\
Examples:
  guardsift features set S3_DATA_EVENTS=on EKS_AUDIT_LOGS=on --dry-run
  guardsift features set RUNTIME_MONITORING=on RUNTIME_MONITORING.EC2_AGENT_MANAGEMENT=on --region eu-west-1
  guardsift features set EBS_MALWARE_PROTECTION=off --all-regions --yes

`guardsift status` shows what there is. Each feature has its own price and its own trial.";

const FREQUENCY_EXAMPLES: &str = "\
Examples:
  guardsift frequency set 15m
  guardsift frequency set 1h --all-regions --dry-run

New findings are handed over within five minutes whatever is set; this is about what happens to
them later.";

pub(crate) const SUSPEND_EXAMPLES: &str = "\
Examples:
  guardsift suspend --region eu-west-1
  guardsift suspend --all-regions --dry-run

While it is suspended, GuardDuty watches nothing and costs nothing. Findings, filters and settings
stay; `guardsift resume` goes on from there.";

pub(crate) const RESUME_EXAMPLES: &str = "\
Examples:
  guardsift resume --region eu-west-1
  guardsift resume --all-regions --yes";

pub(crate) fn features(command: &FeaturesCommand) -> anyhow::Result<Exit> {
    let FeaturesCommand::Set(FeatureArguments { features, consent, places }) = command;
    change(places, consent, &Wanted { features: features.clone(), ..Wanted::default() })
}

pub(crate) fn frequency(command: &FrequencyCommand) -> anyhow::Result<Exit> {
    let FrequencyCommand::Set(FrequencyArguments { frequency, consent, places }) = command;
    change(places, consent, &Wanted { frequency: Some(*frequency), ..Wanted::default() })
}

pub(crate) fn enabled(arguments: &StateArguments, enabled: bool) -> anyhow::Result<Exit> {
    let wanted = Wanted { enabled: Some(enabled), ..Wanted::default() };
    change(&arguments.places, &arguments.consent, &wanted)
}

fn change(places: &Places, consent: &Consent, wanted: &Wanted) -> anyhow::Result<Exit> {
    let reach = places.reach()?;
    let plan = Plan::of(&reach, async |seat| {
        let now = seat.detector().await?.ok_or_else(|| none(seat))?;
        let wanted = wanted.for_detector(Some(&now));
        let changes = difference(Some(&now), &wanted);
        Ok((changes, Act { detector_id: Some(now.id), wanted }))
    });
    plan.carry_out(&reach, consent, async |seat, act| seat.apply(act).await)
}
