//! Why a run archived nothing, or not all of its plan.

use platform::{guardduty::GuardDutyError, store::StoreError};

use crate::plan::OverTheCap;

/// A run that failed. What was done before it stands, and doing all of it again changes nothing.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// S3 did not take or give what belongs to the ledger.
    #[error("the ledger could not be read or written, so nothing more is archived")]
    Ledger(#[from] StoreError),
    /// An object of the ledger's state is not what was written.
    #[error(
        "s3://{bucket}/{key} is not what auto-archive wrote there, so nothing more is archived: look at it, and delete it if it is worth nothing"
    )]
    Damaged {
        /// The lake bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// A call to GuardDuty failed.
    #[error(transparent)]
    GuardDuty(#[from] GuardDutyError),
    /// GuardDuty does not show what it was told.
    #[error(
        "GuardDuty took the call for {count} findings and does not show them as it should; the first is {first}. Check that this is the administrator's account and the Region of the findings"
    )]
    Unverified {
        /// How many.
        count: usize,
        /// The id of the first.
        first: String,
    },
    /// The plan is above a cap.
    #[error(transparent)]
    OverTheCap(#[from] OverTheCap),
    /// Another writer was always faster.
    #[error("s3://{bucket}/{key} is written by others all the time, so nothing more is archived")]
    Contended {
        /// The lake bucket.
        bucket: String,
        /// The key.
        key: String,
    },
    /// Two attempts at the same event are at work at the same time.
    #[error(
        "another attempt at the same event has written s3://{bucket}/{key} meanwhile, so this one archives nothing more; what is left is done when the event comes again"
    )]
    DeliveredTwice {
        /// The lake bucket.
        bucket: String,
        /// The key.
        key: String,
    },
}

impl ArchiveError {
    /// A stable word for alarms.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ledger(_) | Self::Damaged { .. } | Self::Contended { .. } => "LedgerFailed",
            Self::GuardDuty(_) => "GuardDutyFailed",
            Self::Unverified { .. } => "Unverified",
            Self::OverTheCap(_) => "OverTheCap",
            Self::DeliveredTwice { .. } => "DeliveredTwice",
        }
    }
}
