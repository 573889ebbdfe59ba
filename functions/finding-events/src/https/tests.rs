//! Requests to servers on the loopback interface.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::refusal::RefusalKind;

/// Answers each connection with the next of these texts, and the last one for ever.
async fn serve(answers: &'static [&'static str]) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = String::new();
            let mut buffer = [0; 4096];
            while !request.ends_with('}') {
                match stream.read(&mut buffer).await {
                    Ok(read) if read > 0 => {
                        request.push_str(&String::from_utf8_lossy(&buffer[..read]))
                    }
                    _ => break,
                }
            }
            let number = {
                let mut seen = seen.lock().unwrap();
                seen.push(request);
                seen.len() - 1
            };
            let answer = answers.get(number).or(answers.last()).unwrap();
            let _ = stream.write_all(answer.as_bytes()).await;
            if *answer == ENDLESS {
                while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
            }
        }
    });
    (host, requests)
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
const BUSY: &str = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const SLOW_DOWN: &str =
    "HTTP/1.1 429 Slow\r\nretry-after: 0\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const LATER: &str =
    "HTTP/1.1 429 Slow\r\nretry-after: 3600\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const GONE: &str = "HTTP/1.1 410 Gone\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const BAD: &str = "HTTP/1.1 400 Bad\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const FORBIDDEN: &str = "HTTP/1.1 403 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ENDLESS: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

fn in_runtime<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn a_post(url: &str) -> Post<'_> {
    Post {
        url,
        hosts: None,
        body: "{\"a\":1}",
        idempotency_key: "k1",
        bearer: None,
        signing_key: None,
    }
}

fn post(answers: &'static [&'static str]) -> (Result<Bytes, Refusal>, Vec<String>) {
    in_runtime(async {
        let (host, requests) = serve(answers).await;
        let https = Https::new(vec![host.clone()]);
        let url = format!("http://{host}/T000/secret?token=secret");
        let result = https.post(a_post(&url), Deadline::after(Duration::from_secs(60))).await;
        let requests = requests.lock().unwrap().clone();
        (result, requests)
    })
}

#[test]
fn a_notification_is_posted_with_its_key_as_json() {
    let (result, requests) = post(&[OK]);
    result.unwrap();
    let request = requests[0].to_ascii_lowercase();
    assert!(request.starts_with("post /t000/secret?token=secret http/1.1"));
    assert!(
        request.contains("idempotency-key: k1")
            && request.contains("content-type: application/json")
    );
    assert!(request.ends_with("{\"a\":1}"));
}

#[test]
fn server_errors_and_throttling_are_tried_again_with_the_same_key() {
    let (result, requests) = post(&[BUSY, SLOW_DOWN, OK]);
    result.unwrap();
    assert_eq!(requests.len(), 3);
    assert!(
        requests.iter().all(|request| request.to_ascii_lowercase().contains("idempotency-key: k1"))
    );
}

#[test]
fn attempts_end() {
    let (result, requests) = post(&[BUSY]);
    let refusal = result.unwrap_err();
    assert!(refusal.to_string().contains("answered 503") && !refusal.is_final(), "{refusal}");
    assert_eq!(requests.len(), ATTEMPTS as usize);
}

#[test]
fn a_long_pause_is_left_to_the_queue() {
    let (result, requests) = post(&[LATER]);
    assert_eq!(result.unwrap_err().kind, RefusalKind::Later(Some(Duration::from_secs(3600))));
    assert_eq!(requests.len(), 1);
}

#[test]
fn a_refusal_and_a_redirect_are_final() {
    for answers in [&[GONE], &[ELSEWHERE]] {
        let (result, requests) = post(answers);
        assert!(result.unwrap_err().is_final());
        assert_eq!(requests.len(), 1);
    }
}

#[test]
fn what_may_be_wrong_with_one_message_is_told_from_what_is_wrong_with_the_destination() {
    for (answers, of_message) in
        [(&[BAD], true), (&[FORBIDDEN], true), (&[GONE], false), (&[ELSEWHERE], false)]
    {
        let refusal = post(answers).0.unwrap_err();
        assert_eq!(refusal.may_be_of_message(), of_message, "{refusal}");
    }
}

#[test]
fn an_answer_without_end_is_a_failure() {
    let (result, _) = post(&[ENDLESS]);
    let refusal = result.unwrap_err();
    assert!(refusal.to_string().contains("did not finish its answer"), "{refusal}");
}

#[test]
fn no_error_shows_the_path_or_query() {
    for answers in [&[GONE], &[ENDLESS]] {
        let error = post(answers).0.unwrap_err();
        assert!(!chain(&error).contains("secret"), "{error}");
    }
}

#[test]
fn a_name_that_leads_to_a_private_address_is_refused_at_connecting() {
    let refusal = in_runtime(async {
        let (host, _) = serve(&[OK]).await;
        let port = host.rsplit_once(':').unwrap().1.to_owned();
        let url = format!("https://localhost:{port}/");
        let deadline = Deadline::after(Duration::from_secs(60));
        Https::new(Vec::new()).post(a_post(&url), deadline).await.unwrap_err()
    });
    assert!(refusal.to_string().contains("private, loopback"), "{refusal}");
    assert!(refusal.is_final());
}

#[test]
fn a_signed_request_carries_the_moment_and_a_signature_that_the_key_makes() {
    let key = Secret::of("hush").unwrap();
    let request = in_runtime(async {
        let (host, requests) = serve(&[OK]).await;
        let url = format!("http://{host}/");
        let post = Post { signing_key: Some(&key), ..a_post(&url) };
        let deadline = Deadline::after(Duration::from_secs(60));
        Https::new(vec![host]).post(post, deadline).await.unwrap();
        requests.lock().unwrap().remove(0)
    });
    let header = |name: &str| {
        let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
        line.unwrap().split_once(": ").unwrap().1.to_owned()
    };
    let text = format!("v1:{}:{{\"a\":1}}", header("guardsift-timestamp"));
    let expected = format!("v1={}", hex::encode(signed(&key, &text)));
    assert_eq!(header("guardsift-signature"), expected);
    assert!(!request.contains("hush"));
}

#[test]
fn the_signature_is_hmac_sha256() {
    // RFC 4231, test case 2.
    assert_eq!(
        hex::encode(signed(&Secret::of("Jefe").unwrap(), "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}
