//! A notification as a message to an SNS topic.

use aws_sdk_sns::types::MessageAttributeValue;
use findings::message::{Payload, sns};
use platform::aws::Aws;

use super::{Parcel, Sent};
use crate::refusal::Refusal;

/// Publishes. The attributes are there for filter policies of subscriptions.
pub(super) async fn send(
    aws: &Aws,
    topic_arn: &str,
    payload: Payload,
    parcel: Parcel<'_>,
) -> Result<Sent, Refusal> {
    let body = parcel.body(payload, sns::BODY_BYTES);
    let publication = sns::Publication::new(parcel.message.notification(), &body);
    let mut request = aws
        .sns()
        .await
        .publish()
        .topic_arn(topic_arn)
        .subject(publication.subject)
        .message(publication.message);
    for attribute in publication.attributes.iter() {
        let value = MessageAttributeValue::builder()
            .data_type(attribute.data_type)
            .string_value(&attribute.value);
        if let Ok(value) = value.build() {
            request = request.message_attributes(attribute.name, value);
        }
    }
    if topic_arn.ends_with(".fifo") {
        request = request
            .message_group_id(publication.group_id)
            .message_deduplication_id(publication.deduplication_id);
    }
    let sent = request.send().await;
    sent.map(|_| Sent::default())
        .map_err(|error| Refusal::aws(&format!("SNS topic {topic_arn}"), &error))
}
