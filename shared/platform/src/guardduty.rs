//! The GuardDuty calls of auto-archive, in chunks and pages, with findings exactly as GuardDuty
//! sent them.

use std::sync::Arc;

use aws_sdk_guardduty::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use bytes::Bytes;
use tokio::sync::OnceCell;

use crate::aws::Aws;

mod exporting;
mod listing;
mod raw_answer;

pub use exporting::Exporting;
use raw_answer::RawAnswer;

/// `ArchiveFindings`, `UnarchiveFindings` and `GetFindings` take at most 50 ids, and a page of
/// `ListFindings` holds at most 50
/// (<https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ArchiveFindings.html>).
pub const CHUNK: usize = 50;

/// GuardDuty, for one detector.
#[derive(Debug)]
pub struct GuardDuty {
    aws: Arc<Aws>,
    configured: Option<String>,
    found: OnceCell<String>,
}

/// A call to GuardDuty that failed.
#[derive(Debug, thiserror::Error)]
pub enum GuardDutyError {
    /// The service said no, or did not answer.
    #[error("{operation} failed: {told}{hint}")]
    Call {
        /// Name of the API operation.
        operation: &'static str,
        /// HTTP status, if the service answered.
        status: Option<u16>,
        /// Status, code and text of the service, or why there is no answer.
        told: String,
        /// What to do about it in a function, or nothing.
        hint: &'static str,
        /// Whether the same call can succeed later.
        retryable: bool,
        /// The SDK's error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A page token came back a second time, so the pages would never end.
    #[error(
        "ListFindings sent the same page token twice after {seen} ids; nothing was done with them"
    )]
    PagesRepeat {
        /// How many ids had been listed.
        seen: usize,
    },
    /// This account has no detector in this Region, or more than one.
    #[error(
        "the account has {count} GuardDuty detectors in this Region; enable GuardDuty or set GUARDSIFT_DETECTOR_ID"
    )]
    Detector {
        /// How many were listed.
        count: usize,
    },
    /// The answer could not be captured.
    #[error("GetFindings answered without a body")]
    NoBody,
}

impl GuardDuty {
    /// GuardDuty with this detector, or with the only one that the account has.
    pub fn new(aws: Arc<Aws>, detector_id: Option<String>) -> Self {
        Self { aws, configured: detector_id, found: OnceCell::new() }
    }

    /// The detector id, looked up once.
    pub async fn detector_id(&self) -> Result<&str, GuardDutyError> {
        if let Some(id) = &self.configured {
            return Ok(id);
        }
        self.found
            .get_or_try_init(|| async {
                let mut ids = self.detector_ids().await?;
                match (ids.pop(), ids.len()) {
                    (Some(id), 0) => Ok(id),
                    (None, _) => Err(GuardDutyError::Detector { count: 0 }),
                    (Some(_), others) => Err(GuardDutyError::Detector { count: others + 1 }),
                }
            })
            .await
            .map(String::as_str)
    }

    async fn detector_ids(&self) -> Result<Vec<String>, GuardDutyError> {
        let output = self.aws.guardduty().await.list_detectors().send().await;
        let output = output.map_err(|error| GuardDutyError::call("ListDetectors", error))?;
        Ok(output.detector_ids.unwrap_or_default())
    }

    /// The findings with these ids, as documents that `findings::decode` reads: each the untouched
    /// answer to one call of at most 50 ids. Ids that GuardDuty does not know are absent from its
    /// answer, without an error.
    pub async fn findings(&self, ids: &[String]) -> Result<Vec<Bytes>, GuardDutyError> {
        let detector = self.detector_id().await?;
        let mut answers = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let answer = RawAnswer::default();
            let request = self
                .aws
                .guardduty()
                .await
                .get_findings()
                .detector_id(detector)
                .set_finding_ids(Some(chunk.to_vec()));
            let result = request.customize().interceptor(answer.clone()).send().await;
            match (result, answer.take()) {
                // Also when the SDK's model could not read it: our own may.
                (_, Some(body)) => answers.push(body),
                (Ok(_), None) => return Err(GuardDutyError::NoBody),
                (Err(error), None) => return Err(GuardDutyError::call("GetFindings", error)),
            }
        }
        Ok(answers)
    }

    /// Archives at most 50 findings. GuardDuty answers with success for ids that it does not know,
    /// so the caller has to look at them again.
    pub async fn archive(&self, ids: &[String]) -> Result<(), GuardDutyError> {
        let detector = self.detector_id().await?;
        let request = self
            .aws
            .guardduty()
            .await
            .archive_findings()
            .detector_id(detector)
            .set_finding_ids(Some(ids.to_vec()));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| GuardDutyError::call("ArchiveFindings", error))
    }

    /// Takes at most 50 findings back out of the archive.
    pub async fn unarchive(&self, ids: &[String]) -> Result<(), GuardDutyError> {
        let detector = self.detector_id().await?;
        let request = self
            .aws
            .guardduty()
            .await
            .unarchive_findings()
            .detector_id(detector)
            .set_finding_ids(Some(ids.to_vec()));
        request
            .send()
            .await
            .map(drop)
            .map_err(|error| GuardDutyError::call("UnarchiveFindings", error))
    }
}

impl GuardDutyError {
    fn call<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let told = crate::call_failure(&error);
        let message = error.message().unwrap_or_default();
        let hint = match status {
            Some(400) if message.contains("administrator") => {
                " (only the administrator account may archive: run this function there, in the Region of the detector)"
            }
            Some(400) => {
                " (check that GUARDSIFT_DETECTOR_ID is a detector of this account and Region)"
            }
            Some(403) => " (the role of the function must allow the call)",
            _ => "",
        };
        Self::Call {
            operation,
            status,
            told,
            hint,
            retryable: !matches!(status, Some(400..=428 | 430..=499)),
            source: error.into(),
        }
    }
}

#[cfg(test)]
mod tests;
