//! One invocation, from what the runtime hands over to what it takes back.

use std::{
    future::Future,
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use futures::FutureExt;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::{Value, value::RawValue};
use tracing::{Instrument, error, info_span};

use crate::{Deadline, Failure, Invocation, Metrics, log};

/// What an invocation is given besides its event.
#[derive(Debug)]
pub struct Scope {
    /// When to stop.
    pub deadline: Deadline,
    /// Written when the invocation ends, however it ends.
    pub metrics: Metrics,
}

/// Starts logging and reads the settings. What is wrong with them is logged and reported to Lambda
/// as an init error.
pub fn init<T>(
    service: &'static str,
    settings: Result<T, crate::config::ConfigError>,
) -> Result<T, lambda_runtime::Error> {
    log::init(service, |name| std::env::var(name).ok());
    settings
        .inspect_err(|problem| {
            error!(error = %problem, "the function cannot start");
            if let Ok(api) = std::env::var("AWS_LAMBDA_RUNTIME_API") {
                report_init_error(&api, &problem.to_string());
            }
        })
        .map_err(Into::into)
}

/// Runs the handler on one event: with a deadline, metrics and a span of its own, and with errors
/// in the form of Lambda's.
pub async fn invocation<F, Fut>(
    service: &'static str,
    event: LambdaEvent<Box<RawValue>>,
    handle: F,
) -> Result<Value, Diagnostic>
where
    F: FnOnce(Invocation, Scope) -> Fut,
    Fut: Future<Output = Result<Value, Failure>>,
{
    let LambdaEvent { payload, context } = event;
    let span = span(&context);
    async {
        let scope = Scope {
            deadline: Deadline::at_epoch_millis(context.deadline),
            metrics: Metrics::new(service),
        };
        if log::is_cold_start() {
            scope.metrics.count("ColdStart", 1);
        }
        let result = match Invocation::parse(payload.get()) {
            // Boxed, because the types of all its calls together go beyond what the compiler lays
            // out at once.
            Ok(invocation) => handle(invocation, scope).boxed_local().await,
            Err(error) => Err(Failure::new("BatchUnreadable", &error)),
        };
        if let Err(failure) = &result {
            error!(error_type = failure.kind(), error = %failure, "invocation failed");
        }
        log::invocation_ends();
        result.map_err(Diagnostic::from)
    }
    .instrument(span)
    .await
}

fn span(context: &Context) -> tracing::Span {
    info_span!(
        "invocation",
        function_arn = context.invoked_function_arn,
        function_request_id = context.request_id,
        xray_trace_id = context.xray_trace_id,
    )
}

/// The runtime has no call for this: it reports what goes wrong once it runs. A plain request over
/// a plain socket, since nothing else is up yet
/// (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror>).
fn report_init_error(api: &str, message: &str) {
    let body =
        serde_json::json!({"errorType": "ConfigError", "errorMessage": message, "stackTrace": []})
            .to_string();
    let request = format!(
        "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {api}\r\nContent-Type: application/json\r\nLambda-Runtime-Function-Error-Type: ConfigError\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let sent = TcpStream::connect(api).and_then(|mut stream| {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(request.as_bytes())?;
        stream.read_exact(&mut [0; 12])
    });
    if let Err(problem) = sent {
        error!(error = %problem, "the init error could not be reported to Lambda");
    }
}

#[cfg(test)]
mod tests {
    use std::{io::BufRead, net::TcpListener};

    use super::*;

    #[test]
    fn an_init_error_reaches_the_runtime_api() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let api = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.strip_prefix("Content-Length: ") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").unwrap();
            (head, String::from_utf8(body).unwrap())
        });
        report_init_error(&api, "GUARDSIFT_LAKE_BUCKET is not set");
        let (head, body) = server.join().unwrap();
        assert!(head.starts_with("POST /2018-06-01/runtime/init/error "));
        assert!(body.contains("GUARDSIFT_LAKE_BUCKET is not set"));
    }
}
