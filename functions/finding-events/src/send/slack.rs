//! A notification as a message in Slack: by an incoming webhook, or by a bot with threads.

use findings::message::{Change, slack};
use serde::Deserialize;

use super::{Parcel, Senders, Sent};
use crate::{
    https::{Hosts, Post},
    refusal::Refusal,
    secret::Secret,
};

const HOSTS: Hosts = Hosts { service: "Slack", names: &["hooks.slack.com", "hooks.slack-gov.com"] };

/// By an incoming webhook, whose URL is the secret.
pub(super) async fn webhook(
    senders: &Senders<'_>,
    url: &Secret,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = slack::webhook(parcel.message).to_string();
    senders.to_secret_url(url, HOSTS, &body, parcel).await.map(|_| Sent::default())
}

/// What `chat.postMessage` answers
/// (<https://docs.slack.dev/reference/methods/chat.postMessage>).
#[derive(Deserialize)]
struct Answer {
    ok: bool,
    error: Option<String>,
    ts: Option<String>,
}

/// By a bot. A version that is graver is shown in the channel as well as in the thread, where it
/// could be missed.
pub(super) async fn post(
    senders: &Senders<'_>,
    token: &Secret,
    channel: &str,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let thread = parcel.telling.thread.as_deref();
    let mut body = slack::post(parcel.message, channel, thread);
    let is_graver = parcel.telling.change.as_ref().is_some_and(Change::is_graver);
    if let (Some(members), true) = (body.as_object_mut(), is_graver && thread.is_some()) {
        members.insert("reply_broadcast".to_owned(), true.into());
    }
    let body = body.to_string();
    let url = format!("{}/chat.postMessage", senders.apis.slack);
    let post = Post {
        url: &url,
        hosts: None,
        body: &body,
        idempotency_key: parcel.key(),
        bearer: Some(token),
        signing_key: None,
    };
    let answer = senders.https.post(post, senders.deadline).await?;
    let answer: Answer = serde_json::from_slice(&answer)
        .map_err(|_| Refusal::later(None, "Slack answered something that is not its own"))?;
    match answer {
        Answer { ok: true, ts, .. } => Ok(Sent { thread: ts }),
        Answer { error, .. } => Err(refusal(error.as_deref().unwrap_or("no reason"))),
    }
}

fn refusal(error: &str) -> Refusal {
    // Names of errors are short words; anything else is not repeated.
    let is_word =
        error.len() <= 64 && error.bytes().all(|own| own.is_ascii_lowercase() || own == b'_');
    let told = format!("Slack refused the message: {}", if is_word { error } else { "no reason" });
    match error {
        "invalid_auth" | "not_authed" | "token_expired" | "token_revoked" | "account_inactive" => {
            Refusal::unauthorized(told)
        }
        "fatal_error"
        | "internal_error"
        | "rate_limited"
        | "ratelimited"
        | "request_timeout"
        | "service_unavailable"
        | "message_limit_exceeded" => Refusal::later(None, told),
        "channel_not_found" | "is_archived" | "not_in_channel" | "missing_scope" => {
            Refusal::permanent(told)
        }
        _ => Refusal::permanent(told).of_message(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::RefusalKind;

    #[test]
    fn errors_that_pass_are_told_from_those_that_stay() {
        assert_eq!(refusal("invalid_auth").kind, RefusalKind::Unauthorized);
        assert_eq!(refusal("ratelimited").kind, RefusalKind::Later(None));
        assert_eq!(refusal("channel_not_found").kind, RefusalKind::Permanent);
        assert!(!refusal("x\ny").to_string().contains('\n'));
    }

    #[test]
    fn what_is_wrong_with_one_message_is_told_from_what_is_wrong_with_the_channel() {
        for (error, of_message) in [
            ("invalid_blocks", true),
            ("msg_too_long", true),
            ("channel_not_found", false),
            ("is_archived", false),
            ("invalid_auth", false),
        ] {
            assert_eq!(refusal(error).may_be_of_message(), of_message, "{error}");
        }
    }
}
