//! Metrics in CloudWatch's embedded format, written once per invocation.

use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use serde_json::{Map, Value, json};

const NAMESPACE: &str = "Guardsift";

/// Both limits:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>.
const METRICS_PER_BLOB: usize = 100;
const VALUES_PER_METRIC: usize = 100;

/// The metrics of one invocation. They are written when this is dropped, so also after an error or
/// a panic.
///
/// The one dimension is `service`. Anything finer (destination, rule, account) belongs in a log
/// line: each value of a dimension is a metric that is paid for. A gauge may have more, of which each
/// takes a handful of values.
#[derive(Debug)]
pub struct Metrics {
    service: &'static str,
    values: Mutex<BTreeMap<&'static str, Series>>,
    gauges: Mutex<Vec<Gauge>>,
}

/// A figure as it is now, by dimensions beside `service`.
#[derive(Debug)]
struct Gauge {
    name: &'static str,
    dimensions: Vec<(&'static str, &'static str)>,
    value: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Count,
    Milliseconds,
}

#[derive(Debug)]
struct Series {
    unit: Unit,
    values: Vec<f64>,
}

impl Metrics {
    /// Metrics of this service.
    pub fn new(service: &'static str) -> Self {
        Self { service, values: Mutex::default(), gauges: Mutex::default() }
    }

