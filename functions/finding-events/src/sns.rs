//! A notification as a message to an SNS topic.

use aws_sdk_sns::{
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::MessageAttributeValue,
};
use findings::message::{Notification, sns::Publication};
use platform::aws::Aws;

/// A topic that did not take the message.
#[derive(Debug, thiserror::Error)]
#[error("SNS topic {topic_arn} did not take the message: {explanation}")]
pub(crate) struct SnsError {
    topic_arn: String,
    explanation: String,
}

/// Publishes the notification. Its attributes are there for filter policies of subscriptions.
pub(crate) async fn publish(
    aws: &Aws,
    topic_arn: &str,
    notification: &Notification<'_>,
    body: &str,
) -> Result<(), SnsError> {
    let publication = Publication::new(notification, body);
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
    request.send().await.map(drop).map_err(|error| SnsError {
        topic_arn: topic_arn.to_owned(),
        explanation: match error.code() {
            Some(code) => {
                format!("{code} {}", error.message().unwrap_or_default()).trim_end().to_owned()
            }
            None => DisplayErrorContext(&error).to_string(),
        },
    })
}
