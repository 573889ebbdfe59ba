//! The AWS side that the functions share: what Lambda hands in and gets back, S3 and GuardDuty, the
//! deadline, logs and metrics.

pub mod aws;
mod batch_reply;
mod clock;
pub mod config;
mod deadline;
mod each;
mod envelope;
mod failure;
pub mod guardduty;
mod json_api;
mod key;
pub mod lambda;
mod later;
pub mod log;
#[cfg(test)]
mod loopback;
mod metrics;
mod parameter;
pub mod rules;
pub mod s3_event;
pub mod s3_uri;
pub mod store;

pub use batch_reply::BatchReply;
pub use clock::now;
pub use deadline::Deadline;
pub use each::{RecordFailure, each, each_or_later};
pub use envelope::{Batch, EnvelopeError, Invocation, Message, MessageError, Receipt};
pub use failure::{Failure, call_failure, chain};
pub use key::{KeyError, key_policy, key_state, put_key_policy};
pub use later::{LaterError, PutOff, hand_out_later};
pub use metrics::Metrics;
pub use parameter::{PARAMETER_ALLOWED, ParameterError, parameter, parameter_arn};
