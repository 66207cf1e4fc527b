//! Log lines and Prometheus metrics.
//!
//! Neither contains who read what: no addresses, tokens, queries or file names. Metric labels are route
//! patterns, methods and status codes, so the code bounds their number.

use std::error::Error;
use std::io::IsTerminal;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging to standard error. Later calls change nothing, so tests that start several archives in
/// one process share the first setting.
///
/// # Errors
/// The filter of the configuration cannot be read.
pub fn start_logging(log: &Log) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::builder().parse(&log.filter)?;
    let as_json = match log.format {
        LogFormat::Text => false,
        LogFormat::Json => true,
        LogFormat::Auto => !std::io::stderr().is_terminal(),
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = if as_json {
        lines.json().flatten_event(true).try_init()
    } else {
        lines.with_target(false).try_init()
    };
    drop(started);
    Ok(())
}

/// An error and its causes in one line: `cannot open: file not found`.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// Every metric of the archive.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<ResponseLabels, Counter>,
    request_seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    /// Bytes of request bodies received.
    pub received_bytes: Counter,
    /// Bytes of response bodies sent.
    pub sent_bytes: Counter,
    /// Works, tombstones not counted.
    pub assets: Gauge,
    /// Number of the last event in the log.
    pub last_event: Gauge,
    /// Events that the search index has not read yet.
    pub index_lag_events: Gauge,
    /// Jobs that wait or run.
    pub jobs_open: Gauge,
    /// Jobs that were given up.
    pub jobs_dead: Gauge,
    /// Free bytes on the volume of the data folder.
    pub disk_free_bytes: Gauge,
    /// 1 when the catalogue takes changes, 0 after an error that only a restart mends.
    pub catalog_writable: Gauge,
    /// Places in the catalogue that were found damaged since the start.
    pub catalog_damage: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ResponseLabels {
    route: String,
    method: &'static str,
    status: u16,
}

/// From 0.5 ms to about 33 s, each bucket four times the one before.
fn latency_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 4.0, 9))
}

impl Metrics {
    /// All metrics at zero, registered under `khochung_`.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("khochung"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(latency_buckets),
            received_bytes: Counter::default(),
            sent_bytes: Counter::default(),
            assets: Gauge::default(),
            last_event: Gauge::default(),
            index_lag_events: Gauge::default(),
            jobs_open: Gauge::default(),
            jobs_dead: Gauge::default(),
            disk_free_bytes: Gauge::default(),
            catalog_writable: Gauge::default(),
            catalog_damage: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until the head of the answer was ready",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        for (name, help, counter) in [
            (
                "http_received",
                "Request bodies received",
                &self.received_bytes,
            ),
            ("http_sent", "Answer bodies sent", &self.sent_bytes),
        ] {
            registry.register_with_unit(name, help, Unit::Bytes, counter.clone());
        }
        for (name, help, gauge) in [
            ("assets", "Works, tombstones not counted", &self.assets),
            ("last_event", "Number of the last event", &self.last_event),
            (
                "index_lag_events",
                "Events not yet searchable",
                &self.index_lag_events,
            ),
            ("jobs_open", "Jobs that wait or run", &self.jobs_open),
            ("jobs_dead", "Jobs that were given up", &self.jobs_dead),
            (
                "catalog_writable",
                "Whether the catalogue takes changes",
                &self.catalog_writable,
            ),
            (
                "catalog_damage",
                "Places in the catalogue found damaged",
                &self.catalog_damage,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
        let disk_free = self.disk_free_bytes.clone();
        registry.register_with_unit("disk_free", "Free space for data", Unit::Bytes, disk_free);
    }

    /// Counts one response. `route` is the pattern, not the path.
    pub fn count_response(&self, route: &str, method: &str, status: u16, took: Duration) {
        let route = route.to_owned();
        let method = known_method(method);
        let seconds = self.request_seconds.get_or_create(&RouteLabels {
            route: route.clone(),
            method,
        });
        seconds.observe(took.as_secs_f64());
        drop(seconds);
        self.requests
            .get_or_create(&ResponseLabels {
                route,
                method,
                status,
            })
            .inc();
    }

    /// The OpenMetrics text of all metrics.
    ///
    /// # Errors
    /// Writing to a text never fails in practice.
    pub fn encode(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Methods are an open set (RFC 9110): unknown ones share one label.
fn known_method(method: &str) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}
