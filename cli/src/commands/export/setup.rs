//! `guardsift export setup`: bucket, policy, folder and destination, each as GuardDuty wants it.

use anyhow::anyhow;
use clap::ValueEnum;

use super::{place::ExportPlace, terraform};
use crate::{
    commands::archive::bucket,
    exit::{Exit, Unusable},
    operate::{Consent, Places, Seat, change::Plan},
    stdout,
    talk::say,
};

mod acts;
mod needs;

use needs::needs;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The bucket, in the detector's Region; it is made when it is not there
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    bucket: String,
    /// A folder in the bucket
    #[arg(long, value_name = "PREFIX", default_value = "", value_parser = prefix)]
    prefix: String,
    /// The KMS key that exports are encrypted with, in the detector's Region
    #[arg(long, value_name = "ARN", value_parser = key)]
    key_arn: String,
    /// Leave the key's policy to its owner
    #[arg(long)]
    leave_key_policy: bool,
    /// Print what it would set up instead of doing it
    #[arg(long, value_enum, conflicts_with_all = ["dry_run", "yes"])]
    print: Option<Print>,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    places: Places,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Print {
    /// Resources for Terraform
    Terraform,
    /// The bucket's policy and the statement for the key's, as JSON
    Policy,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  guardsift export setup --bucket my-exports --key-arn $KEY --print policy
  guardsift export setup --bucket my-exports --prefix findings --key-arn $KEY --dry-run
  guardsift export setup --bucket my-exports --prefix findings --key-arn $KEY --yes
  guardsift export setup --bucket my-exports --key-arn $KEY --print terraform > export.tf

Statements of others stay, in the bucket's policy and in the key's, which gets one more: what --print
policy shows as key_statement. The same command again repairs what is no longer so.";

fn prefix(text: &str) -> Result<String, String> {
    let text = text.trim_matches('/');
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte))
        && !text.contains("//");
    if fits {
        Ok(text.to_owned())
    } else {
        Err("a prefix has letters, digits, - _ . and single /".to_owned())
    }
}

fn key(text: &str) -> Result<String, String> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let safe = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    match parts.as_slice() {
        ["arn", _, "kms", _, _, name] if name.starts_with("key/") && safe => Ok(text.to_owned()),
        ["arn", _, "kms", _, _, name] if name.starts_with("alias/") => {
            Err("GuardDuty takes a key and no alias: arn:aws:kms:REGION:ACCOUNT:key/ID".to_owned())
        }
        _ => Err("write it as arn:aws:kms:REGION:ACCOUNT:key/ID".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let reach = arguments.places.reach()?;
    let seat = reach.only("an export has a bucket and a key of its own in each Region")?;
    is_in_region(&arguments.key_arn, seat)?;
    let place = reach.wait(place(arguments, seat))?;
    match arguments.print {
        Some(Print::Terraform) => {
            stdout::print!("{}", terraform::text(&place)?)?;
            return Ok(Exit::Success);
        }
        Some(Print::Policy) => {
            let printed = serde_json::json!({
                "schema": "guardsift.export-policy/v1",
                "bucket_policy": place.policy(None),
                "key_arn": place.key_arn,
                "key_statement": place.key_statement(),
            });
            stdout::println!("{}", serde_json::to_string_pretty(&printed)?)?;
            return Ok(Exit::Success);
        }
        None => {}
    }
    let plan = Plan::of(&reach, async |seat| {
        let now = seat.bucket(&place.bucket, place.marker().as_deref(), None).await;
        let key = seat.key(&place.key_arn).await;
        let destination = seat.destination(&place.detector_id).await?;
        let (mut changes, mut needs) = needs(&now, destination.as_ref(), &place)
            .map_err(|error| anyhow!("the bucket {} in {seat}: {error}", place.bucket))?;
        if !arguments.leave_key_policy {
            needs::of_key(&key, &place, &mut changes, &mut needs)
                .map_err(|error| anyhow!("the key in {seat}: {error}"))?;
        }
        Ok((changes, needs))
    });
    for step in &plan.steps {
        if step.act.key_policy.is_some() {
            say!(
                "the policy of {} gets this statement and nothing else: {}",
                place.key_arn,
                place.key_statement()
            );
        } else if step.act.destination.is_some() && !step.act.is_key_ready {
            say!(
                "the policy of {} has to hold what `--print policy` shows as key_statement",
                place.key_arn
            );
        }
    }
    plan.carry_out(&reach, &arguments.consent, async |seat, needs| seat.set_up(&place, needs).await)
}

fn is_in_region(key_arn: &str, seat: &Seat) -> anyhow::Result<()> {
    let region = key_arn.split(':').nth(3).unwrap_or_default();
    if region == seat.region {
        return Ok(());
    }
    let message = format!(
        "the key is in {region} and the detector in {}: GuardDuty wants key and bucket in the detector's Region; name a key there, or --region {region}",
        seat.region
    );
    Err(Unusable(message).into())
}

async fn place(arguments: &Arguments, seat: &Seat) -> anyhow::Result<ExportPlace> {
    let detector = seat.needed_detector().await?;
    let account = seat.account.clone().ok_or_else(|| {
        anyhow!("the account of these credentials is not known, and the policies name it: allow sts:GetCallerIdentity to be reached")
    })?;
    Ok(ExportPlace {
        bucket: arguments.bucket.clone(),
        prefix: arguments.prefix.clone(),
        ..ExportPlace::new(seat, &account, &detector, &arguments.key_arn)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_what_gets_into_policies_and_are_read_strictly() {
        assert_eq!(prefix("/findings/eu/"), Ok("findings/eu".to_owned()));
        assert!(prefix("a*").is_err() && prefix("a//b").is_err());
        assert!(key("arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab").is_ok());
        assert!(
            key("arn:aws:kms:eu-west-1:111122223333:alias/x").unwrap_err().contains("no alias")
        );
        assert!(key("arn:aws:kms:eu-west-1:111122223333:key/${x}").is_err());
    }
}
