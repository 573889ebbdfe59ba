//! A notification as a message to an SNS topic.

use aws_sdk_sns::{
    error::{DisplayErrorContext, ProvideErrorMetadata},
    types::MessageAttributeValue,
};
use platform::aws::Aws;

use crate::notification::Notification;

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
    let mut request = aws
        .sns()
        .await
        .publish()
        .topic_arn(topic_arn)
        .subject(notification.subject())
        .message(body);
    for (name, data_type, value) in attributes(notification) {
        if let Ok(value) =
            MessageAttributeValue::builder().data_type(data_type).string_value(value).build()
        {
            request = request.message_attributes(name, value);
        }
    }
    if topic_arn.ends_with(".fifo") {
        request = request
            .message_group_id(group(notification.finding.id))
            .message_deduplication_id(&notification.version_key);
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

/// SNS refuses empty values, so what a finding lacks is left out. At most ten, or raw delivery to
/// SQS fails (<https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>).
fn attributes(notification: &Notification<'_>) -> Vec<(&'static str, &'static str, String)> {
    let finding = &notification.finding;
    let text =
        |value: Option<&str>| value.filter(|value| !value.trim().is_empty()).map(str::to_owned);
    [
        ("severity", "Number", finding.severity.map(|severity| severity.to_string())),
        ("finding_type", "String", text(finding.finding_type)),
        ("account_id", "String", text(finding.account_id)),
        ("region", "String", text(finding.region)),
        ("rule", "String", text(notification.decision.rule)),
        ("version_key", "String", Some(notification.version_key.clone())),
    ]
    .into_iter()
    .filter_map(|(name, data_type, value)| value.map(|value| (name, data_type, value)))
    .collect()
}

/// A message group id takes 128 letters, digits and punctuation marks.
fn group(id: &str) -> String {
    id.chars().filter(char::is_ascii_graphic).take(128).collect()
}

#[cfg(test)]
mod tests {
    use findings::Finding;

    use super::*;
    use crate::notification::DecisionV1;

    #[test]
    fn attributes_are_for_filter_policies_and_absent_where_the_finding_has_nothing() {
        let finding = Finding::parse(r#"{"id":"f1","accountId":"111122223333","type":"Recon:EC2/Portscan","severity":8.5,"region":""}"#).unwrap();
        let notification = Notification::new(&finding, DecisionV1::without_rules());
        let attributes = attributes(&notification);
        let names: Vec<_> = attributes.iter().map(|(name, ..)| *name).collect();
        assert_eq!(names, ["severity", "finding_type", "account_id", "version_key"]);
        assert_eq!(attributes[0], ("severity", "Number", "8.5".to_owned()));
    }
}
