//! One listener for all services: the signature's credential scope says which one a request is for.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Request, Response, StatusCode};
use s3s::Body;
use s3s::service::S3Service;

use crate::bus_api::BusApi;
use crate::calls::{self, Calls};
use crate::disturbance::{Disturbance, Mishap};
use crate::guardduty::{self, homes::Homes};
use crate::identity_api;
use crate::json_call;
use crate::key::Keys;
use crate::machine::REGION;
use crate::outage::Outage;
use crate::queue_api::QueueApi;
use crate::secret::Secrets;
use crate::topic::Topics;

/// No call but those of S3 comes near it.
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// The services behind the door.
pub(crate) struct FrontDoor {
    pub(crate) s3: S3Service,
    pub(crate) guardduty: Arc<Homes>,
    pub(crate) topics: Topics,
    pub(crate) queues: QueueApi,
    pub(crate) buses: BusApi,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) keys: Arc<Keys>,
    pub(crate) outage: Arc<Outage>,
    pub(crate) disturbance: Arc<Disturbance>,
    pub(crate) calls: Arc<Calls>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    S3,
    GuardDuty,
    Sns,
    Sqs,
    EventBridge,
    /// And the parameters of Systems Manager.
    SecretsManager,
    Kms,
    Sts,
}

impl FrontDoor {
    pub(crate) async fn handle(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let mishap = self.disturbance.next();
        match mishap {
            Some(Mishap::Refused) => {
                return plain(StatusCode::SERVICE_UNAVAILABLE, "as disturbed\n".to_owned());
            }
            Some(Mishap::Late(time)) => tokio::time::sleep(time).await,
            Some(Mishap::AnswerLost) | None => {}
        }
        let answer = self.answer(request).await;
        match mishap {
            Some(Mishap::AnswerLost) => {
                plain(StatusCode::INTERNAL_SERVER_ERROR, "done, as disturbed\n".to_owned())
            }
            _ => answer,
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        if let Some(answer) = self.outage.answer(&head) {
            return answer;
        }
        let scope = scope(&head);
        let service = service(&head, scope.as_ref());
        let Scope { access_key: caller, region, .. } = scope.unwrap_or_default();
        let service = match service {
            Ok(Service::S3) => {
                let (method, uri) = (head.method.clone(), head.uri.clone());
                let answer = self.s3.call(Request::from_parts(head, body.into())).await;
                let answer = answer.unwrap_or_else(|error| {
                    plain(StatusCode::INTERNAL_SERVER_ERROR, format!("{error:?}"))
                });
                let query = uri.query().unwrap_or_default();
                self.calls.note(&caller, calls::s3(&method, uri.path(), query, answer.status()));
                return answer;
            }
            Ok(service) => service,
            Err(unknown) => {
                let text = format!(
                    "this machine has no {unknown}; it has s3, guardduty, sns, sqs, events, secretsmanager, ssm, kms and sts\n"
                );
                return plain(StatusCode::NOT_IMPLEMENTED, text);
            }
        };
        let body = match Limited::new(body, BODY_LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => {
                return plain(
                    StatusCode::BAD_REQUEST,
                    format!("unreadable request body: {error}\n"),
                );
            }
        };
        let operation = json_call::operation(&head);
        let called = match service {
            Service::Sns => calls::sns(&body),
            Service::Sqs => calls::json("sqs", operation, &body),
            Service::EventBridge => calls::json("events", operation, &body),
            Service::SecretsManager => calls::secret(operation, &body),
            Service::Kms => calls::key(operation, &body),
            Service::Sts => Vec::new(),
            Service::S3 | Service::GuardDuty => calls::guardduty(&head),
        };
        self.calls.note(&caller, called);
        let answer = match service {
            Service::Sns => self.topics.handle(&body),
            Service::Sqs => json_call::answer(&body, |input| self.queues.handle(operation, input)),
            Service::EventBridge => {
                json_call::answer(&body, |input| self.buses.handle(operation, input))
            }
            Service::SecretsManager => {
                json_call::answer(&body, |input| self.secrets.handle(operation, input))
            }
            Service::Kms => {
                json_call::answer(&body, |input| self.keys.handle(operation, &region, input))
            }
            Service::Sts => identity_api::handle(self.guardduty.account(&caller), &body),
            _ => {
                let account = self.guardduty.account(&caller);
                let region = if region.is_empty() { REGION } else { &region };
                if self.outage.is_closed(region) {
                    return guardduty::unknown_client().map(Body::from);
                }
                let guardduty = self.guardduty.at(account, region);
                guardduty.handle(Request::from_parts(head, body)).await
            }
        };
        answer.map(Body::from)
    }
}

/// The service that a request is for, or the name of one that is not here.
fn service(head: &Parts, scope: Option<&Scope>) -> Result<Service, String> {
    match scope.map(|scope| scope.service.as_str()) {
        Some("s3") => Ok(Service::S3),
        Some("guardduty") => Ok(Service::GuardDuty),
        Some("sns") => Ok(Service::Sns),
        Some("sqs") => Ok(Service::Sqs),
        Some("events") => Ok(Service::EventBridge),
        Some("secretsmanager" | "ssm") => Ok(Service::SecretsManager),
        Some("kms") => Ok(Service::Kms),
        Some("sts") => Ok(Service::Sts),
        Some(other) => Err(other.to_owned()),
        None => Ok(unsigned(head)),
    }
}

/// `<key>/<date>/<region>/<service>/aws4_request`, from the header or, for a presigned URL, from the query.
fn credential(head: &Parts) -> Option<String> {
    let header = head.headers.get("authorization").and_then(|value| value.to_str().ok());
    match header {
        Some(header) => {
            Some(header.split_once("Credential=")?.1.split([',', ' ']).next()?.to_owned())
        }
        None => {
            let query = form_urlencoded::parse(head.uri.query()?.as_bytes()).into_owned();
            Some(query.into_iter().find(|(name, _)| name == "X-Amz-Credential")?.1)
        }
    }
}

/// Whose signature it is, and for what.
#[derive(Debug, Default)]
struct Scope {
    access_key: String,
    region: String,
    service: String,
}

fn scope(head: &Parts) -> Option<Scope> {
    let credential = credential(head)?;
    let mut parts = credential.rsplitn(5, '/');
    let (end, service, region) = (parts.next()?, parts.next()?, parts.next()?);
    let (_date, access_key) = (parts.next()?, parts.next()?);
    (end == "aws4_request").then(|| Scope {
        access_key: access_key.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
    })
}

/// Without a signature, the paths that only GuardDuty has are GuardDuty's; a person with curl is the usual sender.
fn unsigned(head: &Parts) -> Service {
    let first = head.uri.path().split('/').nth(1).unwrap_or_default();
    match first {
        "detector" | "admin" | "tags" | "invitation" | "organization" => Service::GuardDuty,
        "" if head.method == hyper::Method::POST => Service::Sns,
        _ => Service::S3,
    }
}

fn plain(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(Bytes::from(text)));
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routed(path: &str, authorization: Option<&str>) -> Result<Service, String> {
        let mut request = Request::builder().method("POST").uri(path);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let head = request.body(()).unwrap().into_parts().0;
        service(&head, scope(&head).as_ref())
    }

