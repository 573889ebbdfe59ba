//! The demonstration as a client of the GuardDuty API: the calls that a person would make with the AWS CLI.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

use crate::machine::EXPORT_BUCKET;

pub(super) struct GuardDutyClient {
    http: Client<HttpConnector, Full<Bytes>>,
    endpoint: String,
}

impl GuardDutyClient {
    pub(super) fn new(endpoint: String) -> Self {
        Self { http: Client::builder(TokioExecutor::new()).build_http(), endpoint }
    }

    pub(super) async fn create_detector(&self) -> anyhow::Result<String> {
        let body = json!({"enable": true, "findingPublishingFrequency": "FIFTEEN_MINUTES"});
        text(&self.call(Method::POST, "/detector", &body).await?, "detectorId")
    }

    pub(super) async fn create_destination(&self, detector: &str) -> anyhow::Result<String> {
        let body = json!({
            "destinationType": "S3",
            "destinationProperties": {
                "destinationArn": format!("arn:aws:s3:::{EXPORT_BUCKET}"),
                "kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            },
        });
        let path = format!("/detector/{detector}/publishingDestination");
        text(&self.call(Method::POST, &path, &body).await?, "destinationId")
    }

    /// One sample of each of these types; a call takes at most 50.
    pub(super) async fn create_samples(
        &self,
        detector: &str,
        types: &[&str],
    ) -> anyhow::Result<()> {
        for types in types.chunks(50) {
            let path = format!("/detector/{detector}/findings/create");
            self.call(Method::POST, &path, &json!({"findingTypes": types})).await?;
        }
        Ok(())
    }

    /// The ids of all archived findings.
    pub(super) async fn archived(&self, detector: &str) -> anyhow::Result<Vec<String>> {
        let path = format!("/detector/{detector}/findings");
        let criteria = json!({"criterion": {"service.archived": {"equals": ["true"]}}});
        let mut ids = Vec::new();
        let mut token = Value::Null;
        loop {
            let mut body = json!({"findingCriteria": criteria, "maxResults": 50});
            if let (Value::String(_), Some(body)) = (&token, body.as_object_mut()) {
                body.insert("nextToken".to_owned(), token);
            }
            let page = self.call(Method::POST, &path, &body).await?;
            let page_ids = page.get("findingIds").and_then(Value::as_array).into_iter().flatten();
            ids.extend(page_ids.filter_map(Value::as_str).map(str::to_owned));
            token = page.get("nextToken").cloned().unwrap_or_default();
            if token.as_str().is_none_or(str::is_empty) {
                ids.sort();
                ids.dedup();
                return Ok(ids);
            }
        }
    }

    /// What a person, or a suppression rule, does.
    pub(super) async fn archive(&self, detector: &str, id: &str) -> anyhow::Result<()> {
        let path = format!("/detector/{detector}/findings/archive");
        self.call(Method::POST, &path, &json!({"findingIds": [id]})).await.map(drop)
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.endpoint))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))?;
        let (head, body) =
            self.http.request(request).await.with_context(|| path.to_owned())?.into_parts();
        let body = body.collect().await?.to_bytes();
        ensure!(
            head.status.is_success(),
            "GuardDuty answered {} to {path}: {}",
            head.status,
            String::from_utf8_lossy(&body)
        );
        if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&body)?) }
    }
}

fn text(answer: &Value, name: &str) -> anyhow::Result<String> {
    let text = answer.get(name).and_then(Value::as_str);
    text.map(str::to_owned).with_context(|| format!("GuardDuty's answer has no {name}: {answer}"))
}
