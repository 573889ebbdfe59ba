//! Answers, and every way of not getting one, from servers that keep to a script.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use aws_smithy_runtime_api::client::{
    connection::CaptureSmithyConnection, orchestrator::HttpResponse,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream, retry::ErrorKind};

use super::*;
use crate::{
    chain,
    loopback::{Loopback, answer, hang_up},
};

const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// A server that deals with each connection, numbered from 0, as the script says.
struct Server {
    address: String,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn start(script: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let connections = Arc::new(AtomicUsize::new(0));
        let (seen, script) = (Arc::clone(&connections), Arc::new(script));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (number, script) = (seen.fetch_add(1, Ordering::SeqCst), Arc::clone(&script));
                std::thread::spawn(move || script(number, stream.unwrap()));
            }
        });
        Self { address, connections }
    }

    /// Answers every request of every connection with nothing but success.
    fn obliging() -> Self {
        Self::start(|_, mut stream| {
            while request(&stream) {
                stream.write_all(EMPTY.as_bytes()).unwrap();
            }
        })
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Reads the head of a request without a body; whether there was one.
fn request(stream: &TcpStream) -> bool {
    let mut lines = BufReader::new(stream).lines();
    lines.any(|line| line.is_ok_and(|line| line.is_empty()))
}

/// Keeps the connection open until the other side ends it.
fn say_nothing(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

fn client(limits: Limits) -> SharedHttpConnector {
    Client::new(TrustStore::Amazon).connector(limits)
}

async fn get(client: &SharedHttpConnector, url: &str) -> Result<HttpResponse, ConnectorError> {
    client.call(HttpRequest::get(url).unwrap()).await
}

/// Time for a connection to be put back.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_body_arrives_as_it_is_sent() {
    let (go_on, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let server = Server::start(move |_, mut stream| {
        request(&stream);
        let head = "HTTP/1.1 203 Nearly\r\nx-of: test\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(format!("{head}5\r\nfirst\r\n").as_bytes()).unwrap();
        wait.lock().unwrap().recv().unwrap();
        stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").unwrap();
        say_nothing(stream);
    });
    let answer = get(&client(Limits::default()), &server.url()).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("x-of")), (203, Some("test")));
    let mut body = ByteStream::new(answer.into_body());
    assert_eq!(body.next().await.unwrap().unwrap(), "first");
    // Only now is there more.
    go_on.send(()).unwrap();
    assert_eq!(body.next().await.unwrap().unwrap(), "last");
    assert!(body.next().await.is_none());
}

#[tokio::test]
async fn what_is_sent_arrives() {
    let server = Loopback::start(|_, request| answer(200, &request.body));
    let mut request = HttpRequest::new(SdkBody::from("to whom it may concern"));
    request.set_method("PUT").unwrap();
    request.set_uri(format!("{}/key?x=1", server.url)).unwrap();
    request.headers_mut().insert("x-of", "test");
    let answer = client(Limits::default()).call(request).await.unwrap();
    let body = ByteStream::new(answer.into_body()).collect().await.unwrap();
    assert_eq!(body.into_bytes(), "to whom it may concern");
    let seen = &server.requests()[0];
    assert_eq!((seen.line.as_str(), seen.header("x-of")), ("PUT /key?x=1 HTTP/1.1", Some("test")));
    assert_eq!(seen.header("host").unwrap(), server.url.trim_start_matches("http://"));
}

