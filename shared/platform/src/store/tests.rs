//! The store against a server that answers from a script.

use sha2::{Digest, Sha256};

use super::*;
use crate::loopback::{Answer, Loopback, Request, answer, block_on};

fn error(status: u16, code: &str, message: &str) -> Answer {
    answer(
        status,
        &format!(
            "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
        ),
    )
}

fn created() -> Answer {
    Answer { status: 200, headers: vec![("ETag", "\"e1\"".to_owned())], body: String::new() }
}

fn object(bytes: &'static [u8]) -> NewObject<'static> {
    NewObject {
        bucket: "lake",
        key: "state/a key+.json",
        content_type: "application/json",
        metadata: vec![("source-id", "s1".to_owned())],
        content: Bytes::from_static(bytes).into(),
    }
}

fn with<T>(
    script: impl Fn(usize, &Request) -> Answer + Send + 'static,
    work: impl AsyncFnOnce(Store) -> T,
) -> (T, Vec<Request>) {
    let server = Loopback::start(script);
    let store = Store::new(server.aws());
    let result = block_on(work(store));
    (result, server.requests())
}

#[test]
fn an_object_is_created_under_the_condition_that_there_is_none() {
    let (put, requests) =
        with(|_, _| created(), async |store| store.put_new(&object(b"{}")).await.unwrap());
    assert_eq!(put, Put::Created { etag: Some("\"e1\"".into()) });
    let request = &requests[0];
    assert!(request.line.starts_with("PUT /lake/state/a%20key%2B.json"), "{}", request.line);
    assert_eq!(request.header("if-none-match"), Some("*"));
    assert_eq!(request.header("x-amz-meta-source-id"), Some("s1"));
    assert_eq!(
        request.header("x-amz-checksum-sha256"),
        Some("RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=")
    );
    assert_eq!(request.body, "{}");
}

#[test]
fn an_object_that_is_there_already_is_told_apart_from_an_error() {
    let (put, _) = with(
        |_, _| error(412, "PreconditionFailed", ""),
        async |store| store.put_new(&object(b"{}")).await.unwrap(),
    );
    assert_eq!(put, Put::AlreadyThere);
}

#[test]
fn a_conflict_is_tried_again_and_is_not_success() {
    let script = |number, _: &Request| {
        if number < 2 { error(409, "ConditionalRequestConflict", "") } else { created() }
    };
    let (put, requests) = with(script, async |store| store.put_new(&object(b"{}")).await.unwrap());
    assert!(matches!(put, Put::Created { .. }));
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_conflict_without_end_is_an_error() {
    let (result, requests) = with(
        |_, _| error(409, "ConditionalRequestConflict", ""),
        async |store| store.put_new(&object(b"{}")).await,
    );
    assert_eq!(result.unwrap_err().cause(), Cause::Conflict);
    assert_eq!(requests.len(), CONFLICT_TRIES as usize);
}

#[test]
fn a_replacement_names_the_etag_it_has_seen_and_notices_when_the_object_changed_or_went() {
    let (result, requests) =
        with(|_, _| created(), async |store| store.put_if(&object(b"{}"), "\"e0\"").await.unwrap());
    assert!(matches!(result, Replace::Replaced { .. }));
    assert_eq!(requests[0].header("if-match"), Some("\"e0\""));
    for (status, code) in [(412, "PreconditionFailed"), (404, "NoSuchKey")] {
        let (result, _) = with(
            move |_, _| error(status, code, ""),
            async |store| store.put_if(&object(b"{}"), "\"e0\"").await.unwrap(),
        );
        assert_eq!(result, Replace::Changed);
    }
}

#[test]
fn a_read_asks_for_the_very_version_that_the_event_named() {
    let (read, requests) = with(
        |_, _| Answer { body: "{}".into(), ..created() },
        async |store| store.get("lake", "k", Some("9f2c"), 10).await.unwrap(),
    );
    assert_eq!((&read.bytes[..], read.etag.as_deref()), (&b"{}"[..], Some("\"e1\"")));
    assert_eq!(requests[0].header("if-match"), Some("\"9f2c\""));
    let (result, _) = with(
        |_, _| error(412, "PreconditionFailed", ""),
        async |store| store.get("lake", "k", Some("9f2c"), 10).await,
    );
    assert_eq!(result.unwrap_err().cause(), Cause::ConditionFailed);
}

#[test]
fn a_read_stops_at_its_limit() {
    let (result, _) = with(
        |_, _| answer(200, "0123456789x"),
        async |store| store.get("lake", "k", None, 10).await,
    );
    assert_eq!(result.unwrap_err().cause(), Cause::TooLarge);
}

#[test]
fn a_denial_says_both_causes_it_can_have() {
    let (result, _) = with(
        |_, _| error(403, "AccessDenied", "Access Denied"),
        async |store| store.get("lake", "k", None, 10).await,
    );
    let error = result.unwrap_err();
    assert_eq!(error.cause(), Cause::Denied);
    let text = error.to_string();
    assert!(
        text.contains("s3://lake/k")
            && text.contains("may not do this")
            && text.contains("s3:ListBucket"),
        "{text}"
    );
}

#[test]
fn a_key_or_credentials_that_cannot_be_used_are_systemic() {
    for (status, code, message, word) in [
        (
            400,
            "KMS.DisabledException",
            "arn:aws:kms:us-east-1:111122223333:key/k is disabled",
            "KmsKeyUnusable",
        ),
        (
            403,
            "AccessDenied",
            "not authorized to perform: kms:Decrypt on arn:aws:kms:us-east-1:111122223333:key/k",
            "KmsKeyUnusable",
        ),
        (400, "ExpiredToken", "The provided token has expired", "CredentialsUnusable"),
    ] {
        let (result, _) = with(
            move |_, _| error(status, code, message),
            async |store| store.get("lake", "k", None, 10).await,
        );
        let error = result.unwrap_err();
        assert_eq!(error.systemic(), Some(word));
        assert!(error.to_string().contains(message), "{error}");
    }
}

#[test]
fn an_absent_object_has_no_head_and_a_present_one_has_its_metadata() {
    let (head, _) =
        with(|_, _| answer(404, ""), async |store| store.head("lake", "k").await.unwrap());
    assert!(head.is_none());
    let script = |_: usize, _: &Request| Answer {
        headers: vec![("x-amz-meta-source-id", "s1".into())],
        ..answer(200, "")
    };
    let (head, _) = with(script, async |store| store.head("lake", "k").await.unwrap());
    assert_eq!(head.unwrap().metadata["source-id"], "s1");
}

#[test]
fn a_server_error_is_retried_by_the_sdk() {
    let script = |number, _: &Request| {
        if number == 0 { error(503, "SlowDown", "") } else { created() }
    };
    let (put, requests) = with(script, async |store| store.put_new(&object(b"{}")).await.unwrap());
    assert!(matches!(put, Put::Created { .. }));
    assert_eq!(requests.len(), 2);
}

#[test]
fn a_file_is_sent_with_its_length_and_digest_and_again_from_its_beginning() {
    let content: Vec<u8> = (0..300_000_u32).map(|number| b'a' + (number % 26) as u8).collect();
    let mut file = tempfile::tempfile().unwrap();
    Write::write_all(&mut file, &content).unwrap();
    let sha256: [u8; 32] = Sha256::digest(&content).into();
    let file = FileContent::new(file, content.len() as u64, sha256);
    let script = |number, _: &Request| {
        if number == 0 { error(503, "SlowDown", "") } else { created() }
    };
    let (put, requests) = with(script, async |store| {
        let object = NewObject { content: file.into(), ..object(b"") };
        store.put_new(&object).await.unwrap()
    });
    assert!(matches!(put, Put::Created { .. }));
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.header("content-length"), Some("300000"));
        assert_eq!(
            request.header("x-amz-checksum-sha256"),
            Some(BASE64_STANDARD.encode(sha256).as_str())
        );
        assert!(request.body.as_bytes() == content);
    }
}
