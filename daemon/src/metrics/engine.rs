//! Metrics of events, the journal and the engine's health.

use super::{Making, Metrics};
use prometheus::{Gauge, Histogram, IntCounterVec, IntGauge, IntGaugeVec};
use std::time::Duration;
use xiezhi_dataflows::event::KINDS;

/// What may become of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// Journalled and taken in.
    Accepted,
    /// The same as one before.
    Duplicate,
    /// The name of one before with another content.
    Conflict,
    /// Malformed.
    Refused,
}

impl EventOutcome {
    const ALL: [EventOutcome; 4] =
        [EventOutcome::Accepted, EventOutcome::Duplicate, EventOutcome::Conflict, EventOutcome::Refused];

    fn as_str(self) -> &'static str {
        match self {
            EventOutcome::Accepted => "accepted",
            EventOutcome::Duplicate => "duplicate",
            EventOutcome::Conflict => "conflict",
            EventOutcome::Refused => "refused",
        }
    }
}

/// The label for an event whose type could not be read or is not known.
const UNKNOWN: &str = "unknown";

/// Events, journal, engine.
pub struct EngineMetrics {
    events: IntCounterVec,
    arrangements: IntGaugeVec,
    idle: Gauge,
    frontier_age: Gauge,
    in_flight: IntGauge,
    frontier_lag: IntGauge,
    /// From the journal's commit to the alert in the ledger.
    pub commit_to_alert: Histogram,
    /// One durable commit of the journal.
    pub journal_commit: Histogram,
    /// The last event's place in the journal.
    pub journal_events: IntGauge,
    put_aside: IntGauge,
}

impl EngineMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<EngineMetrics, prometheus::Error> {
        let float = |name: &str, help: &str| make.register(Gauge::new(name, help)?);
        let metrics = EngineMetrics {
            events: make.counters(
                "xiezhi_events_total",
                "Events that came in, by type and what became of them.",
                &["type", "outcome"],
            )?,
            arrangements: make.gauges(
                "xiezhi_engine_arrangement_rows",
                "Rows that the engine's operators keep, by operator; all workers together.",
                &["arrangement"],
            )?,
            idle: float(
                "xiezhi_engine_idle_ratio",
                "Share of the last ten seconds in which the engine's first worker had nothing to do.",
            )?,
            frontier_age: float(
                "xiezhi_frontier_age_seconds",
                "For how long the oldest commit that was fed has not been published; 0 if all are.",
            )?,
            in_flight: make.gauge(
                "xiezhi_engine_commits_in_flight",
                "Commits fed to the engine and not yet published.",
            )?,
            frontier_lag: make
                .gauge("xiezhi_frontier_lag_commits", "Commits that the engine has not published yet.")?,
            commit_to_alert: make.seconds(
                "xiezhi_commit_to_alert_seconds",
                "From the journal's commit of an event to its findings and alerts in the ledger.",
            )?,
            journal_commit: make
                .seconds("xiezhi_journal_commit_seconds", "One durable commit of the journal.")?,
            journal_events: make.gauge("xiezhi_journal_events", "Events in the journal.")?,
            put_aside: make.gauge(
                "xiezhi_journal_put_aside_events",
                "Events of the journal that are put aside, as starts ended while they were computed.",
            )?,
        };
        for kind in KINDS.iter().chain([&UNKNOWN]) {
            for outcome in EventOutcome::ALL {
                metrics.events.with_label_values(&[*kind, outcome.as_str()]);
            }
        }
        Ok(metrics)
    }

    /// Sets how many events are put aside.
    pub fn put_aside(&self, events: usize) {
        self.put_aside.set(events as i64);
    }

    /// Sets how many commits are under way.
    pub fn in_flight(&self, commits: u64) {
        self.in_flight.set(commits.cast_signed());
        self.frontier_lag.set(commits.cast_signed());
    }

    /// Sets for how long the oldest commit under way has been so.
    pub fn frontier_age(&self, age: Duration) {
        self.frontier_age.set(age.as_secs_f64());
    }

    /// Sets how much of the time the engine was idle: 0 to 1.
    pub fn idle(&self, share: f64) {
        self.idle.set(share.clamp(0.0, 1.0));
    }

    /// Sets how many rows an operator keeps.
    pub fn arrangement(&self, operator: &str, rows: i64) {
        self.arrangements.with_label_values(&[operator]).set(rows);
    }
}

impl Metrics {
    /// Counts an event. A type that is not known is counted as such: senders must not make labels.
    pub fn event(&self, kind: Option<&str>, outcome: EventOutcome) {
        let known = kind.and_then(|kind| KINDS.iter().find(|k| **k == kind)).unwrap_or(&UNKNOWN);
        self.engine.events.with_label_values(&[*known, outcome.as_str()]).inc();
    }
}
