//! What is set for a whole bucket: kept and given back, as far as whoever sets up an export asks for it.

use std::sync::PoisonError;

use s3s::dto::*;

use crate::s3::store::Store;

/// A bucket's settings; S3 has defaults of its own for none of them here but the two that it sets on new buckets.
#[derive(Clone, Debug, Default)]
pub(crate) struct BucketSettings {
    pub(super) policy: Option<String>,
    pub(super) encryption: Option<ServerSideEncryptionConfiguration>,
    pub(super) lifecycle: Option<Vec<LifecycleRule>>,
    pub(super) notification: Option<NotificationConfiguration>,
    pub(super) ownership: Option<OwnershipControls>,
    pub(super) public_access: Option<PublicAccessBlockConfiguration>,
}

impl Store {
    /// The settings of a bucket as they are now.
    pub(super) fn settings(&self, bucket: &str) -> BucketSettings {
        let all = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(bucket).cloned().unwrap_or_default()
    }

    /// Changes the settings of a bucket.
    pub(super) fn set(&self, bucket: &str, change: impl FnOnce(&mut BucketSettings)) {
        let mut all = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(bucket.to_owned()).or_default());
    }

    /// Writes the bucket's policy, or takes it away, past everybody who would be asked.
    pub fn set_policy(&self, bucket: &str, policy: Option<String>) {
        self.set(bucket, |own| own.policy = policy);
    }

    /// The bucket's policy, if it has one.
    pub fn policy(&self, bucket: &str) -> Option<String> {
        self.settings(bucket).policy
    }
}
