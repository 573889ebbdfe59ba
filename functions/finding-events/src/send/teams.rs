//! A notification as a card in Microsoft Teams, by the webhook of a flow.

use findings::message::teams;

use super::{Parcel, Senders, Sent};
use crate::{https::Hosts, refusal::Refusal, secret::Secret};

/// Webhooks of Power Automate, old and new, and of the connectors before them, in the clouds that
/// Microsoft has
/// (<https://learn.microsoft.com/en-us/power-automate/ip-address-configuration>).
const HOSTS: Hosts = Hosts {
    service: "Microsoft Teams",
    names: &[
        ".logic.azure.com",
        ".logic.azure.us",
        ".logic.azure.cn",
        ".powerplatform.com",
        ".powerplatform.us",
        ".powerautomate.com",
        ".powerautomate.us",
        ".webhook.office.com",
    ],
};

/// The URL is the secret.
pub(super) async fn send(
    senders: &Senders<'_>,
    url: &Secret,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = teams::workflow(parcel.message).to_string();
    senders.to_secret_url(url, HOSTS, &body, parcel).await
}
