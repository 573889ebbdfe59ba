//! A call of an AWS service that speaks JSON 1.1, without the service's own crate.
//!
//! AWS's crates for Systems Manager and KMS are among its largest. For a call or three of them the parts that every
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
use serde_json::Value;

use crate::{
    aws::{Aws, dns_suffix, timeouts},
    chain,
};

/// A service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonApi {
    /// As signatures and host names have it: `ssm`.
    pub(crate) service: &'static str,
    /// What stands before the operation in `X-Amz-Target`: `AmazonSSM`.
    pub(crate) target: &'static str,
    /// Where an endpoint of one's own is named.
    pub(crate) endpoint_variable: &'static str,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) struct JsonApiError {
    /// The HTTP status; `None` when nothing was answered.
    pub(crate) status: Option<u16>,
    /// The service's word for the cause; empty when nothing was answered.
    pub(crate) code: String,
    pub(crate) explanation: String,
}

/// What a service answers in place of a result.
#[derive(Debug, Deserialize, thiserror::Error)]
#[error("{code} {message}")]
struct Refused {
    #[serde(rename = "__type", default)]
    code: String,
    #[serde(alias = "Message", default)]
    message: String,
}

impl JsonApiError {
    fn unanswered(explanation: impl Into<String>) -> Self {
        Self { status: None, code: String::new(), explanation: explanation.into() }
    }
}

impl JsonApi {
    /// Calls an operation in the Region and partition of this ARN. Nothing is kept: every call asks again.
    pub(crate) async fn call(
        self,
        aws: &Aws,
        arn: &str,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, JsonApiError> {
        let Some((region, suffix)) = region_of(arn, self.service) else {
            return Err(JsonApiError {
                status: Some(400),
                code: "ValidationException".to_owned(),
                explanation: format!("that is no ARN of {}", self.service),
            });
        };
        let started = std::time::Instant::now();
        let answer = self.ask(aws, region, suffix, operation, input).await;
        aws.told_call(self.service, operation, Some(region), started.elapsed(), answer.is_ok());
        answer
    }

    async fn ask(
        self,
        aws: &Aws,
        region: &str,
        suffix: &str,
        operation: &'static str,
        input: &Value,
    ) -> Result<Value, JsonApiError> {
        let Self { service, target, endpoint_variable } = self;
        let config = aws.config().await;
        let credentials = credentials(config).await;
        let credentials = credentials.map_err(|error| JsonApiError::unanswered(chain(&*error)))?;
        let endpoint = std::env::var(endpoint_variable)
            .ok()
            .or_else(|| config.endpoint_url().map(str::to_owned))
            .unwrap_or_else(|| format!("https://{service}.{region}.{suffix}"));
        let http =
            config.http_client().ok_or_else(|| JsonApiError::unanswered("no HTTP client"))?;
        let request = Request {
            url: format!("{}/", endpoint.trim_end_matches('/')),
            region: region.to_owned(),
            service,
            target: format!("{target}.{operation}"),
        };
        let call = Operation::builder()
            .service_name(service)
            .operation_name(operation)
            .http_client(http)
            .endpoint_url(&endpoint)
            .no_auth()
            .timeout_config(timeouts())
            .standard_retry(&RetryConfig::standard())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .serializer(move |body: String| request.signed(&credentials, body))
            .deserializer(value)
            .build();
        call.invoke(input.to_string()).await.map_err(|error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            match error {
                SdkError::ServiceError(context) => {
                    let refused = context.into_err();
                    // Some services put a name space before the word.
                    let code = refused.code.rsplit('#').next().unwrap_or_default().to_owned();
                    let explanation = format!("{code} {}", refused.message).trim_end().to_owned();
                    JsonApiError { status, code, explanation }
                }
                error => JsonApiError { status, ..JsonApiError::unanswered(chain(&error)) },
            }
        })
    }
}

async fn credentials(config: &SdkConfig) -> Result<Credentials, BoxError> {
    let provider = config.credentials_provider().ok_or("there are no credentials")?;
    Ok(provider.provide_credentials().await?)
}

/// The Region, and what its host names end in.
pub(crate) fn region_of<'a>(arn: &'a str, service: &str) -> Option<(&'a str, &'static str)> {
    let mut parts = arn.splitn(6, ':');
    let (Some("arn"), Some(partition), Some(own), Some(region), Some(_), Some(name)) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let kind = if service == "ssm" { "parameter/" } else { "key/" };
    (own == service && is_name(region) && name.starts_with(kind))
        .then(|| (region, dns_suffix(partition)))
}

/// What is the same in every attempt.
#[derive(Debug)]
struct Request {
    url: String,
    region: String,
    service: &'static str,
    target: String,
}

impl Request {
    fn signed(&self, credentials: &Credentials, body: String) -> Result<HttpRequest, BoxError> {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", self.target.as_str()),
        ];
        let identity = credentials.clone().into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableRequest::new(
            "POST",
            &self.url,
            headers.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &params)?.into_parts();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST")?;
        request.set_uri("/")?;
        for (name, value) in headers {
            request.headers_mut().insert(name, value.to_owned());
        }
        for (name, value) in instructions.headers() {
            request.headers_mut().insert(name.to_owned(), value.to_owned());
        }
        Ok(request)
    }
}

fn value(response: &HttpResponse) -> Result<Value, OrchestratorError<Refused>> {
    let bytes = response.body().bytes().unwrap_or_default();
    if !response.status().is_success() {
        let refused = serde_json::from_slice(bytes)
            .unwrap_or_else(|_| Refused { code: String::new(), message: "no reason given".into() });
        return Err(OrchestratorError::operation(refused));
    }
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(bytes).map_err(OrchestratorError::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_that_of_the_arn() {
        let ssm = |arn| region_of(arn, "ssm");
        assert_eq!(
            ssm("arn:aws:ssm:eu-west-1:111122223333:parameter/guardsift/slack"),
            Some(("eu-west-1", "amazonaws.com"))
        );
        assert_eq!(
            ssm("arn:aws-cn:ssm:cn-north-1:111122223333:parameter/x"),
            Some(("cn-north-1", "amazonaws.com.cn"))
        );
        for arn in [
            "slack",
            "arn:aws:ssm:eu-west-1:111122223333:document/x",
            "arn:aws:ssm:evil.example.com/:111122223333:parameter/x",
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
        ] {
            assert_eq!(ssm(arn), None, "{arn}");
        }
        let kms = |arn| region_of(arn, "kms");
        assert!(kms("arn:aws:kms:eu-west-1:111122223333:key/1234abcd").is_some());
        assert_eq!(kms("arn:aws:kms:eu-west-1:111122223333:alias/x"), None);
    }
}
