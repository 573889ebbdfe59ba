//! A parameter of Systems Manager, by the one call it takes.

use serde_json::{Value, json};

use crate::{
    aws::Aws,
    json_api::{JsonApi, JsonApiError, region_of},
};

const SSM: JsonApi =
    JsonApi { service: "ssm", target: "AmazonSSM", endpoint_variable: "AWS_ENDPOINT_URL_SSM" };

/// A parameter that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("parameter {arn}: {explanation}")]
pub struct ParameterError {
    /// The parameter's.
    pub arn: String,
    /// The HTTP status that Systems Manager answered; `None` when nothing was answered.
    pub status: Option<u16>,
    /// Its word for the cause, such as `ParameterNotFound`; empty when nothing was answered.
    pub code: String,
    explanation: String,
}

/// The value of a parameter, decrypted when it is a `SecureString` (`GetParameter`,
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>).
///
/// `arn` is that of the parameter, whose Region is asked. Nothing is kept: every call asks again.
///
/// # Errors
/// When there is no such parameter, it may not be read, or nobody answers.
pub async fn parameter(aws: &Aws, arn: &str) -> Result<String, ParameterError> {
    let failed = |JsonApiError { status, code, explanation }| ParameterError {
        arn: arn.to_owned(),
        status,
        code,
        explanation,
    };
    let input = json!({ "Name": arn, "WithDecryption": true });
    let answer = SSM.call(aws, arn, "GetParameter", &input).await.map_err(failed)?;
    let text = answer.pointer("/Parameter/Value").and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| {
        failed(JsonApiError {
            status: Some(200),
            code: String::new(),
            explanation: "the answer holds no value".to_owned(),
        })
    })
}

/// What the ARN of a parameter looks like, for messages.
pub const PARAMETER_ALLOWED: &str = "the ARN of a parameter, such as arn:aws:ssm:eu-west-1:111122223333:parameter/guardsift/archive";

/// The text, when it is the ARN of a parameter.
pub fn parameter_arn(text: &str) -> Option<String> {
    region_of(text, SSM.service).map(|_| text.to_owned())
}
