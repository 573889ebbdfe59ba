//! A key of KMS and its policy, by the three calls they take.

use serde_json::{Value, json};

use crate::{
    aws::Aws,
    json_api::{JsonApi, JsonApiError},
};

const KMS: JsonApi =
    JsonApi { service: "kms", target: "TrentService", endpoint_variable: "AWS_ENDPOINT_URL_KMS" };
/// A key has one policy, of this name.
const POLICY_NAME: &str = "default";

/// A key that could not be looked at or changed.
#[derive(Debug, thiserror::Error)]
#[error("{operation} of {arn}: {explanation}")]
pub struct KeyError {
    /// The key's.
    pub arn: String,
    /// As IAM names it, without `kms:`.
    pub operation: &'static str,
    /// The HTTP status that KMS answered; `None` when nothing was answered.
    pub status: Option<u16>,
    /// Its word for the cause, such as `NotFoundException`; empty when nothing was answered.
    pub code: String,
    explanation: String,
}

impl KeyError {
    /// Whether there is no such key.
    pub fn is_missing(&self) -> bool {
        self.code == "NotFoundException"
    }

    /// Whether whoever asked may not.
    pub fn is_denied(&self) -> bool {
        self.code == "AccessDeniedException"
    }
}

/// `Enabled`, `Disabled`, `PendingDeletion` and so on (`DescribeKey`,
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>).
///
/// # Errors
/// When there is no such key, it may not be looked at, or nobody answers.
pub async fn key_state(aws: &Aws, arn: &str) -> Result<String, KeyError> {
    let answer = call(aws, arn, "DescribeKey", &json!({ "KeyId": arn })).await?;
    text(&answer, "/KeyMetadata/KeyState", arn, "DescribeKey")
}

/// The key's policy as JSON text (`GetKeyPolicy`,
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>).
///
/// # Errors
/// As [`key_state`].
pub async fn key_policy(aws: &Aws, arn: &str) -> Result<String, KeyError> {
    let input = json!({ "KeyId": arn, "PolicyName": POLICY_NAME });
    let answer = call(aws, arn, "GetKeyPolicy", &input).await?;
    text(&answer, "/Policy", arn, "GetKeyPolicy")
}

/// Puts a policy in the place of the key's (`PutKeyPolicy`,
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>). KMS refuses one that would let nobody
/// change it again.
///
/// # Errors
/// As [`key_state`], and when the policy is refused.
pub async fn put_key_policy(aws: &Aws, arn: &str, policy: &str) -> Result<(), KeyError> {
    let input = json!({ "KeyId": arn, "PolicyName": POLICY_NAME, "Policy": policy });
    call(aws, arn, "PutKeyPolicy", &input).await.map(drop)
}

async fn call(
    aws: &Aws,
    arn: &str,
    operation: &'static str,
    input: &Value,
) -> Result<Value, KeyError> {
    KMS.call(aws, arn, operation, input).await.map_err(
        |JsonApiError { status, code, explanation }| KeyError {
            arn: arn.to_owned(),
            operation,
            status,
            code,
            explanation,
        },
    )
}

fn text(
    answer: &Value,
    path: &str,
    arn: &str,
    operation: &'static str,
) -> Result<String, KeyError> {
    let text = answer.pointer(path).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| KeyError {
        arn: arn.to_owned(),
        operation,
        status: Some(200),
        code: String::new(),
        explanation: format!("the answer holds no {path}"),
    })
}
