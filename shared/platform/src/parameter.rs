//! A parameter of Systems Manager, by the one call it takes.
//!
//! AWS's crate for Systems Manager is its second largest. For one call of it the parts that every
//! AWS crate is made of do: their signatures, retries, time limits and connections.

use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::{Credentials, provider::ProvideCredentials};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation, retries::classifiers::HttpStatusCodeClassifier,
};
use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        orchestrator::{HttpRequest, HttpResponse, OrchestratorError},
        result::SdkError,
    },
};
use aws_smithy_types::{body::SdkBody, retry::RetryConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    aws::{Aws, dns_suffix, timeouts},
    chain,
};

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

/// What Systems Manager answers in place of a value.
#[derive(Debug, Deserialize, thiserror::Error)]
#[error("{code} {message}")]
struct Refused {
    #[serde(rename = "__type", default)]
    code: String,
    #[serde(alias = "Message", default)]
    message: String,
}

/// The value of a parameter, decrypted when it is a `SecureString` (`GetParameter`,
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>).
///
/// `arn` is that of the parameter, whose Region is asked. Nothing is kept: every call asks again.
///
/// # Errors
/// When there is no such parameter, it may not be read, or nobody answers.
pub async fn parameter(aws: &Aws, arn: &str) -> Result<String, ParameterError> {
    let failed = |status, code: &str, explanation: String| ParameterError {
        arn: arn.to_owned(),
        status,
        code: code.to_owned(),
        explanation,
    };
    let Some((region, suffix)) = region_of(arn) else {
        return Err(failed(
            Some(400),
            "ValidationException",
            "that is no ARN of a parameter".into(),
        ));
    };
    let config = aws.config().await;
    let credentials =
        credentials(config).await.map_err(|error| failed(None, "", chain(&*error)))?;
    let endpoint = std::env::var("AWS_ENDPOINT_URL_SSM")
        .ok()
        .or_else(|| config.endpoint_url().map(str::to_owned))
        .unwrap_or_else(|| format!("https://ssm.{region}.{suffix}"));
    let http = config.http_client().ok_or_else(|| failed(None, "", "no HTTP client".into()))?;
    let (url, region) = (format!("{}/", endpoint.trim_end_matches('/')), region.to_owned());
    let operation = Operation::builder()
        .service_name("ssm")
        .operation_name("GetParameter")
        .http_client(http)
        .endpoint_url(&endpoint)
        .no_auth()
        .timeout_config(timeouts())
        .standard_retry(&RetryConfig::standard())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .serializer(move |body: String| signed(&url, &region, &credentials, body))
        .deserializer(value)
        .build();
    let body = json!({ "Name": arn, "WithDecryption": true }).to_string();
    operation.invoke(body).await.map_err(|error| {
        let status = error.raw_response().map(|response| response.status().as_u16());
        match error {
            SdkError::ServiceError(context) => {
                let refused = context.into_err();
                // Some services put a name space before the word.
                let code = refused.code.rsplit('#').next().unwrap_or_default();
                failed(status, code, format!("{code} {}", refused.message).trim_end().to_owned())
            }
            error => failed(status, "", chain(&error)),
        }
    })
}

/// What the ARN of a parameter looks like, for messages.
pub const PARAMETER_ALLOWED: &str = "the ARN of a parameter, such as arn:aws:ssm:eu-west-1:111122223333:parameter/guardsift/archive";

/// The text, when it is the ARN of a parameter.
pub fn parameter_arn(text: &str) -> Option<String> {
    region_of(text).map(|_| text.to_owned())
}

async fn credentials(config: &SdkConfig) -> Result<Credentials, BoxError> {
    let provider = config.credentials_provider().ok_or("there are no credentials")?;
    Ok(provider.provide_credentials().await?)
}

/// The Region, and what its host names end in.
fn region_of(arn: &str) -> Option<(&str, &'static str)> {
    let mut parts = arn.splitn(6, ':');
    let (Some("arn"), Some(partition), Some("ssm"), Some(region), Some(_), Some(name)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (is_name(region) && name.starts_with("parameter/")).then(|| (region, dns_suffix(partition)))
}

/// The request, signed for Systems Manager.
fn signed(
    url: &str,
    region: &str,
    credentials: &Credentials,
    body: String,
) -> Result<HttpRequest, BoxError> {
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        ("x-amz-target", "AmazonSSM.GetParameter"),
    ];
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("ssm")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let signable = SignableRequest::new(
        "POST",
        url,
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    )?;
    let (instructions, _) = sign(signable, &params)?.into_parts();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    for (name, value) in headers {
        request.headers_mut().insert(name, value);
    }
    for (name, value) in instructions.headers() {
        request.headers_mut().insert(name.to_owned(), value.to_owned());
    }
    Ok(request)
}

fn value(response: &HttpResponse) -> Result<String, OrchestratorError<Refused>> {
    let bytes = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        let refused = serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Refused { code: String::new(), message: "no reason given".into() });
        return Err(OrchestratorError::operation(refused));
    }
    let answer: Value = serde_json::from_slice(bytes).map_err(OrchestratorError::other)?;
    let text = answer.pointer("/Parameter/Value").and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| OrchestratorError::other("the answer holds no value"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_arn() {
        assert_eq!(
            region_of("arn:aws:ssm:eu-west-1:111122223333:parameter/guardsift/slack"),
            Some(("eu-west-1", "amazonaws.com"))
        );
        assert_eq!(
            region_of("arn:aws-cn:ssm:cn-north-1:111122223333:parameter/x"),
            Some(("cn-north-1", "amazonaws.com.cn"))
        );
        for arn in [
            "slack",
            "arn:aws:ssm:eu-west-1:111122223333:document/x",
            "arn:aws:ssm:evil.example.com/:111122223333:parameter/x",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
        ] {
            assert_eq!(region_of(arn), None, "{arn}");
        }
    }
}
