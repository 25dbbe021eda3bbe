//! What is counted and measured, for Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::config::PluginChoice;

/// All that is counted and measured.
pub struct Metrics {
    registry: Registry,
    decisions: Family<Decided, Counter>,
    decision_seconds: Histogram,
    failures: Family<Failed, Counter>,
    requests: Family<Asked, Counter>,
    request_seconds: Histogram,
    store_seconds: Histogram,
    fetches: Family<Fetched, Counter>,
    reloads: Family<Reloaded, Counter>,
    connections: Gauge<i64, AtomicI64>,
    plugin: Family<Form, Gauge<i64, AtomicI64>>,
    instances: Gauge<i64, AtomicI64>,
    audit_lost: Gauge<u64, AtomicU64>,
}

/// The labels of a decision. Each has few values: codes are the plugin's, not a client's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decided {
    operation: &'static str,
    outcome: &'static str,
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    operation: &'static str,
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fetched {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reloaded {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Form {
    form: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("gatepost");
        // From 4 microseconds to some four seconds.
        let fast = || Histogram::new(exponential_buckets(4e-6, 4.0, 11));
        let metrics = Self {
            decisions: Family::default(),
            decision_seconds: fast(),
            failures: Family::default(),
            requests: Family::default(),
            request_seconds: fast(),
            store_seconds: fast(),
            fetches: Family::default(),
            reloads: Family::default(),
            connections: Gauge::default(),
            plugin: Family::default(),
            instances: Gauge::default(),
            audit_lost: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "decisions",
            "Decisions by outcome and first finding",
            metrics.decisions.clone(),
        );
        registry.register_with_unit(
            "decision",
            "How long the plugin takes for a decision",
            Unit::Seconds,
            metrics.decision_seconds.clone(),
        );
        registry.register(
            "undecided",
            "Requests for which there was no decision, or none that was carried out",
            metrics.failures.clone(),
        );
        registry.register("requests", "HTTP requests", metrics.requests.clone());
        registry.register_with_unit(
            "request",
            "How long HTTP requests take",
            Unit::Seconds,
            metrics.request_seconds.clone(),
        );
        registry.register_with_unit(
            "store",
            "How long decisions take that change the directory, with the wait for the disk",
            Unit::Seconds,
            metrics.store_seconds.clone(),
        );
        registry.register(
            "fetches",
            "Documents of clients that decisions needed, fetched or remembered",
            metrics.fetches.clone(),
        );
        registry.register(
            "reloads",
            "Reloads of the settings",
            metrics.reloads.clone(),
        );
        registry.register(
            "connections",
            "Connections that are open",
            metrics.connections.clone(),
        );
        registry.register(
            "plugin",
            "1 for the form of the plugin that decides, 0 for the others",
            metrics.plugin.clone(),
        );
        registry.register(
            "plugin_instances",
            "Instances of the plugin that there are",
            metrics.instances.clone(),
        );
        registry.register(
            "audit_lost",
            "Decisions that are missing in the audit log since the start",
            metrics.audit_lost.clone(),
        );
        registry.register(
            "build",
            "The program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        Self {
            registry,
            ..metrics
        }
    }
}

impl Metrics {
    /// A decision was made.
    pub fn decided(&self, operation: &'static str, is_accepted: bool, code: Option<&str>) {
        let labels = Decided {
            operation,
            outcome: if is_accepted { "accept" } else { "refuse" },
            code: code.unwrap_or_default().to_owned(),
        };
        self.decisions.get_or_create(&labels).inc();
    }

    /// How long the plugin took.
    pub fn asked_plugin(&self, took: Duration) {
        self.decision_seconds.observe(took.as_secs_f64());
    }

    /// There is no decision, or none that was carried out.
    pub fn undecided(&self, operation: &'static str, reason: &'static str) {
        self.failures
            .get_or_create(&Failed { operation, reason })
            .inc();
    }

    /// The directory was changed, or that was tried.
    pub fn stored(&self, took: Duration) {
        self.store_seconds.observe(took.as_secs_f64());
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];
        let known = METHODS.into_iter().find(|known| *known == method);
        let labels = Asked {
            route: route.to_owned(),
            method: known.unwrap_or("other"),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// A document was needed that a client names.
    pub fn fetched(&self, outcome: &'static str) {
        self.fetches.get_or_create(&Fetched { outcome }).inc();
    }

    /// The settings were read again, or that was tried.
    pub fn reloaded(&self, is_done: bool) {
        let outcome = if is_done { "done" } else { "failed" };
        self.reloads.get_or_create(&Reloaded { outcome }).inc();
    }

    /// A connection was opened; it is closed when what is returned goes.
    pub fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// All of it in the text format of OpenMetrics.
    pub fn text(&self, plugin: &PluginChoice, instances: u32, audit_lost: u64) -> String {
        for form in PluginChoice::LABELS {
            let gauge = self.plugin.get_or_create(&Form { form });
            gauge.set((form == plugin.label()).into());
        }
        self.instances.set(instances.into());
        self.audit_lost.set(audit_lost);
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Nothing is written anywhere but to memory.
            text.clear();
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}

/// A connection that is open.
pub struct Connected(Gauge<i64, AtomicI64>);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What the text format is called.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_said() {
        let metrics = Metrics::default();
        metrics.decided("register", false, Some("scheme"));
        metrics.answered("/auth/register", "BREW", 405, Duration::from_micros(10));
        metrics.undecided("register", "plugin");
        metrics.fetched("fetch-address");
        metrics.reloaded(true);
        let connected = metrics.connected();
        let text = metrics.text(&PluginChoice::Component, 3, 4);
        for line in [
            r#"gatepost_decisions_total{operation="register",outcome="refuse",code="scheme"} 1"#,
            r#"gatepost_requests_total{route="/auth/register",method="other",status="405"} 1"#,
            r#"gatepost_request_seconds_bucket{le="0.000016"} 1"#,
            r#"gatepost_undecided_total{operation="register",reason="plugin"} 1"#,
            r#"gatepost_fetches_total{outcome="fetch-address"} 1"#,
            r#"gatepost_reloads_total{outcome="done"} 1"#,
            "gatepost_connections 1",
            r#"gatepost_plugin{form="linked"} 0"#,
            r#"gatepost_plugin{form="component"} 1"#,
            "gatepost_plugin_instances 3",
            "gatepost_audit_lost 4",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        drop(connected);
        assert!(
            metrics
                .text(&PluginChoice::Linked, 0, 0)
                .contains("gatepost_connections 0\n")
        );
    }
}
