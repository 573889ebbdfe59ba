//! A notification as a card in Microsoft Teams, by the webhook of a flow.

use findings::message::teams;
use hyper::StatusCode;

use super::{Parcel, Senders, Sent};
use crate::{
    https::{Hosts, refused},
    refusal::Refusal,
    secret::Secret,
};

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

/// What a connector's answer begins with when Teams did not take what the connector had taken. Its
/// status is 200 all the same (<https://github.com/MicrosoftDocs/msteams-docs/issues/1810>).
const FAILED: &str = "Webhook message delivery failed";

/// Where a connector says what it was answered itself.
const CAUSE: &str = "HTTP error ";

/// What is looked at of an answer: the cause stands in its first sentence.
const LOOKED_AT: usize = 512;

/// The URL is the secret.
pub(super) async fn send(
    senders: &Senders<'_>,
    url: &Secret,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = teams::workflow(parcel.message).to_string();
    let answer = senders.to_secret_url(url, HOSTS, &body, parcel).await?;
    judged(&answer).map(|()| Sent::default())
}

/// An answer that came with 2xx. Flows answer nothing, and connectors `1` when all is well.
fn judged(answer: &[u8]) -> Result<(), Refusal> {
    let answer = answer.get(..LOOKED_AT).unwrap_or(answer);
    let answer = String::from_utf8_lossy(answer);
    let Some(cause) = answer.trim_start().strip_prefix(FAILED) else { return Ok(()) };
    let status = cause.split_once(CAUSE).and_then(|(_, rest)| rest.get(..3));
    let status = status.and_then(|digits| StatusCode::from_bytes(digits.as_bytes()).ok());
    Err(match status {
        Some(status) => {
            let told = format!("Microsoft Teams did not take the message: {CAUSE}{status}");
            refused(status, None, told)
        }
        None => Refusal::later(None, "Microsoft Teams did not take the message and says not why"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::RefusalKind;

    fn failed(cause: &str) -> RefusalKind {
        let answer = format!(
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned {cause}"
        );
        judged(answer.as_bytes()).unwrap_err().kind
    }

    #[test]
    fn a_failure_inside_a_success_is_no_success() {
        for cause in ["HTTP error 429 with ContextId tcid=0", "HTTP error 503", "nothing", ""] {
            assert_eq!(failed(cause), RefusalKind::Later(None), "{cause}");
        }
        for cause in ["HTTP error 400 with ContextId tcid=0", "HTTP error 413"] {
            assert_eq!(failed(cause), RefusalKind::Permanent, "{cause}");
        }
        assert_eq!(failed("HTTP error 404"), RefusalKind::Unauthorized);
        for answer in ["", "1", "{}", "Accepted", "HTTP error 400"] {
            assert!(judged(answer.as_bytes()).is_ok(), "{answer}");
        }
    }

    #[test]
    fn of_a_long_answer_only_the_beginning_is_looked_at_and_only_the_number_is_told() {
        let long = format!("{FAILED} {} HTTP error 400 \u{1b}canary", "é".repeat(1 << 15));
        let refusal = judged(long.as_bytes()).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Later(None));
        let short = judged(format!("{FAILED}: HTTP error 400 canary").as_bytes()).unwrap_err();
        assert!(!short.to_string().contains("canary") && short.to_string().contains("400"));
    }
}
