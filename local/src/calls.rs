//! Who called what: each distinct call of an access key, as the action and the resource that its role must allow.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use hyper::http::request::Parts;
use hyper::{Method, StatusCode};
use serde_json::Value;

use crate::guardduty::operation;

/// A call as IAM sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// `s3:GetObject`.
    pub action: String,
    /// The resource's ARN, `*` for a call that is about none.
    pub resource: String,
    /// `s3:prefix` of a listing.
    pub prefix: Option<String>,
}

/// The distinct calls since the machine was started.
#[derive(Debug, Default)]
pub struct Calls {
    seen: Mutex<BTreeSet<(String, Call)>>,
}

impl Calls {
    /// What a function has called.
    pub fn of(&self, function: &str) -> BTreeSet<Call> {
        let key = access_key_id(function);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().filter(|(caller, _)| *caller == key).map(|(_, call)| call.clone()).collect()
    }

    pub(crate) fn note(&self, caller: &str, calls: impl IntoIterator<Item = Call>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(calls.into_iter().map(|call| (caller.to_owned(), call)));
    }
}

/// The access key id of a function's role: `AKIALOCALAUTOARCHIVE`.
pub(crate) fn access_key_id(function: &str) -> String {
    let letters = function.chars().filter(char::is_ascii_alphanumeric);
    letters.fold("AKIALOCAL".to_owned(), |key, letter| key + &letter.to_uppercase().to_string())
}

/// What a request to S3 needs, its answer known: without the right to list, what is missing looks forbidden.
pub(crate) fn s3(method: &Method, path: &str, query: &str, status: StatusCode) -> Vec<Call> {
    let decoded = percent_decoded(path.trim_start_matches('/'));
    let (bucket, key) = decoded.split_once('/').unwrap_or((&decoded, ""));
    let query: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let asks = |name: &str| query.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    let bucket_arn = format!("arn:aws:s3:::{bucket}");
    let listing = |prefix: &str| Call {
        action: "s3:ListBucket".into(),
        resource: bucket_arn.clone(),
        prefix: Some(prefix.to_owned()),
    };
    if key.is_empty() {
        let prefix = asks("prefix").map(String::as_str).unwrap_or_default();
        return vec![listing(prefix)];
    }
    let action = match *method {
        Method::GET | Method::HEAD if asks("versionId").is_some() => "s3:GetObjectVersion",
        Method::GET | Method::HEAD => "s3:GetObject",
        Method::DELETE => "s3:DeleteObject",
        _ => "s3:PutObject",
    };
    let mut calls = vec![call(action, &format!("{bucket_arn}/{key}"))];
    if status == StatusCode::NOT_FOUND && action.starts_with("s3:Get") {
        calls.push(listing(key));
    }
    calls
}

/// What a request to GuardDuty needs.
pub(crate) fn guardduty(head: &Parts) -> Vec<Call> {
    let named = operation(&head.method, head.uri.path());
    named.map(|name| call(&format!("guardduty:{name}"), "*")).into_iter().collect()
}

/// What a request to SNS needs: a form with the topic's ARN.
pub(crate) fn sns(form: &[u8]) -> Vec<Call> {
    let fields: Vec<(String, String)> = form_urlencoded::parse(form).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    let resource = field("TopicArn").or_else(|| field("TargetArn")).map_or("*", String::as_str);
    field("Action").map(|action| call(&format!("sns:{action}"), resource)).into_iter().collect()
}

/// What a request in the JSON protocol needs.
pub(crate) fn json(service: &str, operation: &str, body: &[u8]) -> Vec<Call> {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let action = format!("{service}:{operation}");
    let text = |value: &Value, name: &str| {
        value.get(name).and_then(Value::as_str).unwrap_or("*").to_owned()
    };
    let resources: Vec<String> = match service {
        "sqs" => vec![queue_arn(&text(&input, "QueueUrl"))],
        _ => {
            let entries = input.get("Entries").and_then(Value::as_array).into_iter().flatten();
            entries.map(|entry| text(entry, "EventBusName")).collect()
        }
    };
    resources.iter().map(|resource| call(&action, resource)).collect()
}

