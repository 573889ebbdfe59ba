//! A proxy in front of the AWS endpoint that breaks single calls by a script.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// What happens to one call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// It is answered with this status and body, and never made.
    Answer(u16, &'static str),
    /// It is made, and its answer is lost.
    LoseAnswer,
    /// The connection ends before it is made.
    Reset,
    /// It is never made, and nothing is answered for this long.
    Hang(Duration),
    /// It is made and answered, and then the connection ends.
    CloseAfter,
    /// The function is killed before it is made.
    KillBefore,
    /// It is made, and the function is killed before it hears of it.
    KillAfter,
}

/// One call: the method and the path with its query, and how many of the same there were before.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Of the same method and path, from 0.
    pub(crate) repeat: usize,
    /// Of all calls, from 0.
    pub(crate) number: usize,
}

/// Stands between a function and the endpoint until the test ends.
pub(crate) struct Proxy {
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    victim: Arc<AtomicU32>,
}

impl Proxy {
    pub(crate) fn start(
        endpoint: &str,
        script: impl Fn(&Call) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let backend = endpoint.trim_start_matches("http://").to_owned();
        let proxy = Self { url, calls: Arc::default(), victim: Arc::default() };
        let (calls, victim) = (Arc::clone(&proxy.calls), Arc::clone(&proxy.victim));
        let script = Arc::new(script);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (backend, script) = (backend.clone(), Arc::clone(&script));
                let (calls, victim) = (Arc::clone(&calls), Arc::clone(&victim));
                std::thread::spawn(move || {
                    let mut client = client.unwrap();
                    while serve(&mut client, &backend, &*script, &calls, &victim).is_some() {}
                    let _ = client.shutdown(Shutdown::Both);
                });
            }
        });
        proxy
    }

    /// Whom to kill.
    pub(crate) fn victim(&self, pid: u32) {
        self.victim.store(pid, Ordering::SeqCst);
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }
}

/// Serves one call; `None` when the connection is over.
fn serve(
    client: &mut TcpStream,
    backend: &str,
    script: &(impl Fn(&Call) -> Option<Fault> + ?Sized),
    calls: &Mutex<Vec<Call>>,
    victim: &AtomicU32,
) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let (head, headers) = head(&mut reader)?;
    if headers.get("expect").is_some_and(|value| value.contains("100")) {
        client.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = vec![0; headers.get("content-length").map_or(0, |value| value.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let mut words = head.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let call = {
        let mut calls = calls.lock().unwrap();
        let same = |call: &&Call| call.method == method && call.path == path;
        let repeat = calls.iter().filter(same).count();
        let number = calls.len();
        calls.push(Call { method: method.clone(), path, repeat, number });
        calls.last()?.clone()
    };
    let fault = script(&call);
    match &fault {
        Some(Fault::Answer(status, text)) => {
            let body = if method == "HEAD" { "" } else { text };
            let head = format!(
                "HTTP/1.1 {status} Scripted\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            return client.write_all(format!("{head}{body}").as_bytes()).ok();
        }
        Some(Fault::Reset) => return None,
        Some(Fault::Hang(time)) => {
            std::thread::sleep(*time);
            return None;
        }
        Some(Fault::KillBefore) => {
            kill(victim);
            return None;
        }
        _ => {}
    }
    let answer = forwarded(backend, &head, &headers, &body, &method)?;
    match fault {
        Some(Fault::LoseAnswer) => None,
        Some(Fault::KillAfter) => {
            kill(victim);
            None
        }
        Some(Fault::CloseAfter) => {
            client.write_all(&answer).ok()?;
            None
        }
        _ => client.write_all(&answer).ok(),
    }
}

fn kill(victim: &AtomicU32) {
    let pid = victim.load(Ordering::SeqCst).to_string();
    Command::new("kill").args(["-KILL", &pid]).status().unwrap();
}

/// The first line and the headers, their names in lower case.
fn head(reader: &mut impl BufRead) -> Option<(String, HashMap<String, String>)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Some((first.trim_end().to_owned(), headers))
}

/// The endpoint's whole answer to a call on a connection of its own.
fn forwarded(
    backend: &str,
    head: &str,
    headers: &HashMap<String, String>,
    body: &[u8],
    method: &str,
) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(backend).ok()?;
    let mut request = format!("{head}\r\n");
    for (name, value) in headers.iter().filter(|(name, _)| *name != "expect") {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut reader = BufReader::new(stream);
    let (status, headers) = self::head(&mut reader)?;
    let mut answer = format!("{status}\r\n");
    let mut content = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        loop {
            let mut size = String::new();
            reader.read_line(&mut size).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            if size == 0 {
                break;
            }
            content.extend_from_slice(chunk.get(..size)?);
        }
        answer.push_str(&format!("content-length: {}\r\n", content.len()));
    } else if method != "HEAD" {
        content = vec![0; headers.get("content-length").map_or(0, |value| value.parse().unwrap())];
        reader.read_exact(&mut content).ok()?;
    }
    for (name, value) in headers.iter().filter(|(name, _)| *name != "transfer-encoding") {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    answer.push_str("\r\n");
    Some([answer.into_bytes(), content].concat())
}
