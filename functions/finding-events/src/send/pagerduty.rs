//! A notification as an event for PagerDuty: an alert, or the end of one.

use findings::message::pagerduty;

use super::{Parcel, Senders, Sent};
use crate::{https::Post, refusal::Refusal, secret::Secret};

/// The routing key is the secret, and stands in the body.
pub(super) async fn send(
    senders: &Senders<'_>,
    routing_key: &Secret,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let event = if parcel.telling.resolves {
        pagerduty::resolve(parcel.message, routing_key.expose())
    } else {
        pagerduty::trigger(parcel.message, routing_key.expose())
    };
    let body = event.to_string();
    let post = Post {
        url: &senders.apis.pagerduty,
        hosts: None,
        body: &body,
        idempotency_key: parcel.key(),
        bearer: None,
        signing_key: None,
    };
    // A routing key that is no longer one is a bad request, not an unauthorized one.
    senders
        .https
        .post(post, senders.deadline)
        .await
        .map(|_| Sent::default())
        .map_err(|refusal| if refusal.is_final() { refusal.or_unauthorized() } else { refusal })
}