    fn signed(service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    #[test]
    fn the_signature_names_the_service_whatever_the_path() {
        assert_eq!(routed("/detector", Some(&signed("s3"))), Ok(Service::S3));
        assert_eq!(routed("/anything", Some(&signed("guardduty"))), Ok(Service::GuardDuty));
        assert_eq!(routed("/", Some(&signed("sns"))), Ok(Service::Sns));
        assert_eq!(routed("/", Some(&signed("ssm"))), Ok(Service::SecretsManager));
        assert_eq!(routed("/", Some(&signed("kms"))), Ok(Service::Kms));
        assert_eq!(routed("/", Some(&signed("ec2"))), Err("ec2".to_owned()));
        assert_eq!(routed("/", Some(&signed("sqs"))), Ok(Service::Sqs));
    }

    #[test]
    fn a_presigned_url_names_it_in_the_query() {
        let path = "/detector/x?X-Amz-Credential=AKIA%2F20260101%2Fus-east-1%2Fs3%2Faws4_request";
        assert_eq!(routed(path, None), Ok(Service::S3));
    }

    #[test]
    fn without_a_signature_the_path_decides() {
        assert_eq!(routed("/detector", None), Ok(Service::GuardDuty));
        assert_eq!(routed("/", None), Ok(Service::Sns));
        assert_eq!(routed("/bucket/key", None), Ok(Service::S3));
    }
}
