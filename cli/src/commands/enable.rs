//! `guardsift enable`: a detector in every Region that is named, as it shall be.

use crate::{
    exit::Exit,
    operate::{
        Consent, Places,
        change::Plan,
        detector::{Act, Wanted, difference},
        features::{Wish, wish},
        frequency::Frequency,
    },
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What it shall watch: `S3_DATA_EVENTS=on`, `RUNTIME_MONITORING.EKS_ADDON_MANAGEMENT=off`; may be repeated
    #[arg(long = "feature", value_name = "NAME=on|off", value_parser = wish)]
    features: Vec<Wish>,
    /// How often updates of findings are handed over [default: 15m for a new detector]
    #[arg(long, value_enum)]
    frequency: Option<Frequency>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

pub(crate) const EXAMPLES: &str = "\
Examples:
  guardsift enable --dry-run
  guardsift enable --region eu-west-1 --region us-east-1
  guardsift enable --all-regions --feature S3_DATA_EVENTS=on --feature RUNTIME_MONITORING=off --yes
  guardsift enable --account 444455556666 --role-name GuardDutyAdmin --region eu-west-1

What is already so is left alone: the same command again changes nothing. A suspended detector is
resumed. Each Region has its own detector and its own trial of 30 days.";

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let plan = Plan::of(&reach, async |seat| {
        let now = seat.detector().await?;
        let frequency = match (&now, arguments.frequency) {
            (None, None) => Some(Frequency::FifteenMinutes),
            (_, given) => given,
        };
        let features = arguments.features.clone();
        let wanted = Wanted { enabled: Some(true), frequency, features }.for_detector(now.as_ref());
        let changes = difference(now.as_ref(), &wanted);
        Ok((changes, Act { detector_id: now.map(|now| now.id), wanted }))
    });
    plan.carry_out(&reach, &arguments.consent, async |seat, act| seat.apply(act).await)
}
