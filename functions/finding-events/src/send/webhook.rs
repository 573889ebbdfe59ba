//! A notification as a POST to an endpoint of your own.

use findings::message::{Payload, webhook};

use super::{Parcel, Senders, Sent};
use crate::{https::Post, refusal::Refusal, secret::Secret};

/// Signed if there is a key.
pub(super) async fn send(
    senders: &Senders<'_>,
    url: &str,
    payload: Payload,
    signing_key: Option<&Secret>,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = parcel.body(payload, webhook::BODY_BYTES);
    let post = Post {
        url,
        hosts: None,
        body: &body,
        idempotency_key: parcel.key(),
        bearer: None,
        signing_key,
    };
    senders.https.post(post, senders.deadline).await.map(|_| Sent::default())
}