    /// Adds to a count; nothing when there is nothing to add. Names are in PascalCase.
    pub fn count(&self, name: &'static str, number: u64) {
        if number == 0 {
            return;
        }
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let series =
            values.entry(name).or_insert_with(|| Series { unit: Unit::Count, values: vec![0.0] });
        #[expect(
            clippy::cast_precision_loss,
            reason = "a metric value is a double, and no count of one invocation comes near 2^53"
        )]
        if let Some(total) = series.values.first_mut() {
            *total += number as f64;
        }
    }

    /// Adds one duration.
    pub fn milliseconds(&self, name: &'static str, duration: std::time::Duration) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let series = values
            .entry(name)
            .or_insert_with(|| Series { unit: Unit::Milliseconds, values: Vec::new() });
        series.values.push(duration.as_secs_f64() * 1000.0);
    }

    /// Sets a figure for one value of each dimension; 0 is a figure too.
    pub fn gauge(
        &self,
        name: &'static str,
        dimensions: Vec<(&'static str, &'static str)>,
        value: u64,
    ) {
        let mut gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.push(Gauge { name, dimensions, value });
    }

    /// One blob each, since all metrics of a blob have the same values of its dimensions.
    fn gauge_blobs(&self, epoch_millis: u64) -> Vec<Value> {
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        let blob = |gauge: &Gauge| {
            let own = gauge.dimensions.iter().map(|(name, _)| *name);
            let dimensions: Vec<&str> = std::iter::once("service").chain(own).collect();
            let mut blob = Map::new();
            blob.insert(
                "_aws".to_owned(),
                json!({"Timestamp": epoch_millis, "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [dimensions],
                    "Metrics": [{"Name": gauge.name, "Unit": "Count"}]}]}),
            );
            blob.insert("service".to_owned(), json!(self.service));
            for (name, value) in &gauge.dimensions {
                blob.insert((*name).to_owned(), json!(value));
            }
            blob.insert(gauge.name.to_owned(), json!(gauge.value));
            Value::Object(blob)
        };
        gauges.iter().map(blob).collect()
    }

    fn blobs(&self, epoch_millis: u64) -> Vec<Value> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let mut slices: Vec<(&str, Unit, &[f64])> = Vec::new();
        for (name, series) in &*values {
            slices.extend(
                series.values.chunks(VALUES_PER_METRIC).map(|chunk| (*name, series.unit, chunk)),
            );
        }
        let mut blobs = Vec::new();
        while !slices.is_empty() {
            let mut rest = Vec::new();
            let mut blob: BTreeMap<&str, (Unit, &[f64])> = BTreeMap::new();
            for (name, unit, chunk) in slices {
                if blob.len() < METRICS_PER_BLOB && !blob.contains_key(name) {
                    blob.insert(name, (unit, chunk));
                } else {
                    rest.push((name, unit, chunk));
                }
            }
            blobs.push(self.blob(epoch_millis, &blob));
            slices = rest;
        }
        blobs
    }

    fn blob(&self, epoch_millis: u64, metrics: &BTreeMap<&str, (Unit, &[f64])>) -> Value {
        let definitions: Vec<_> = metrics
            .iter()
            .map(|(name, (unit, _))| json!({"Name": name, "Unit": format!("{unit:?}")}))
            .collect();
        let mut blob = Map::new();
        blob.insert(
            "_aws".to_owned(),
            json!({"Timestamp": epoch_millis, "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": [["service"]], "Metrics": definitions}]}),
        );
        blob.insert("service".to_owned(), json!(self.service));
        for (name, (_, values)) in metrics {
            blob.insert(
                (*name).to_owned(),
                if let [value] = values { json!(value) } else { json!(values) },
            );
        }
        Value::Object(blob)
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut lines = String::new();
        let epoch_millis = u64::try_from(now.as_millis()).unwrap_or(u64::MAX);
        for blob in self.blobs(epoch_millis).into_iter().chain(self.gauge_blobs(epoch_millis)) {
            lines.push_str(&blob.to_string());
            lines.push('\n');
        }
        // A metric that cannot be written must not fail the invocation, and there is nowhere else
        // to say so.
        let _ = std::io::stdout().lock().write_all(lines.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn counts_add_up_and_carry_the_service_as_their_only_dimension() {
        let metrics = Metrics::new("finding-events");
        metrics.count("NotificationsSent", 1);
        metrics.count("NotificationsSent", 2);
        let blobs = metrics.blobs(7);
        assert_eq!(
            blobs,
            [json!({
                "_aws": {"Timestamp": 7, "CloudWatchMetrics": [{"Namespace": "Guardsift", "Dimensions": [["service"]],
                    "Metrics": [{"Name": "NotificationsSent", "Unit": "Count"}]}]},
                "service": "finding-events", "NotificationsSent": 3.0})]
        );
    }

    #[test]
    fn many_values_are_spread_over_blobs_of_at_most_a_hundred_each() {
        let metrics = Metrics::new("finding-events");
        (0..250).for_each(|_| metrics.milliseconds("SendTime", Duration::from_millis(2)));
        let sizes: Vec<_> = metrics
            .blobs(7)
            .iter()
            .map(|blob| blob["SendTime"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [100, 100, 50]);
    }

    #[test]
    fn a_gauge_carries_its_dimensions_and_zero_is_a_figure() {
        let metrics = Metrics::new("auto-archive");
        metrics.gauge("OpenFindings", vec![("severity", "high"), ("age", "under_1d")], 0);
        metrics.gauge("OpenFindings", vec![("severity", "low"), ("age", "under_1d")], 3);
        assert!(metrics.blobs(7).is_empty());
        let blobs = metrics.gauge_blobs(7);
        let values: Vec<_> = blobs.iter().map(|blob| &blob["OpenFindings"]).collect();
        assert_eq!(values, [0, 3]);
        assert_eq!(
            blobs[1],
            json!({
                "_aws": {"Timestamp": 7, "CloudWatchMetrics": [{"Namespace": "Guardsift", "Dimensions": [["service", "severity", "age"]],
                    "Metrics": [{"Name": "OpenFindings", "Unit": "Count"}]}]},
                "service": "auto-archive", "severity": "low", "age": "under_1d", "OpenFindings": 3})
        );
    }

    #[test]
    fn an_invocation_without_metrics_writes_nothing() {
        assert!(Metrics::new("finding-events").blobs(7).is_empty());
    }

    #[test]
    fn more_than_a_hundred_metrics_are_spread_too() {
        let metrics = Metrics::new("finding-events");
        let names: Vec<&'static str> =
            (0..101).map(|n| &*Box::leak(format!("M{n}").into_boxed_str())).collect();
        names.iter().for_each(|name| metrics.count(name, 1));
        let sizes: Vec<_> = metrics
            .blobs(7)
            .iter()
            .map(|blob| blob["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [100, 1]);
    }
}
