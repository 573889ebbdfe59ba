//! A notification as a message to an SQS queue.

use aws_sdk_sqs::types::MessageAttributeValue;
use findings::message::{Payload, sqs};
use platform::aws::Aws;

use super::{Parcel, Sent};
use crate::refusal::Refusal;

/// Sends one message.
pub(super) async fn send(
    aws: &Aws,
    queue_url: &str,
    payload: Payload,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = parcel.body(payload, sqs::BODY_BYTES);
    let message = sqs::QueueMessage::new(parcel.message.notification(), &body);
    let mut request =
        aws.sqs().await.send_message().queue_url(queue_url).message_body(message.body);
    for attribute in message.attributes.iter() {
        let value = MessageAttributeValue::builder()
            .data_type(attribute.data_type)
            .string_value(&attribute.value);
        if let Ok(value) = value.build() {
            request = request.message_attributes(attribute.name, value);
        }
    }
    if queue_url.ends_with(".fifo") {
        request = request
            .message_group_id(message.group_id)
            .message_deduplication_id(message.deduplication_id);
    }
    let sent = request.send().await;
    sent.map(|_| Sent::default())
        .map_err(|error| Refusal::aws(&format!("SQS queue {queue_url}"), &error))
}
