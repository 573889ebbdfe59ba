//! The Lambda Runtime API for one function process and a few events, one after the other.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

/// What the function posted: the path says whether it is a response or an error.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) peak_kib: Option<u64>,
}

/// How long Lambda lets an invocation run, if a test says nothing else.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Starts the function, hands it the event, and returns its first answer.
pub(crate) fn invoke(command: Command, event: &str) -> Answer {
    invoke_watched(command, event, |_| {}).expect("the function died without an answer")
}

/// The same for a function that may die first; `started` hears its process id.
pub(crate) fn invoke_watched(
    command: Command,
    event: &str,
    started: impl FnOnce(u32),
) -> Option<Answer> {
    let mut process = Process::start(command, Stdio::null());
    started(process.child.id());
    process.invoke(event, TIMEOUT)
}

/// A function's process, for several invocations.
pub(crate) struct Process {
    child: Child,
    listener: TcpListener,
    connection: Option<TcpStream>,
}

impl Process {
    /// Starts it; `output` takes what it logs.
    pub(crate) fn start(mut command: Command, output: Stdio) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let child = command
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
            .stdout(output)
            .spawn()
            .unwrap();
        Self { child, listener, connection: None }
    }

    /// Hands over an event; `None` when the process dies without an answer.
    pub(crate) fn invoke(&mut self, event: &str, timeout: Duration) -> Option<Answer> {
        let answer = loop {
            if let Some(connection) = self.connection.take()
                && let Some(answer) = serve(&connection, event, timeout)
            {
                self.connection = Some(connection);
                break answer;
            }
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).unwrap();
                    // An answer is several writes, each of which would wait 40 ms for the one before.
                    stream.set_nodelay(true).unwrap();
                    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                    self.connection = Some(stream);
                }
                Err(_) if self.child.try_wait().unwrap().is_some() => return None,
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        Some(Answer { peak_kib: peak_kib(self.child.id()), ..answer })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, such as `-STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        assert!(kill.args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// What it said at its end, for which this waits.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Waits for its end.
    pub(crate) fn ended_within(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        false
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most memory that a process has had, where the system tells.
fn peak_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Serves one connection until it closes or the function has answered.
fn serve(mut writer: &TcpStream, event: &str, timeout: Duration) -> Option<Answer> {
    let mut reader = BufReader::new(writer);
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
        let deadline = (since + timeout).as_millis();
        let arn = "arn:aws:lambda:us-east-1:111122223333:function:function";
        write!(
            writer,
            "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: r1\r\nLambda-Runtime-Deadline-Ms: {deadline}\r\nLambda-Runtime-Invoked-Function-Arn: {arn}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{event}",
            event.len()
        )
        .unwrap();
    }
}
