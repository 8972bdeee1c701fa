//! Metrics, to Prometheus' naming rules. Every label set that is known beforehand is there at 0 from the start: a counter that
//! first appears at 1 never raises an alarm. `docs/metrics.md` lists them all; a test holds it against the real binary.
//!
//! | file | of what |
//! |---|---|
//! | [`alerts`] | findings, alerts, notices, what is owed |
//! | [`coverage`] | sections by how each rule ended for them |
//! | [`deliveries`] | messages, attempts, the outbox |
//! | [`engine`] | events, journal, the engine's health |
//! | [`redis`] | what is read from Redis and shown in it |
//! | [`sources`] | when source systems last reported; clocks |
//! | [`storage`] | disk, memory, files, quarantine |
//! | [`wall`] | indicators, sections by stage, pending alerts by department: read off when somebody asks |
//! | [`watchlist`] | entries of the watch-list and their changes |
//!
//! *Invariant.* Labels are bounded by what this program and its configuration know: types, outcomes, rules, levels, states,
//! departments; by a number of source systems ([`coverage::SOURCES_MAX`]) and of regions
//! ([`REGIONS_MAX`](crate::indicators::REGIONS_MAX)). Never a party, a section or a person.

mod alerts;
pub mod coverage;
mod deliveries;
mod engine;
mod redis;
mod sources;
mod storage;
mod wall;
mod watchlist;

pub use coverage::Coverage;
pub use engine::EventOutcome;
pub use redis::{MirrorMetrics, StreamMetrics};
pub use sources::SourceMetrics;
pub use storage::StorageMetrics;
pub use watchlist::WATCHED_KINDS;

use crate::clock::Clock;
use crate::indicators::Indicators;
use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::sync::Arc;

/// From a tenth of a millisecond, which is about what the engine needs, to what would be a fault.
const SECONDS: [f64; 14] =
    [0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// One second, µs.
const SECOND_US: i64 = 1_000_000;

/// All metrics of the daemon.
pub struct Metrics {
    registry: Registry,
    alerts: alerts::AlertMetrics,
    deliveries: deliveries::DeliveryMetrics,
    watchlist: watchlist::WatchMetrics,
    rule_sections: IntGaugeVec,
    wall: wall::Wall,
    redis: redis::RedisMetrics,
    /// Events, journal, engine.
    pub engine: engine::EngineMetrics,
    /// 1 when the daemon is ready, else 0.
    pub ready: IntGauge,
    /// Alert streams that are open.
    pub streams: IntGauge,
    /// What Redis shows of the ledger.
    pub mirror: MirrorMetrics,
    /// Disk, memory, quarantine.
    pub storage: StorageMetrics,
    /// When sources last reported.
    pub sources: SourceMetrics,
}

/// Makes metrics and registers them.
struct Making<'a>(&'a Registry);

impl Making<'_> {
    fn register<C: Collector + Clone + 'static>(&self, collector: C) -> Result<C, prometheus::Error> {
        self.0.register(Box::new(collector.clone()))?;
        Ok(collector)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.register(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, prometheus::Error> {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
        self.register(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn seconds(&self, name: &str, help: &str) -> Result<Histogram, prometheus::Error> {
        self.register(Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()))?)
    }
}

impl Metrics {
    /// All metrics at zero.
    ///
    /// # Errors
    /// If two metrics have one name, which a test would have found.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new();
        let make = Making(&registry);
        let build = make.gauges("xiezhi_build_info", "Always 1; the version is the label.", &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        // Of the machine, whatever time is played: it tells one process from the next.
        let started = Clock::of_machine().now() / SECOND_US;
        make.gauge("xiezhi_process_start_time_seconds", "When the daemon started, seconds since 1970.")?
            .set(started);
        let metrics = Metrics {
            alerts: alerts::AlertMetrics::new(&make)?,
            deliveries: deliveries::DeliveryMetrics::new(&make)?,
            watchlist: watchlist::WatchMetrics::new(&make)?,
            engine: engine::EngineMetrics::new(&make)?,
            rule_sections: make.gauges(
                "xiezhi_rule_sections",
                "Sections by how a rule ended for them and by the system that their data came from.",
                &["rule", "source", "outcome"],
            )?,
            wall: wall::Wall::new()?,
            ready: make
                .gauge("xiezhi_ready", "1 when the history is computed and events are taken, else 0.")?,
            streams: make.gauge("xiezhi_alert_streams", "Open alert streams.")?,
            mirror: MirrorMetrics::new(&registry)?,
            storage: StorageMetrics::new(&make)?,
            sources: SourceMetrics::new(&make)?,
            redis: redis::RedisMetrics::new(&registry)?,
            registry: registry.clone(),
        };
        registry.register(Box::new(metrics.wall.clone()))?;
        // Makes those of other sources; those of a source appear with it.
        drop(metrics.coverage());
        Ok(metrics)
    }

    /// From now on the indicators are shown, for the month and year of the clock.
    pub fn show(&self, indicators: Arc<Indicators>, clock: Clock) {
        self.wall.show(indicators, clock);
    }

    /// The metrics of a stream that events are read from, at zero. Streams are those of the configuration.
    pub fn stream(&self, stream: &str) -> StreamMetrics {
        self.redis.stream(stream)
    }

    /// Counts sections by how rules ended for them. One thread counts: which sources have labels of their own is its
    /// knowledge.
    pub fn coverage(&self) -> Coverage {
        Coverage::new(self.rule_sections.clone())
    }

    /// Everything, in Prometheus' text format.
    ///
    /// # Errors
    /// If a metric cannot be written, which would be a fault of the library.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_set_is_there_at_zero_from_the_start() {
        let metrics = Metrics::new().expect("distinct names");
        let text = metrics.render().expect("a text");
        for line in [
            r#"xiezhi_events_total{outcome="accepted",type="bid.opened"} 0"#,
            r#"xiezhi_findings{rule="DEV-01",severity="S"} 0"#,
            r#"xiezhi_alerts{level="red",state="open",topic="collusion"} 0"#,
            r#"xiezhi_watchlist_entries{kind="person",level="red"} 0"#,
            r#"xiezhi_watchlist_changes_total{change="left"} 0"#,
            r#"xiezhi_sections{industry="01",region="",stage="opening"} 0"#,
            "xiezhi_commit_to_alert_seconds_count 0",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(!text.contains("xiezhi_indicator"), "of nothing there is no indicator");
    }

    #[test]
    fn a_sender_cannot_make_labels() {
        let metrics = Metrics::new().expect("distinct names");
        metrics.event(Some("evil\"} 1\n"), EventOutcome::Refused);
        let text = metrics.render().expect("a text");
        assert!(
            !text.contains("evil")
                && text.contains(r#"xiezhi_events_total{outcome="refused",type="unknown"} 1"#)
        );
    }
}
