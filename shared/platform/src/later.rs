//! A message that nothing can be done about for a while is hidden in its queue for that long.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use crate::{
    Receipt,
    aws::{Aws, dns_suffix},
    call_failure,
};

/// The pause after a message was handed out for the first time; it doubles each time.
const FIRST: Duration = Duration::from_secs(30);

/// Where the doubling ends: what is back is not waited for much longer than that.
const GROWN: Duration = Duration::from_secs(15 * 60);

/// The longest pause that somebody can ask for.
const ASKED: Duration = Duration::from_secs(6 * 3600);

/// SQS hides a message for at most 12 hours, counted from when it was handed out
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>);
/// nine pauses like this one are within the queue's four days.
const LONGEST: Duration = Duration::from_secs(9 * 3600);

/// For how long nothing can be done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOff {
    /// Until then, and no longer.
    Exactly(Duration),
    /// At least that long, and longer each time: nobody knows when it ends.
    AtLeast(Duration),
}

impl PutOff {
    /// The time for a message that has been handed out this often.
    ///
    /// A short time that is asked for would use up all that the queue allows within a moment, and
    /// equal times bring all messages back at once; so pauses grow, and each message has up to half
    /// as much on top, which its id decides.
    pub fn time(self, receives: u32, message_id: &str) -> Duration {
        let asked = match self {
            Self::Exactly(time) => return time,
            Self::AtLeast(asked) => asked.min(ASKED),
        };
        let doubled = receives.saturating_sub(1).min(8);
        let pause = FIRST.saturating_mul(1 << doubled).min(GROWN).max(asked);
        let mut hasher = DefaultHasher::new();
        (message_id, receives).hash(&mut hasher);
        let share = u32::try_from(hasher.finish() % 1_000).unwrap_or_default();
        pause + pause * share / 2_000
    }
}

/// A message that could not be hidden; it comes back when the queue's own time is over.
#[derive(Debug, thiserror::Error)]
#[error("the message in {queue_arn} could not be put off: {explanation}")]
pub struct LaterError {
    queue_arn: String,
    explanation: String,
}

/// Has SQS hand the message out again no earlier than that (`ChangeMessageVisibility`).
///
/// # Errors
/// When the receipt names no queue, or SQS does not do it.
pub async fn hand_out_later(
    aws: &Aws,
    receipt: &Receipt,
    after: Duration,
) -> Result<(), LaterError> {
    let failed = |explanation| LaterError { queue_arn: receipt.queue_arn.clone(), explanation };
    let url = queue_url(&receipt.queue_arn)
        .ok_or_else(|| failed("that is no ARN of an SQS queue".to_owned()))?;
    // Up to the next second, so that nobody is asked a moment too early.
    let seconds = after.min(LONGEST).as_secs().saturating_add(1);
    let request = aws
        .sqs()
        .await
        .change_message_visibility()
        .queue_url(url)
        .receipt_handle(&receipt.handle)
        .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
    request.send().await.map(drop).map_err(|error| failed(call_failure(&error)))
}

/// `https://sqs.eu-west-1.amazonaws.com/111122223333/findings`
fn queue_url(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sqs", region, account, name] = parts.as_slice() else { return None };
    let suffix = dns_suffix(partition);
    Some(format!("https://sqs.{region}.{suffix}/{account}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_queue_is_made_of_its_arn() {
        assert_eq!(
            queue_url("arn:aws:sqs:eu-west-1:111122223333:findings").as_deref(),
            Some("https://sqs.eu-west-1.amazonaws.com/111122223333/findings")
        );
        assert!(
            queue_url("arn:aws-cn:sqs:cn-north-1:111122223333:f").unwrap().contains(".com.cn/")
        );
        assert_eq!(
            queue_url("arn:aws-eusc:sqs:eusc-de-east-1:111122223333:f").as_deref(),
            Some("https://sqs.eusc-de-east-1.amazonaws.eu/111122223333/f")
        );
        assert_eq!(queue_url("arn:aws:sns:eu-west-1:111122223333:findings"), None);
    }

    fn is_within(time: Duration, pause: u64) -> bool {
        (Duration::from_secs(pause)..Duration::from_secs(pause + pause / 2)).contains(&time)
    }

    #[test]
    fn a_short_pause_that_is_asked_for_grows_each_time_and_a_long_one_is_kept() {
        let pauses = [30, 60, 120, 240, 480, 900, 900, 900, 900];
        for (receives, pause) in (1..).zip(pauses) {
            for asked in [0, 10] {
                let time = PutOff::AtLeast(Duration::from_secs(asked)).time(receives, "m1");
                assert!(is_within(time, pause), "{asked} s, {receives}: {time:?}");
            }
        }
        let hour = PutOff::AtLeast(Duration::from_secs(3600)).time(1, "m1");
        assert!(is_within(hour, 3600), "{hour:?}");
        let times = (1..10).map(|n| PutOff::AtLeast(Duration::from_secs(10)).time(n, "m1"));
        let tried_for: Duration = times.sum();
        assert!(tried_for > Duration::from_secs(3600), "{tried_for:?}");
    }

    #[test]
    fn messages_that_were_refused_together_do_not_come_back_together() {
        let time = |id: &str| PutOff::AtLeast(Duration::from_secs(60)).time(1, id);
        assert_eq!(time("m1"), time("m1"));
        let apart: std::collections::BTreeSet<_> =
            (0..50).map(|n| time(&format!("m{n}"))).collect();
        assert!(apart.len() > 40, "{apart:?}");
    }

    #[test]
    fn the_end_of_a_claim_is_waited_for_exactly() {
        let time = Duration::from_millis(1_234);
        assert_eq!(PutOff::Exactly(time).time(7, "m1"), time);
    }

    #[test]
    fn whatever_is_asked_for_the_queue_keeps_a_message_for_all_its_tries() {
        const RETENTION: Duration = Duration::from_secs(4 * 24 * 3600);
        let times = (1..10).map(|n| PutOff::AtLeast(Duration::MAX).time(n, "m1"));
        let waits: Vec<_> = times.collect();
        assert!(waits.iter().all(|wait| *wait <= LONGEST), "{waits:?}");
        assert!(LONGEST * 9 < RETENTION);
        assert!(is_within(PutOff::AtLeast(Duration::MAX).time(u32::MAX, "m1"), 6 * 3600));
    }
}
