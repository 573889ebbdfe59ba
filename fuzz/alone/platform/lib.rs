//! What a queue hands over, without the rest of `platform`, so that fuzzing builds no AWS SDK.

#[path = "../../../shared/platform/src/batch_reply.rs"]
mod batch_reply;
#[path = "../../../shared/platform/src/envelope.rs"]
mod envelope;
#[path = "../../../shared/platform/src/s3_event.rs"]
pub mod s3_event;

pub use batch_reply::BatchReply;
pub use envelope::{Batch, EnvelopeError, Invocation, Message, MessageError, Receipt};
