//! A message that nothing can be done about for a while is hidden in its queue for that long.

use std::time::Duration;

use aws_sdk_sqs::error::DisplayErrorContext;

use crate::{
    Receipt,
    aws::{Aws, dns_suffix},
};

/// SQS hides a message for at most 12 hours, counted from when it was handed out
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>);
/// half of that leaves room for the attempts that the queue allows within its retention.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

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
    request.send().await.map(drop).map_err(|error| failed(DisplayErrorContext(&error).to_string()))
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
}
