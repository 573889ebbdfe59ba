//! Lines as they are written.

use std::sync::{Arc, Mutex};

use tracing::{error, info, info_span};

use super::*;

fn lines(work: impl FnOnce()) -> Vec<Value> {
    let written = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&written);
    let layer = JsonLines {
        service: "finding-events",
        function_name: Some("guardsift-finding-events".into()),
        memory_size: Some(128),
        write: move |line: &str| sink.lock().unwrap().push_str(line),
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
    let text = written.lock().unwrap().clone();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_has_the_keys_of_powertools_and_those_of_the_spans_around_it() {
    let lines = lines(|| {
        let invocation = info_span!("invocation", function_request_id = "r1", xray_trace_id = "x1");
        let record =
            info_span!(parent: &invocation, "record", correlation_id = tracing::field::Empty);
        record.record("correlation_id", "e1");
        record.in_scope(|| info!(finding.id = "f1", count = 2, "decided"));
    });
    let line = &lines[0];
    for (key, value) in [
        ("level", "INFO"),
        ("message", "decided"),
        ("service", "finding-events"),
        ("function_name", "guardsift-finding-events"),
        ("function_request_id", "r1"),
        ("xray_trace_id", "x1"),
        ("correlation_id", "e1"),
        ("finding.id", "f1"),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
    assert_eq!(
        (line["function_memory_size"].as_u64(), line["count"].as_i64()),
        (Some(128), Some(2))
    );
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
    assert!(line["location"].as_str().unwrap().starts_with("platform::log::tests:"));
}

#[test]
fn what_an_attacker_put_in_a_value_cannot_split_a_line() {
    let lines = lines(|| error!(value = "a\n{\"level\":\"FATAL\"}\u{1b}[2J\u{2028}", "odd"));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "ERROR");
}

#[test]
fn the_level_of_lambda_wins_over_rust_log_and_nonsense_means_info() {
    use tracing::Level;
    let enabled = |lambda, rust_log, level: Level| {
        levels(lambda, rust_log).would_enable("finding_events", &level)
    };
    assert!(enabled(Some("DEBUG"), Some("error"), Level::DEBUG));
    assert!(!enabled(Some("FATAL"), None, Level::WARN));
    assert!(enabled(None, Some("finding_events=debug"), Level::DEBUG));
    assert!(enabled(None, Some("debug"), Level::DEBUG));
    assert!(!enabled(None, None, Level::DEBUG) && enabled(None, None, Level::INFO));
    assert!(enabled(Some("LOUD"), None, Level::INFO));
}

#[test]
fn the_runtime_does_not_log_our_errors_a_second_time() {
    assert!(
        !levels(None, None).would_enable("lambda_runtime::layers::panic", &tracing::Level::ERROR)
    );
}

#[test]
fn what_is_on_the_wire_needs_trace() {
    use tracing::Level;
    for target in ["aws_smithy_runtime::client::orchestrator", "hyper_util::client", "h2::codec"] {
        assert!(!levels(Some("DEBUG"), None).would_enable(target, &Level::DEBUG), "{target}");
        assert!(levels(Some("DEBUG"), None).would_enable(target, &Level::INFO), "{target}");
        assert!(levels(Some("TRACE"), None).would_enable(target, &Level::TRACE), "{target}");
    }
}