/// What a request for a secret or a parameter needs.
pub(crate) fn secret(operation: &str, body: &[u8]) -> Vec<Call> {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let (service, name) = match operation {
        "GetParameter" | "PutParameter" => ("ssm", "Name"),
        _ => ("secretsmanager", "SecretId"),
    };
    let resource = input.get(name).and_then(Value::as_str).unwrap_or("*");
    vec![call(&format!("{service}:{operation}"), resource)]
}

/// What a request about a key needs.
pub(crate) fn key(operation: &str, body: &[u8]) -> Vec<Call> {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let resource = input.get("KeyId").and_then(Value::as_str).unwrap_or("*");
    vec![call(&format!("kms:{operation}"), resource)]
}

fn call(action: &str, resource: &str) -> Call {
    Call { action: action.to_owned(), resource: resource.to_owned(), prefix: None }
}

/// `https://sqs.us-east-1.amazonaws.com/111122223333/tickets` as an ARN.
fn queue_arn(url: &str) -> String {
    let parts: Vec<&str> = url.trim_start_matches("https://").split(['.', '/']).collect();
    match parts.as_slice() {
        ["sqs", region, .., account, name] => format!("arn:aws:sqs:{region}:{account}:{name}"),
        _ => url.to_owned(),
    }
}

/// A path, in which `+` is a plus.
fn percent_decoded(path: &str) -> String {
    let form = format!("p={}", path.replace('+', "%2B").replace('&', "%26"));
    let pair = form_urlencoded::parse(form.as_bytes()).next();
    pair.map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_object_needs_the_right_to_list() {
        let calls = s3(&Method::HEAD, "/lake/state/notify/a%2Bb", "", StatusCode::NOT_FOUND);
        let listing = Call {
            action: "s3:ListBucket".into(),
            resource: "arn:aws:s3:::lake".into(),
            prefix: Some("state/notify/a+b".into()),
        };
        assert_eq!(calls, [call("s3:GetObject", "arn:aws:s3:::lake/state/notify/a+b"), listing]);
        let put = s3(&Method::PUT, "/lake/k", "", StatusCode::NOT_FOUND);
        assert_eq!(put, [call("s3:PutObject", "arn:aws:s3:::lake/k")]);
        let version = s3(&Method::GET, "/lake/k", "versionId=v1", StatusCode::OK);
        assert_eq!(version, [call("s3:GetObjectVersion", "arn:aws:s3:::lake/k")]);
    }

    #[test]
    fn a_call_names_what_it_is_about_as_its_service_does() {
        let body = br#"{"QueueUrl":"https://sqs.us-east-1.amazonaws.com/111122223333/tickets"}"#;
        let sent = json("sqs", "SendMessage", body);
        assert_eq!(sent, [call("sqs:SendMessage", "arn:aws:sqs:us-east-1:111122223333:tickets")]);
        let body = br#"{"Entries":[{"EventBusName":"arn:a"},{"EventBusName":"arn:b"}]}"#;
        let put = json("events", "PutEvents", body);
        assert_eq!(put, [call("events:PutEvents", "arn:a"), call("events:PutEvents", "arn:b")]);
        let published = sns(b"Action=Publish&TopicArn=arn%3Atopic");
        assert_eq!(published, [call("sns:Publish", "arn:topic")]);
        let parameter = secret("PutParameter", br#"{"Name":"arn:p","Value":"run"}"#);
        assert_eq!(parameter, [call("ssm:PutParameter", "arn:p")]);
    }

    #[test]
    fn each_function_is_known_by_its_key() {
        let calls = Calls::default();
        calls.note("AKIALOCALAUTOARCHIVE", [call("s3:GetObject", "arn:x")]);
        assert_eq!(calls.of("auto-archive").len(), 1);
        assert!(calls.of("finding-events").is_empty());
    }
}
