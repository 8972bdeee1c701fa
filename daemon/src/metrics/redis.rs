//! Metrics of what is read from Redis and shown in it. Labels are the configured streams and the kinds of oddities.

use crate::streams::Oddity;
use prometheus::core::Collector;
use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

/// Metrics by stream.
pub struct RedisMetrics {
    connected: IntGaugeVec,
    pending: IntGaugeVec,
    lag: IntGaugeVec,
    acknowledged: IntCounterVec,
    broken: IntCounterVec,
    oddities: IntCounterVec,
}

/// Metrics of one stream.
pub struct StreamMetrics {
    /// 1 while it is read from.
    pub connected: IntGauge,
    /// Entries given to the group and not acknowledged.
    pub pending: IntGauge,
    /// Entries not yet given to the group.
    pub lag: IntGauge,
    /// Entries acknowledged.
    pub acknowledged: IntCounter,
    /// How often reading broke off.
    pub broken: IntCounter,
    oddities: IntCounterVec,
    stream: String,
}

impl StreamMetrics {
    /// Counts something odd.
    pub fn odd(&self, oddity: Oddity) {
        self.oddities.with_label_values(&[self.stream.as_str(), oddity.as_str()]).inc();
    }
}

impl RedisMetrics {
    /// All of them, without a stream.
    pub(super) fn new(registry: &Registry) -> Result<RedisMetrics, prometheus::Error> {
        let gauge = |name: &str, help: &str| IntGaugeVec::new(Opts::new(name, help), &["stream"]);
        let counter =
            |name: &str, help: &str, labels: &[&str]| IntCounterVec::new(Opts::new(name, help), labels);
        let metrics = RedisMetrics {
            connected: gauge("xiezhi_redis_connected", "1 while events are read from the stream, else 0.")?,
            pending: gauge(
                "xiezhi_redis_pending_entries",
                "Entries of the stream that were given to the group and not acknowledged.",
            )?,
            lag: gauge(
                "xiezhi_redis_lag_entries",
                "Entries of the stream not yet given to the group; its length, if the server does not know.",
            )?,
            acknowledged: counter(
                "xiezhi_redis_acknowledged_total",
                "Entries acknowledged, each after the journal's commit.",
                &["stream"],
            )?,
            broken: counter(
                "xiezhi_redis_broken_total",
                "How often reading from the stream broke off.",
                &["stream"],
            )?,
            oddities: counter(
                "xiezhi_redis_oddities_total",
                "What was odd about the stream: ids that went backwards, entries trimmed before they were read.",
                &["stream", "what"],
            )?,
        };
        for collector in [&metrics.connected, &metrics.pending, &metrics.lag] {
            registry.register(Box::new(collector.clone()))?;
        }
        for collector in [&metrics.acknowledged, &metrics.broken, &metrics.oddities] {
            registry.register(Box::new(collector.clone()))?;
        }
        Ok(metrics)
    }

    pub(super) fn stream(&self, stream: &str) -> StreamMetrics {
        for oddity in Oddity::ALL {
            self.oddities.with_label_values(&[stream, oddity.as_str()]);
        }
        StreamMetrics {
            connected: self.connected.with_label_values(&[stream]),
            pending: self.pending.with_label_values(&[stream]),
            lag: self.lag.with_label_values(&[stream]),
            acknowledged: self.acknowledged.with_label_values(&[stream]),
            broken: self.broken.with_label_values(&[stream]),
            oddities: self.oddities.clone(),
            stream: stream.to_owned(),
        }
    }
}

/// Metrics of what Redis shows of the ledger.
#[derive(Clone)]
pub struct MirrorMetrics {
    /// 1 while it is kept up to date.
    pub connected: IntGauge,
    /// The number of the last notice on the stream of alerts.
    pub told: IntGauge,
    /// Watched organisations shown.
    pub watched: IntGauge,
}

impl MirrorMetrics {
    pub(super) fn new(registry: &Registry) -> Result<MirrorMetrics, prometheus::Error> {
        let gauge = |name: &str, help: &str| -> Result<IntGauge, prometheus::Error> {
            let gauge = IntGauge::new(name, help)?;
            let collector: Box<dyn Collector> = Box::new(gauge.clone());
            registry.register(collector)?;
            Ok(gauge)
        };
        Ok(MirrorMetrics {
            connected: gauge(
                "xiezhi_redis_mirror_connected",
                "1 while alerts and watch-list are shown in Redis, else 0.",
            )?,
            told: gauge(
                "xiezhi_redis_mirror_last_notice",
                "Number of the last notice on the stream of alerts in Redis.",
            )?,
            watched: gauge(
                "xiezhi_redis_mirror_watched_entries",
                "Watched organisations that are shown in Redis.",
            )?,
        })
    }
}
