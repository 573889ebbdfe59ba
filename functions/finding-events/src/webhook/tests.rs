//! Webhooks against servers on the loopback interface.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;

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
const ELSEWHERE: &str = "HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
const ENDLESS: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

fn post(answers: &'static [&'static str]) -> (Result<(), WebhookError>, Vec<String>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let (host, requests) = serve(answers).await;
        let webhooks = Webhooks::new(vec![host.clone()]);
        let result = webhooks
            .post(&format!("http://{host}/T000/secret?token=secret"), "k1", "{\"a\":1}")
            .await;
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
    assert!(matches!(
        result,
        Err(WebhookError::Refused { status: StatusCode::SERVICE_UNAVAILABLE, .. })
    ));
    assert_eq!(requests.len(), ATTEMPTS as usize);
}

#[test]
fn a_long_pause_is_left_to_the_queue() {
    let (result, requests) = post(&[LATER]);
    assert!(result.is_err());
    assert_eq!(requests.len(), 1);
}

#[test]
fn a_refusal_and_a_redirect_are_final() {
    for answers in [&[GONE], &[ELSEWHERE]] {
        let (result, requests) = post(answers);
        assert!(matches!(result, Err(WebhookError::Refused { .. })));
        assert_eq!(requests.len(), 1);
    }
}

#[test]
fn an_answer_without_end_is_a_failure() {
    let (result, _) = post(&[ENDLESS]);
    assert!(matches!(result, Err(WebhookError::EndlessAnswer { .. })));
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
    let result =
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(
            async {
                let (host, _) = serve(&[OK]).await;
                let port = host.rsplit_once(':').unwrap().1.to_owned();
                Webhooks::new(Vec::new())
                    .attempt(
                        &Client::public_https().unwrap(),
                        &Target::parse(&format!("https://localhost:{port}/"), &[]).unwrap(),
                        "k1",
                        "{}",
                    )
                    .await
            },
        );
    let (error, _) = result.err().unwrap();
    assert!(error.to_string().contains("private, loopback"), "{error}");
}
