//! GuardDuty's way into its export bucket; what it writes there is noted as handed over.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

use crate::guardduty::ExportSink;
use crate::key::Keys;
use crate::machine::Handover;
use crate::s3::Store;

pub(super) struct ExportBucket {
    pub(super) store: Arc<Store>,
    pub(super) handover: Arc<Handover>,
    pub(super) keys: Arc<Keys>,
}

#[async_trait]
impl ExportSink for ExportBucket {
    async fn put(&self, bucket: &str, key: &str, bytes: Bytes) -> anyhow::Result<()> {
        self.store.put(bucket, key, &bytes)?;
        Ok(self.handover.note_export(&bytes)?)
    }

    async fn head(&self, bucket: &str, key: &str) -> anyhow::Result<bool> {
        Ok(self.store.contains(bucket, key))
    }

    fn policy(&self, bucket: &str) -> Option<String> {
        self.store.policy(bucket)
    }

    fn key_policy(&self, key_arn: &str) -> Option<String> {
        self.keys.policy_for_a_service(key_arn)
    }
}
