//! A destination on the web that does what a test's script says: refuse, dawdle, hang up, send elsewhere, never end.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// How one request is answered.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// This status, without a body.
    Status(u16),
    /// 200 with this body.
    Ok(String),
    /// 429 with `Retry-After` in seconds.
    RetryAfter(u64),
    /// 200 after this time.
    Slow(Duration),
    /// The request is read, and the connection ends without an answer.
    HangUp,
    /// 200, and the connection ends although nothing said so.
    OkAndClose,
    /// 302 to there.
    Redirect(String),
    /// 200 and bytes without end.
    Endless,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct State {
    /// By path; the last step is for ever.
    scripts: BTreeMap<String, Vec<Step>>,
    received: Vec<Received>,
}

/// A server on the loopback interface. Paths without a script are answered 200.
#[derive(Debug, Clone)]
pub(crate) struct HttpStub {
    host: String,
    state: Arc<Mutex<State>>,
}

impl HttpStub {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stub = Self { host: listener.local_addr().unwrap().to_string(), state: Arc::default() };
        let own = stub.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let own = own.clone();
                thread::spawn(move || own.serve(stream));
            }
        });
        stub
    }

    /// `host:port`
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// What is answered to requests for the path from now on.
    pub(crate) fn script(&self, path: &str, steps: impl IntoIterator<Item = Step>) {
        let steps = steps.into_iter().collect();
        self.state.lock().unwrap().scripts.insert(path.to_owned(), steps);
    }

    /// The requests for the path so far.
    pub(crate) fn received(&self, path: &str) -> Vec<Received> {
        let state = self.state.lock().unwrap();
        state.received.iter().filter(|own| own.path == path).cloned().collect()
    }

    fn next(&self, request: Received) -> Step {
        let mut state = self.state.lock().unwrap();
        let path = request.path.clone();
        state.received.push(request);
        match state.scripts.get_mut(&path) {
            Some(steps) if steps.len() > 1 => steps.remove(0),
            Some(steps) => steps.first().cloned().unwrap_or(Step::Status(200)),
            None => Step::Status(200),
        }
    }

    /// One connection, with as many requests as its other end sends.
    fn serve(&self, stream: TcpStream) {
        let Ok(mut writer) = stream.try_clone() else { return };
        let mut reader = BufReader::new(stream);
        while let Some(request) = read(&mut reader) {
            let step = self.next(request);
            let closes = matches!(step, Step::OkAndClose);
            let (status, more, body) = match step {
                Step::Status(status) => (status, String::new(), String::new()),
                Step::OkAndClose => (200, String::new(), String::new()),
                Step::Ok(body) => (200, String::new(), body),
                Step::RetryAfter(seconds) => {
                    (429, format!("retry-after: {seconds}\r\n"), String::new())
                }
                Step::Slow(time) => {
                    thread::sleep(time);
                    (200, String::new(), String::new())
                }
                Step::HangUp => return,
                Step::Redirect(to) => (302, format!("location: {to}\r\n"), String::new()),
                Step::Endless => {
                    let _ = writer.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
                    while writer.write_all(&[b'x'; 4096]).is_ok() {}
                    return;
                }
            };
            let length = body.len();
            let answer =
                format!("HTTP/1.1 {status} X\r\n{more}content-length: {length}\r\n\r\n{body}");
            if writer.write_all(answer.as_bytes()).is_err() || closes {
                return;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