#[tokio::test]
async fn a_server_that_never_answers_is_a_timeout_of_reading() {
    let server = Server::start(|_, stream| say_nothing(stream));
    let limits = Limits { connect: None, read: Some(Duration::from_millis(200)) };
    let before = Instant::now();
    let error = get(&client(limits), &server.url()).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(chain(&error).contains("HTTP read timeout occurred after 200ms"), "{}", chain(&error));
    assert!(before.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn the_limit_of_reading_is_for_the_head_and_leaves_a_slow_body_alone() {
    let server = Server::start(|_, mut stream| {
        request(&stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n").unwrap();
        std::thread::sleep(Duration::from_millis(600));
        stream.write_all(b"slow").unwrap();
    });
    let limits = Limits { connect: None, read: Some(Duration::from_millis(300)) };
    let answer = get(&client(limits), &server.url()).await.unwrap();
    let body = ByteStream::new(answer.into_body()).collect().await.unwrap();
    assert_eq!(body.into_bytes(), "slow");
}

#[tokio::test]
async fn a_handshake_that_nobody_answers_is_a_timeout_of_connecting() {
    let server = Server::start(|_, stream| say_nothing(stream));
    let limits = Limits { connect: Some(Duration::from_millis(200)), read: None };
    let url = format!("https://{}/", server.address);
    let error = get(&client(limits), &url).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(chain(&error).contains("HTTP connect timeout occurred after"), "{}", chain(&error));
}

#[tokio::test]
async fn tls_offers_http_1_1_and_names_the_host() {
    let (tell, told) = mpsc::channel();
    let server = Server::start(move |_, mut stream| {
        let mut acceptor = rustls::server::Acceptor::default();
        let accepted = loop {
            acceptor.read_tls(&mut stream).unwrap();
            if let Some(accepted) = acceptor.accept().map_err(|(error, _)| error).unwrap() {
                break accepted;
            }
        };
        let hello = accepted.client_hello();
        let protocols: Vec<_> = hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect();
        tell.send((hello.server_name().map(str::to_owned), protocols)).unwrap();
    });
    let url = format!("https://{}/", server.address.replace("127.0.0.1", "localhost"));
    let error = get(&client(Limits::default()), &url).await.unwrap_err();
    assert!(error.is_io(), "{error:?}");
    let (name, protocols) = told.recv().unwrap();
    assert_eq!((name.as_deref(), protocols), (Some("localhost"), vec![b"http/1.1".to_vec()]));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_an_error_of_input_and_output() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = get(&client(Limits::default()), &format!("http://{free}/")).await.unwrap_err();
    assert!(error.is_io(), "{error:?}");
    assert!(chain(&error).contains("refused"), "{}", chain(&error));
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_transient() {
    let server = Server::start(|_, stream| {
        request(&stream);
    });
    let error = get(&client(Limits::default()), &server.url()).await.unwrap_err();
    assert_eq!(error.as_other(), Some(ErrorKind::TransientError), "{error:?}");
}

#[tokio::test]
async fn what_is_no_http_is_nothing_to_try_again() {
    let server = Server::start(|_, mut stream| {
        request(&stream);
        stream.write_all(b"220 mail.example.com ESMTP\r\n\r\n").unwrap();
    });
    let error = get(&client(Limits::default()), &server.url()).await.unwrap_err();
    assert!(error.is_other() && error.as_other().is_none(), "{error:?}");
}

#[tokio::test]
async fn a_body_that_ends_too_early_is_an_error_of_the_body() {
    let server = Server::start(|_, mut stream| {
        request(&stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").unwrap();
    });
    let answer = get(&client(Limits::default()), &server.url()).await.unwrap();
    assert!(ByteStream::new(answer.into_body()).collect().await.is_err());
}

#[tokio::test]
async fn the_sdk_asks_again_when_the_connection_ended() {
    let server = Loopback::start(|number, _| if number == 0 { hang_up() } else { answer(200, "") });
    server.aws().s3().await.head_bucket().bucket("exports").send().await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::obliging();
    let client = client(Limits::default());
    for _ in 0..3 {
        get(&client, &server.url()).await.unwrap();
        pause().await;
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn those_with_the_same_limits_share_their_connections() {
    let server = Server::obliging();
    let client = Client::new(TrustStore::Amazon);
    let slow = Limits { read: Some(Duration::from_secs(20)), connect: None };
    for limits in [slow, slow, Limits::default()] {
        get(&client.connector(limits), &server.url()).await.unwrap();
        pause().await;
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_the_sdk_gave_up_is_not_used_again() {
    let server = Server::obliging();
    let client = client(Limits::default());
    let captured = CaptureSmithyConnection::new();
    let mut request = HttpRequest::get(server.url()).unwrap();
    request.add_extension(captured.clone());
    client.call(request).await.unwrap();
    let connection = captured.get().unwrap();
    assert_eq!(connection.remote_addr().unwrap().to_string(), server.address);
    assert!(connection.local_addr().is_some());
    connection.poison();
    pause().await;
    get(&client, &server.url()).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_no_request() {
    // As it is after a process was frozen for longer than the server waits.
    let server = Server::start(|_, mut stream| {
        request(&stream);
        stream.write_all(EMPTY.as_bytes()).unwrap();
    });
    let client = client(Limits::default());
    for _ in 0..3 {
        get(&client, &server.url()).await.unwrap();
        pause().await;
    }
    assert_eq!(server.connections(), 3);
}
