//! What a receiver can filter by without reading the body: attributes of SNS and SQS messages.

use super::text;

/// Longest value: no type, Region or rule name comes near, and all of them count towards the
/// size of a message.
const VALUE: usize = 256;

/// The attributes of one message: name, data type, value. What a finding lacks is left out, since
/// SNS and SQS refuse empty values.
///
/// At most ten: with more, raw delivery from SNS to SQS fails, and SQS takes no more itself
/// (<https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>,
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes(Vec<Attribute>);

/// One attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// `String` or `Number`.
    pub data_type: &'static str,
    /// Its value, which is not empty and holds no control characters: SQS refuses them.
    pub value: String,
}

impl Attributes {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn text(self, name: &'static str, value: Option<&str>) -> Self {
        self.with(name, "String", value)
    }

    pub(super) fn number(self, name: &'static str, value: Option<&str>) -> Self {
        self.with(name, "Number", value)
    }

    fn with(mut self, name: &'static str, data_type: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value.and_then(|value| text::line(value, VALUE)) {
            self.0.push(Attribute { name, data_type, value });
        }
        self
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = &Attribute> {
        self.0.iter()
    }

    /// As the request of `Publish` or `SendMessage` holds them.
    pub(super) fn to_json(&self) -> serde_json::Value {
        let members = self.iter().map(|own| {
            let value = serde_json::json!({"DataType": own.data_type, "StringValue": own.value});
            (own.name.to_owned(), value)
        });
        serde_json::Value::Object(members.collect())
    }
}
