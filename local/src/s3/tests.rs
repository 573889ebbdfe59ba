//! The S3 API over HTTP, as a client sees it: unsigned requests from a small client of our own.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::*;
use crate::serve;

struct Running {
    address: SocketAddr,
    created: Arc<Mutex<Vec<Created>>>,
    store: Arc<Store>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// S3 without signatures: they are the `s3s` crate's, and the SDK signs in the end-to-end tests.
async fn start(folder: &Path) -> Running {
    let created = Arc::<Mutex<Vec<Created>>>::default();
    let listener = {
        let created = Arc::clone(&created);
        move |one: &Created| created.lock().unwrap().push(one.clone())
    };
    let store =
        Arc::new(Store::open(folder, BTreeSet::from(["lake".to_owned()]), listener).unwrap());
    store.create_bucket("lake").unwrap();
    let service = S3ServiceBuilder::new(Operations::new(Arc::clone(&store), "us-east-1")).build();
    let (listener, address) = serve::listen(0).await.unwrap();
    let task =
        tokio::spawn(serve::serve(listener, move |request: Request<hyper::body::Incoming>| {
            let service = service.clone();
            async move { service.call(request.map(s3s::Body::from)).await.unwrap() }
        }));
    Running { address, created, store, task }
}

impl Running {
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let mut request =
            Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body.as_bytes()))).unwrap();
        let (head, body) = client.request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer {
            status: head.status,
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }
}

struct Answer {
    status: StatusCode,
    headers: hyper::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[tokio::test]
async fn an_object_comes_back_with_its_etag_and_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    let put = s3
        .send(Method::PUT, "/lake/a%20b/c%2Bd", &[("x-amz-meta-source-id", "abc")], "hello")
        .await;
    assert_eq!(
        (put.status, put.header("etag")),
        (StatusCode::OK, "\"5d41402abc4b2a76b9719d911017c592\"")
    );
    let get = s3.send(Method::GET, "/lake/a%20b/c%2Bd", &[], "").await;
    assert_eq!((get.body.as_str(), get.header("x-amz-meta-source-id")), ("hello", "abc"));
    let head = s3.send(Method::HEAD, "/lake/a%20b/c%2Bd", &[], "").await;
    assert_eq!((head.header("content-length"), head.header("etag")), ("5", put.header("etag")));
    assert_eq!(std::fs::read_to_string(folder.path().join("lake/a b/c+d")).unwrap(), "hello");
}

#[tokio::test]
async fn of_sixteen_racers_for_one_key_exactly_one_wins() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = Arc::new(start(folder.path()).await);
    for round in 0..20 {
        let racers = (0..16).map(|racer| {
            let s3 = Arc::clone(&s3);
            tokio::spawn(async move {
                let path = format!("/lake/state/{round}");
                s3.send(Method::PUT, &path, &[("if-none-match", "*")], &racer.to_string())
                    .await
                    .status
            })
        });
        let statuses: Vec<_> =
            futures::future::join_all(racers).await.into_iter().map(Result::unwrap).collect();
        let won = statuses.iter().filter(|status| **status == StatusCode::OK).count();
        let lost =
            statuses.iter().filter(|status| **status == StatusCode::PRECONDITION_FAILED).count();
        assert_eq!((won, lost), (1, 15), "{statuses:?}");
    }
    assert_eq!(s3.created.lock().unwrap().len(), 20, "only a write that happened is announced");
}

#[tokio::test]
async fn if_match_guards_reads_and_writes() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    let old = s3.send(Method::PUT, "/lake/k", &[], "old").await;
    let old = old.header("etag").to_owned();
    assert_eq!(
        s3.send(Method::PUT, "/lake/k", &[("if-match", &old)], "new").await.status,
        StatusCode::OK
    );
    for (method, body) in [(Method::PUT, "late"), (Method::GET, ""), (Method::HEAD, "")] {
        let answer = s3.send(method, "/lake/k", &[("if-match", &old)], body).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    }
    assert_eq!(
        s3.send(Method::PUT, "/lake/absent", &[("if-match", &old)], "x").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(s3.send(Method::GET, "/lake/k", &[], "").await.body, "new");
}

