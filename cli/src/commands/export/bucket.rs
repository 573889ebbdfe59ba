//! The export bucket as it is now: what S3 says of it, or why S3 did not.

use std::error::Error;

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    types::{
        EventBridgeConfiguration, LifecycleRule, NotificationConfiguration,
        PublicAccessBlockConfiguration,
    },
};
use serde_json::Value;

use crate::operate::{Seat, refused};

/// `Ok(None)` is not set; `Err` tells why it is not known.
pub(super) type Asked<T> = Result<Option<T>, String>;

/// What concerns an export.
#[derive(Debug, Clone)]
pub(super) struct BucketNow {
    /// Its Region.
    pub(super) region: Asked<String>,
    pub(super) policy: Asked<Value>,
    /// The key that objects are encrypted with when nothing is said.
    pub(super) key: Asked<String>,
    pub(super) is_private: Asked<bool>,
    /// `BucketOwnerEnforced` and so on.
    pub(super) ownership: Asked<String>,
    pub(super) notification: Asked<NotificationConfiguration>,
    pub(super) lifecycle: Asked<Vec<LifecycleRule>>,
    /// Whether the folder's object is there; nothing without a prefix.
    pub(super) marker: Asked<bool>,
}

impl Seat {
    pub(super) async fn bucket(
        &self,
        bucket: &str,
        marker: Option<&str>,
        owner: Option<&str>,
    ) -> BucketNow {
        let s3 = self.aws.s3().await;
        let owner = || owner.map(str::to_owned);
        let head = s3.head_bucket().bucket(bucket).set_expected_bucket_owner(owner()).send().await;
        let region = unset("s3:ListBucket", head, self)
            .map(|own| own.map(|own| own.bucket_region().unwrap_or(&self.region).to_owned()));
        if !matches!(&region, Ok(Some(_))) {
            return BucketNow::absent(region);
        }
        let policy =
            unset("s3:GetBucketPolicy", s3.get_bucket_policy().bucket(bucket).send().await, self);
        let policy = policy.and_then(|own| match own.and_then(|own| own.policy) {
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| format!("the policy is no JSON: {error}")),
            None => Ok(None),
        });
        let encryption = unset(
            "s3:GetEncryptionConfiguration",
            s3.get_bucket_encryption().bucket(bucket).send().await,
            self,
        );
        let private = unset(
            "s3:GetBucketPublicAccessBlock",
            s3.get_public_access_block().bucket(bucket).send().await,
            self,
        );
        let ownership = unset(
            "s3:GetBucketOwnershipControls",
            s3.get_bucket_ownership_controls().bucket(bucket).send().await,
            self,
        );
        let notification = unset(
            "s3:GetBucketNotification",
            s3.get_bucket_notification_configuration().bucket(bucket).send().await,
            self,
        );
        let lifecycle = unset(
            "s3:GetLifecycleConfiguration",
            s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await,
            self,
        );
        let marker = match marker {
            None => Ok(None),
            Some(key) => {
                unset("s3:GetObject", s3.head_object().bucket(bucket).key(key).send().await, self)
                    .map(|own| Some(own.is_some()))
            }
        };
        BucketNow {
            region,
            policy,
            key: encryption.map(|own| {
                let rules = own
                    .and_then(|own| own.server_side_encryption_configuration)
                    .map(|own| own.rules);
                let first = rules.and_then(|rules| rules.into_iter().next());
                first.and_then(|rule| {
                    rule.apply_server_side_encryption_by_default?.kms_master_key_id
                })
            }),
            is_private: private.map(|own| {
                own.and_then(|own| own.public_access_block_configuration)
                    .map(|own| is_private(&own))
            }),
            ownership: ownership.map(|own| {
                let rules = own.and_then(|own| own.ownership_controls).map(|own| own.rules);
                rules.and_then(|rules| {
                    rules.first().map(|rule| rule.object_ownership.as_str().to_owned())
                })
            }),
            notification: notification.map(|own| {
                own.map(|own| {
                    NotificationConfiguration::builder()
                        .set_event_bridge_configuration(own.event_bridge_configuration)
                        .set_lambda_function_configurations(own.lambda_function_configurations)
                        .set_queue_configurations(own.queue_configurations)
                        .set_topic_configurations(own.topic_configurations)
                        .build()
                })
            }),
            lifecycle: lifecycle.map(|own| own.and_then(|own| own.rules)),
            marker,
        }
    }
}

impl BucketNow {
    fn absent(region: Asked<String>) -> Self {
        Self {
            region,
            policy: Ok(None),
            key: Ok(None),
            is_private: Ok(None),
            ownership: Ok(None),
            notification: Ok(None),
            lifecycle: Ok(None),
            marker: Ok(None),
        }
    }

    /// One on which everything is as an export to that place needs it.
    #[cfg(test)]
    pub(super) fn ready(place: &super::place::ExportPlace) -> Self {
        let mut bucket = Self {
            region: Ok(Some(place.region.clone())),
            policy: Ok(Some(place.policy(None))),
            key: Ok(Some(place.key_arn.clone())),
            is_private: Ok(Some(true)),
            ownership: Ok(Some("BucketOwnerEnforced".to_owned())),
            notification: Ok(None),
            lifecycle: Ok(None),
            marker: Ok(Some(true)),
        };
        bucket.notification = Ok(Some(bucket.with_events()));
        bucket
    }

    /// Whether new objects become events on EventBridge.
    pub(super) fn has_events(&self) -> Option<bool> {
        let own = self.notification.as_ref().ok()?;
        Some(own.as_ref().is_some_and(|own| own.event_bridge_configuration().is_some()))
    }

    /// What is set now, and EventBridge.
    pub(super) fn with_events(&self) -> NotificationConfiguration {
        let mut own = self
            .notification
            .clone()
            .ok()
            .flatten()
            .unwrap_or_else(|| NotificationConfiguration::builder().build());
        own.event_bridge_configuration = Some(EventBridgeConfiguration::builder().build());
        own
    }
}

fn is_private(own: &PublicAccessBlockConfiguration) -> bool {
    [
        own.block_public_acls,
        own.block_public_policy,
        own.ignore_public_acls,
        own.restrict_public_buckets,
    ]
    .iter()
    .all(|own| *own == Some(true))
}

/// What is not there is answered with 404.
fn unset<T, E>(
    operation: &str,
    answer: Result<T, SdkError<E, HttpResponse>>,
    seat: &Seat,
) -> Asked<T>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match answer {
        Ok(answer) => Ok(Some(answer)),
        // Emulators do not agree on the status of what is not set; the code says it as well.
        Err(error) if error.code().is_some_and(|code| code.ends_with("NotFoundError")) => Ok(None),
        Err(error) => match error.raw_response().map(|own| own.status().as_u16()) {
            Some(404) => Ok(None),
            Some(301) => Err(format!("the bucket is in another Region than {}", seat.region)),
            _ => Err(format!("{:#}", refused(operation, error, seat))),
        },
    }
}
