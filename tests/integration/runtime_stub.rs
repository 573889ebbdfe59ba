//! The Lambda Runtime API for one function process and one event.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

/// What the function posted: the path says whether it is a response or an error.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) peak_kib: Option<u64>,
}

/// Starts the function, hands it the event, and returns its first answer.
pub(crate) fn invoke(command: Command, event: &str) -> Answer {
    invoke_watched(command, event, |_| {}).expect("the function died without an answer")
}

/// The same for a function that may die first; `started` hears its process id.
pub(crate) fn invoke_watched(
    mut command: Command,
    event: &str,
    started: impl FnOnce(u32),
) -> Option<Answer> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut child = command
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string())
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "function"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", local::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", local::SECRET_ACCESS_KEY),
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    started(child.id());
    let answer = loop {
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                if let Some(answer) = serve(stream, event) {
                    break Some(answer);
                }
            }
            Err(_) if child.try_wait().unwrap().is_some() => break None,
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let answer = answer.map(|answer| Answer { peak_kib: peak_kib(child.id()), ..answer });
    let _ = child.kill();
    child.wait().unwrap();
    answer
}

/// The most memory that a process has had, where the system tells.
fn peak_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Serves one connection until it closes or the function has answered.
fn serve(stream: TcpStream, event: &str) -> Option<Answer> {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let path = line.split(' ').nth(1)?.to_owned();
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            match header.trim().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap();
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        if !path.ends_with("/invocation/next") {
            writer.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
            return Some(Answer { path, body: String::from_utf8(body).unwrap(), peak_kib: None });
        }
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let deadline = since.as_millis() + 20_000;
        let arn = "arn:aws:lambda:us-east-1:111122223333:function:function";
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\nLambda-Runtime-Invoked-Function-Arn: {arn}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
    }
}