#[tokio::test]
async fn a_body_that_is_not_what_was_announced_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    s3.send(Method::PUT, "/lake/k", &[], "good").await;
    let bad =
        s3.send(Method::PUT, "/lake/k", &[("x-amz-checksum-crc32", "AAAAAA==")], "torn").await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
    assert!(bad.body.contains("BadDigest"), "{}", bad.body);
    assert_eq!(s3.send(Method::GET, "/lake/k", &[], "").await.body, "good");
}

#[tokio::test]
async fn a_range_is_cut_out() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    s3.send(Method::PUT, "/lake/k", &[], "0123456789").await;
    let part = s3.send(Method::GET, "/lake/k", &[("range", "bytes=2-4")], "").await;
    assert_eq!((part.status, part.body.as_str()), (StatusCode::PARTIAL_CONTENT, "234"));
    assert_eq!(part.header("content-range"), "bytes 2-4/10");
}

#[tokio::test]
async fn a_listing_knows_prefix_delimiter_and_pages() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    for key in ["a/1", "a/2", "b/1", "c"] {
        s3.store.put("lake", key, b"x").unwrap();
    }
    let top = s3.send(Method::GET, "/lake?list-type=2&delimiter=%2F", &[], "").await.body;
    assert!(
        top.contains("<Prefix>a/</Prefix>")
            && top.contains("<Key>c</Key>")
            && !top.contains("<Key>a/1</Key>")
    );
    let first = s3.send(Method::GET, "/lake?list-type=2&max-keys=3", &[], "").await.body;
    assert!(first.contains("<IsTruncated>true</IsTruncated>"), "{first}");
    let token = first
        .split("<NextContinuationToken>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .replace('/', "%2F");
    let path = format!("/lake?list-type=2&max-keys=3&continuation-token={token}");
    let second = s3.send(Method::GET, &path, &[], "").await.body;
    assert!(
        second.contains("<Key>c</Key>") && second.contains("<IsTruncated>false</IsTruncated>"),
        "{second}"
    );
}

#[tokio::test]
async fn a_listing_encodes_keys_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    s3.store.put("lake", "a b+c/\u{fc}", b"x").unwrap();
    let plain = s3.send(Method::GET, "/lake?list-type=2", &[], "").await.body;
    assert!(plain.contains("<Key>a b+c/\u{fc}</Key>"), "{plain}");
    let encoded = s3.send(Method::GET, "/lake?list-type=2&encoding-type=url", &[], "").await.body;
    assert!(encoded.contains("<Key>a+b%2Bc/%C3%BC</Key>"), "{encoded}");
}

#[tokio::test]
async fn a_copy_carries_bytes_and_metadata_and_a_delete_removes_them() {
    let folder = tempfile::tempdir().unwrap();
    let s3 = start(folder.path()).await;
    s3.send(Method::PUT, "/lake/k", &[("x-amz-meta-a", "b")], "body").await;
    let copy = s3.send(Method::PUT, "/lake/copy", &[("x-amz-copy-source", "/lake/k")], "").await;
    assert_eq!(copy.status, StatusCode::OK, "{}", copy.body);
    assert_eq!(s3.send(Method::DELETE, "/lake/k", &[], "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(s3.send(Method::GET, "/lake/k", &[], "").await.status, StatusCode::NOT_FOUND);
    let get = s3.send(Method::GET, "/lake/copy", &[], "").await;
    assert_eq!((get.body.as_str(), get.header("x-amz-meta-a")), ("body", "b"));
}

#[tokio::test]
async fn keys_as_long_as_s3_allows_are_kept_and_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let key = format!("{}/{}", "k".repeat(900), "l".repeat(100));
    {
        let s3 = start(folder.path()).await;
        let put =
            s3.send(Method::PUT, &format!("/lake/{key}"), &[("x-amz-meta-a", "b")], "body").await;
        assert_eq!(put.status, StatusCode::OK, "{}", put.body);
    }
    let s3 = start(folder.path()).await;
    let get = s3.send(Method::GET, &format!("/lake/{key}"), &[], "").await;
    assert_eq!((get.body.as_str(), get.header("x-amz-meta-a")), ("body", "b"));
}

#[test]
fn a_bucket_that_is_made_again_has_no_settings_of_the_one_before() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), BTreeSet::new(), |_: &Created| ()).unwrap();
    store.create_bucket("lake").unwrap();
    store.set_policy("lake", Some("{}".to_owned()));
    store.delete_bucket("lake").unwrap();
    store.create_bucket("lake").unwrap();
    assert_eq!(store.policy("lake"), None);
}
