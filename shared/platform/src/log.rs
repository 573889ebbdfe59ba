//! JSON log lines with the keys that Powertools for AWS Lambda uses, so that queries written for it
//! keep working.

use std::{
    io::Write,
    panic::PanicHookInfo,
    sync::atomic::{AtomicBool, Ordering},
};

use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    filter::Targets,
    layer::{Context, SubscriberExt},
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Whether the current invocation is the first one of this process.
static COLD_START: AtomicBool = AtomicBool::new(true);

/// Starts logging to standard output. The level is `AWS_LAMBDA_LOG_LEVEL`, which Lambda's own
/// logging settings fill, else `RUST_LOG`, else INFO.
pub fn init(service: &'static str, lookup: impl Fn(&str) -> Option<String>) {
    let lines = JsonLines {
        service,
        function_name: lookup("AWS_LAMBDA_FUNCTION_NAME"),
        memory_size: lookup("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|size| size.parse().ok()),
        write: |line: &str| {
            // There is nowhere else to report that logging fails.
            let _ = std::io::stdout().lock().write_all(line.as_bytes());
        },
    };
    let filter = levels(lookup("AWS_LAMBDA_LOG_LEVEL").as_deref(), lookup("RUST_LOG").as_deref());
    // Only a second call in the same process can fail, and then the first one's lines are as good.
    let _ = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
    std::panic::set_hook(Box::new(report_panic));
}

pub(crate) fn is_cold_start() -> bool {
    COLD_START.load(Ordering::Relaxed)
}

pub(crate) fn invocation_ends() {
    COLD_START.store(false, Ordering::Relaxed);
}

/// The message of a panic can quote what was being worked on, so only the place is logged.
fn report_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string);
    tracing::error!(panic.location = place, "a panic, which is a bug");
}

/// What the SDK and the HTTP client log below INFO tells of requests, whose addresses and bodies can
/// be secret, so that needs TRACE. `lambda_runtime` would log our own errors a second time, in Debug
/// form.
fn levels(lambda: Option<&str>, rust_log: Option<&str>) -> Targets {
    let level = |text: &str| match text.to_ascii_uppercase().as_str() {
        "FATAL" => Some(tracing::Level::ERROR),
        other => other.parse().ok(),
    };
    let ours = |level| {
        let wire = if level == tracing::Level::DEBUG { tracing::Level::INFO } else { level };
        Targets::new()
            .with_default(level)
            .with_targets(["aws_", "h2", "hyper", "rustls"].map(|target| (target, wire)))
            .with_target("lambda_runtime", tracing::level_filters::LevelFilter::OFF)
    };
    if let Some(level) = lambda.and_then(level) {
        return ours(level);
    }
    match rust_log {
        Some(text) => level(text).map(ours).or_else(|| text.parse().ok()),
        None => None,
    }
    .unwrap_or_else(|| ours(tracing::Level::INFO))
}

struct JsonLines<W> {
    service: &'static str,
    function_name: Option<String>,
    memory_size: Option<u64>,
    write: W,
}

/// Fields in the order in which they were given; a later one of the same name wins.
#[derive(Default)]
struct Fields(Vec<(&'static str, Value)>);

impl Fields {
    fn set(&mut self, name: &'static str, value: Value) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field.name(), value.into());
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value.into());
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value.into());
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value.into());
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), value.into());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.set(field.name(), format!("{value:?}").into());
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Fn(&str) + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut own = Fields::default();
        event.record(&mut own);
        let mut line = Fields::default();
        line.set("level", metadata.level().as_str().into());
        line.set(
            "location",
            format!("{}:{}", metadata.target(), metadata.line().unwrap_or_default()).into(),
        );
        line.set("message", Value::Null);
        line.set("timestamp", crate::now().to_rfc3339().into());
        line.set("service", self.service.into());
        line.set("cold_start", is_cold_start().into());
        if let Some(name) = &self.function_name {
            line.set("function_name", name.as_str().into());
        }
        if let Some(size) = self.memory_size {
            line.set("function_memory_size", size.into());
        }
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(fields) = span.extensions().get::<Fields>() {
                fields.0.iter().for_each(|(name, value)| line.set(name, value.clone()));
            }
        }
        own.0.into_iter().for_each(|(name, value)| line.set(name, value));
        (self.write)(&written(&line));
    }
}

/// One line, ready to be written in one piece.
fn written(fields: &Fields) -> String {
    let mut line = String::from("{");
    for (name, value) in fields.0.iter().filter(|(_, value)| !value.is_null()) {
        if line.len() > 1 {
            line.push(',');
        }
        line.push_str(&Value::from(*name).to_string());
        line.push(':');
        line.push_str(&value.to_string());
    }
    line.push_str("}\n");
    line
}

#[cfg(test)]
mod tests;
