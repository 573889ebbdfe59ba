//! Carries out what an export needs, in an order in which GuardDuty finds everything ready.

use std::{error::Error, time::Duration};

use anyhow::anyhow;
use aws_sdk_guardduty::types::{DestinationProperties, DestinationType};
use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    primitives::ByteStream,
    types::{
        BucketLocationConstraint, CreateBucketConfiguration, ObjectOwnership, OwnershipControls,
        OwnershipControlsRule, PublicAccessBlockConfiguration, ServerSideEncryption,
        ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    },
};

use super::{
    super::place::ExportPlace,
    needs::{Aim, Needs},
};
use crate::operate::{Seat, refused};

/// A policy that was just written is not known everywhere at once.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_secs(3);

/// What was done so far, for the message when something fails.
struct Progress<'s> {
    seat: &'s Seat,
    done: Vec<&'static str>,
}

impl Progress<'_> {
    fn step<T, E>(
        &mut self,
        what: &'static str,
        operation: &str,
        answer: Result<T, SdkError<E, HttpResponse>>,
    ) -> anyhow::Result<()>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        match answer {
            Ok(_) => {
                self.done.push(what);
                Ok(())
            }
            Err(error) => Err(self.cut_off(what, &refused(operation, error, self.seat))),
        }
    }

    /// The error with what was done before.
    fn cut_off(&self, what: &str, error: &anyhow::Error) -> anyhow::Error {
        let done = if self.done.is_empty() { "nothing".to_owned() } else { self.done.join(", ") };
        anyhow!("{what}: {error:#}; done before it: {done}; the same command again goes on")
    }
}

impl Seat {
    pub(super) async fn set_up(&self, place: &ExportPlace, needs: &Needs) -> anyhow::Result<()> {
        let (s3, bucket) = (self.aws.s3().await, &place.bucket);
        let mut progress = Progress { seat: self, done: Vec::new() };
        if needs.bucket {
            let constraint = (place.region != "us-east-1").then(|| {
                let region = BucketLocationConstraint::from(place.region.as_str());
                CreateBucketConfiguration::builder().location_constraint(region).build()
            });
            let call =
                s3.create_bucket().bucket(bucket).set_create_bucket_configuration(constraint);
            progress.step("bucket", "s3:CreateBucket", call.send().await)?;
        }
        if needs.private {
            let block = PublicAccessBlockConfiguration::builder()
                .block_public_acls(true)
                .block_public_policy(true)
                .ignore_public_acls(true)
                .restrict_public_buckets(true);
            let call = s3.put_public_access_block().bucket(bucket);
            let call = call.public_access_block_configuration(block.build());
            progress.step("public access", "s3:PutBucketPublicAccessBlock", call.send().await)?;
        }
        if needs.ownership {
            let rule = OwnershipControlsRule::builder()
                .object_ownership(ObjectOwnership::BucketOwnerEnforced);
            let controls = OwnershipControls::builder().rules(rule.build()?).build()?;
            let call =
                s3.put_bucket_ownership_controls().bucket(bucket).ownership_controls(controls);
            progress.step(
                "owner of objects",
                "s3:PutBucketOwnershipControls",
                call.send().await,
            )?;
        }
        if needs.key {
            let default = ServerSideEncryptionByDefault::builder()
                .sse_algorithm(ServerSideEncryption::AwsKms)
                .kms_master_key_id(&place.key_arn);
            let rule = ServerSideEncryptionRule::builder()
                .apply_server_side_encryption_by_default(default.build()?)
                .bucket_key_enabled(true);
            let all = ServerSideEncryptionConfiguration::builder().rules(rule.build()).build()?;
            let call =
                s3.put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(all);
            progress.step("encryption", "s3:PutEncryptionConfiguration", call.send().await)?;
        }
        if let Some(policy) = &needs.policy {
            let call = s3.put_bucket_policy().bucket(bucket).policy(policy.to_string());
            progress.step("bucket policy", "s3:PutBucketPolicy", call.send().await)?;
        }
        if let Some(events) = &needs.events {
            let call = s3.put_bucket_notification_configuration().bucket(bucket);
            let call = call.notification_configuration(events.clone());
            progress.step(
                "events of new objects",
                "s3:PutBucketNotification",
                call.send().await,
            )?;
        }
        if let Some(marker) = &needs.marker {
            let call =
                s3.put_object().bucket(bucket).key(marker).body(ByteStream::from_static(b""));
            progress.step("folder", "s3:PutObject", call.send().await)?;
        }
        if let Some(seen) = &needs.key_policy {
            let added = self.let_guardduty_use(place, seen).await;
            added.map_err(|error| progress.cut_off("key policy", &error))?;
            progress.done.push("key policy");
        }
        if let Some(aim) = &needs.destination {
            let is_new = needs.policy.is_some() || needs.key_policy.is_some();
            let tries = if is_new { TRIES } else { 1 };
            self.aim(place, aim, tries, &mut progress).await?;
        }
        self.look(place).await
    }

    async fn aim(
        &self,
        place: &ExportPlace,
        aim: &Aim,
        tries: u32,
        progress: &mut Progress<'_>,
    ) -> anyhow::Result<()> {
        let guardduty = self.guardduty().await;
        let properties = DestinationProperties::builder()
            .destination_arn(place.destination_arn())
            .kms_key_arn(&place.key_arn)
            .build();
        match aim {
            Aim::Create => {
                let call = guardduty.create_publishing_destination();
                let call =
                    call.detector_id(&place.detector_id).destination_type(DestinationType::S3);
                let call = call.destination_properties(properties);
                let answer = settled(tries, async || call.clone().send().await).await;
                progress.step("destination", "CreatePublishingDestination", answer)
            }
            Aim::Update(id) => {
                let call = guardduty.update_publishing_destination();
                let call = call.detector_id(&place.detector_id).destination_id(id);
                let call = call.destination_properties(properties);
                let answer = settled(tries, async || call.clone().send().await).await;
                progress.step("destination", "UpdatePublishingDestination", answer)
            }
        }
    }

    /// GuardDuty tells later than in the answer that it can't write.
    async fn look(&self, place: &ExportPlace) -> anyhow::Result<()> {
        match self.destination(&place.detector_id).await? {
            Some(own) if own.is_stuck() => Err(anyhow!(
                "GuardDuty in {self} can't write to {}: {}; `guardsift export doctor --region {}` says why",
                place.destination_arn(),
                own.status,
                self.region
            )),
            Some(_) => Ok(()),
            None => Err(anyhow!(
                "GuardDuty in {self} took the destination and does not list it; run the same command again"
            )),
        }
    }
}

/// Calls again while GuardDuty says that it has no permission.
async fn settled<T, E>(
    tries: u32,
    call: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
) -> Result<T, SdkError<E, HttpResponse>>
where
    SdkError<E, HttpResponse>: ProvideErrorMetadata,
{
    let mut answer = call().await;
    for _ in 1..tries {
        let told = answer.as_ref().err().and_then(ProvideErrorMetadata::message);
        if !told.is_some_and(|told| told.contains("permission")) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        answer = call().await;
    }
    answer
}
