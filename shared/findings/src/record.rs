//! What one record can turn out to be.

use serde::Serialize;

use crate::{Finding, Timestamp, Unreadable};

/// One decoded record. Exactly one of the three, so that nothing is skipped in silence.
#[derive(Debug)]
pub enum Record {
    /// A GuardDuty finding.
    Finding(Box<Finding>),
    /// Something else that AWS sends on the same ways, and that is no finding.
    Event(ServiceEvent),
    /// Neither, with the reason.
    Unreadable(Unreadable),
}

/// An event that is not a finding: another GuardDuty event, an API call recorded by CloudTrail, a
/// schedule, an S3 notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceEvent {
    /// `aws.guardduty`, `aws.scheduler`, `aws.s3`, ..
    pub source: String,
    /// `GuardDuty Malware Protection Object Scan Result`, `Scheduled Event`, ..
    pub detail_type: String,
    /// The account of the bus it was published on.
    pub account: Option<String>,
    /// The Region of the bus.
    pub region: Option<String>,
    /// When it happened, by its own account.
    pub time: Option<Timestamp>,
    /// The event's id on the bus; not a finding's id.
    pub id: Option<String>,
}
