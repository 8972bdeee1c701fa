//! Metrics, to Prometheus' naming rules. Every label set is there at 0 from the start: a counter that first appears at 1 never
//! raises an alarm.
//!
//! *Invariant.* Labels are bounded by what this program knows: types, outcomes, rules, levels, states; and by a number of
//! source systems ([`coverage::SOURCES_MAX`]). Never a party, a section or a person.

pub mod coverage;
mod redis;
mod sources;
mod storage;

pub use coverage::Coverage;
pub use redis::{MirrorMetrics, StreamMetrics};
pub use sources::SourceMetrics;
pub use storage::StorageMetrics;

use crate::ledger::{OutboxState, WatchChangeKind};
use prometheus::{
    Encoder, Histogram, HistogramOpts, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use xiezhi_alerts::reason::Reason;
use xiezhi_alerts::{Alert, Level, NoticeKind, State};
use xiezhi_dataflows::event::{KINDS, Outcome};
use xiezhi_dataflows::rules::{Rule, Topic};
use xiezhi_dataflows::watch;

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

/// What about a pending alert is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Unacknowledged,
    Unclosed,
    Unrouted,
    SentBack,
    Silenced,
    Overdue,
}

impl About {
    const ALL: [About; 6] = [
        About::Unacknowledged,
        About::Unclosed,
        About::Unrouted,
        About::SentBack,
        About::Silenced,
        About::Overdue,
    ];

    fn as_str(self) -> &'static str {
        match self {
            About::Unacknowledged => "unacknowledged",
            About::Unclosed => "unclosed",
            About::Unrouted => "unrouted",
            About::SentBack => "sent_back",
            About::Silenced => "silenced",
            About::Overdue => "overdue",
        }
    }

    fn holds(self, alert: &Alert) -> bool {
        alert.state.is_pending()
            && match self {
                About::Unacknowledged => alert.state == State::Open,
                About::Unclosed => true,
                About::Unrouted => alert.route.reason == Reason::NoDutyItem,
                About::SentBack => alert.route.reason == Reason::SentBack,
                About::Silenced => alert.silenced_by.is_some(),
                About::Overdue => alert.overdue,
            }
    }
}

/// The label for an event whose type could not be read or is not known.
const UNKNOWN: &str = "unknown";

/// Who may be on the watch-list.
pub const WATCHED_KINDS: [&str; 2] = ["organisation", "person"];

/// From a tenth of a millisecond, which is about what the engine needs, to what would be a fault.
const SECONDS: [f64; 14] =
    [0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// All metrics of the daemon.
pub struct Metrics {
    registry: Registry,
    events: IntCounterVec,
    findings: IntGaugeVec,
    alerts: IntGaugeVec,
    notices: IntCounterVec,
    quality: IntGaugeVec,
    rule_sections: IntGaugeVec,
    watched: IntGaugeVec,
    watch_changes: IntCounterVec,
    pending: IntGaugeVec,
    verdicts: IntGaugeVec,
    deliveries: IntCounterVec,
    outbox_rows: IntGaugeVec,
    outbox_age: IntGaugeVec,
    /// One attempt of a delivery, whatever came of it.
    pub delivery_seconds: Histogram,
    /// From the journal's commit to the alert in the ledger.
    pub commit_to_alert: Histogram,
    /// One durable commit of the journal.
    pub journal_commit: Histogram,
    /// Commits fed to the engine and not yet published.
    pub frontier_lag: IntGauge,
    /// The last event's place in the journal.
    pub journal_events: IntGauge,
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
    redis: redis::RedisMetrics,
}

impl Metrics {
    /// All metrics at zero.
    ///
    /// # Errors
    /// If two metrics have one name, which a test would have found.
    pub fn new() -> Result<Metrics, prometheus::Error> {
        let registry = Registry::new();
        let histogram = |name: &str, help: &str| {
            Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()))
        };
        let metrics = Metrics {
            events: IntCounterVec::new(
                Opts::new("xiezhi_events_total", "Events that came in, by type and what became of them."),
                &["type", "outcome"],
            )?,
            findings: IntGaugeVec::new(
                Opts::new("xiezhi_findings", "Findings that hold, by rule and severity."),
                &["rule", "severity"],
            )?,
            alerts: IntGaugeVec::new(
                Opts::new("xiezhi_alerts", "Alerts, by topic, level and state."),
                &["topic", "level", "state"],
            )?,
            notices: IntCounterVec::new(
                Opts::new("xiezhi_alert_notices_total", "Notices given, by kind and level."),
                &["kind", "level"],
            )?,
            quality: IntGaugeVec::new(
                Opts::new("xiezhi_data_quality_rows", "Data-quality rows that hold, by rule."),
                &["rule"],
            )?,
            rule_sections: IntGaugeVec::new(
                Opts::new(
                    "xiezhi_rule_sections",
                    "Sections by how a rule ended for them and by the system that their data came from.",
                ),
                &["rule", "source", "outcome"],
            )?,
            watched: IntGaugeVec::new(
                Opts::new("xiezhi_watchlist_entries", "Entries of the watch-list, by level and kind."),
                &["level", "kind"],
            )?,
            watch_changes: IntCounterVec::new(
                Opts::new(
                    "xiezhi_watchlist_changes_total",
                    "Changes of the watch-list, by what became of the entry.",
                ),
                &["change"],
            )?,
            pending: IntGaugeVec::new(
                Opts::new(
                    "xiezhi_alerts_pending",
                    "Alerts that somebody owes something, by what about them.",
                ),
                &["about"],
            )?,
            verdicts: IntGaugeVec::new(
                Opts::new(
                    "xiezhi_rule_closed_alerts",
                    "Closed alerts that rested on a rule, by their outcome.",
                ),
                &["rule", "outcome"],
            )?,
            deliveries: IntCounterVec::new(
                Opts::new(
                    "xiezhi_deliveries_total",
                    "Attempts of deliveries, by channel and what came of them.",
                ),
                &["channel", "outcome"],
            )?,
            outbox_rows: IntGaugeVec::new(
                Opts::new("xiezhi_outbox_rows", "Rows of the outbox, by channel and state."),
                &["channel", "state"],
            )?,
            outbox_age: IntGaugeVec::new(
                Opts::new(
                    "xiezhi_outbox_oldest_seconds",
                    "Age of the oldest message that waits, by channel; 0 if none does.",
                ),
                &["channel"],
            )?,
            delivery_seconds: histogram("xiezhi_delivery_seconds", "One attempt of a delivery.")?,
            commit_to_alert: histogram(
                "xiezhi_commit_to_alert_seconds",
                "From the journal's commit of an event to its findings and alerts in the ledger.",
            )?,
            journal_commit: histogram("xiezhi_journal_commit_seconds", "One durable commit of the journal.")?,
            frontier_lag: IntGauge::new(
                "xiezhi_frontier_lag_commits",
                "Commits that the engine has not published yet.",
            )?,
            journal_events: IntGauge::new("xiezhi_journal_events", "Events in the journal.")?,
            ready: IntGauge::new(
                "xiezhi_ready",
                "1 when the history is computed and events are taken, else 0.",
            )?,
            streams: IntGauge::new("xiezhi_alert_streams", "Open alert streams.")?,
            mirror: MirrorMetrics::new(&registry)?,
            storage: StorageMetrics::new(&registry)?,
            sources: SourceMetrics::new(&registry)?,
            redis: redis::RedisMetrics::new(&registry)?,
            registry,
        };
        metrics.register()?;
        metrics.create_all();
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        let build = IntGaugeVec::new(
            Opts::new("xiezhi_build_info", "Always 1; the version is the label."),
            &["version"],
        )?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let all: [Box<dyn prometheus::core::Collector>; 21] = [
            Box::new(self.events.clone()),
            Box::new(self.findings.clone()),
            Box::new(self.alerts.clone()),
            Box::new(self.notices.clone()),
            Box::new(self.quality.clone()),
            Box::new(self.rule_sections.clone()),
            Box::new(self.watched.clone()),
            Box::new(self.watch_changes.clone()),
            Box::new(self.pending.clone()),
            Box::new(self.verdicts.clone()),
            Box::new(self.deliveries.clone()),
            Box::new(self.outbox_rows.clone()),
            Box::new(self.outbox_age.clone()),
            Box::new(self.delivery_seconds.clone()),
            Box::new(self.commit_to_alert.clone()),
            Box::new(self.journal_commit.clone()),
            Box::new(self.frontier_lag.clone()),
            Box::new(self.journal_events.clone()),
            Box::new(self.ready.clone()),
            Box::new(self.streams.clone()),
            Box::new(build),
        ];
        all.into_iter().try_for_each(|collector| self.registry.register(collector))
    }

    fn create_all(&self) {
        for kind in KINDS.iter().chain([&UNKNOWN]) {
            for outcome in EventOutcome::ALL {
                self.events.with_label_values(&[*kind, outcome.as_str()]);
            }
        }
        for rule in Rule::ALL {
            for severity in ["D", "X", "C", "V", "S", "L"] {
                self.findings.with_label_values(&[rule.id(), severity]);
            }
            self.quality.with_label_values(&[rule.id()]);
            for outcome in Outcome::ALL {
                self.verdicts.with_label_values(&[rule.id(), outcome.as_str()]);
            }
        }
        for about in About::ALL {
            self.pending.with_label_values(&[about.as_str()]);
        }
        // Makes those of other sources; those of a source appear with it.
        drop(self.coverage());
        for change in WatchChangeKind::ALL {
            self.watch_changes.with_label_values(&[change.as_str()]);
        }
        for level in watch::Level::ALL {
            WATCHED_KINDS
                .iter()
                .for_each(|kind| drop(self.watched.with_label_values(&[level.as_str(), kind])));
        }
        for level in Level::ALL {
            for (topic, state) in Topic::ALL.iter().flat_map(|topic| State::ALL.map(|state| (topic, state))) {
                self.alerts.with_label_values(&[topic.as_str(), level.as_str(), state.as_str()]);
            }
            for kind in NoticeKind::ALL.iter().copied() {
                self.notices.with_label_values(&[kind.as_str(), level.as_str()]);
            }
        }
    }

    /// Counts an event. A type that is not known is counted as such: senders must not make labels.
    pub fn event(&self, kind: Option<&str>, outcome: EventOutcome) {
        let known = kind.and_then(|kind| KINDS.iter().find(|k| **k == kind)).unwrap_or(&UNKNOWN);
        self.events.with_label_values(&[*known, outcome.as_str()]).inc();
    }

    /// Moves the number of findings that hold.
    pub fn finding(&self, rule: &str, severity: &str, by: i64) {
        self.findings.with_label_values(&[rule, severity]).add(by);
    }

    /// Moves the number of alerts.
    pub fn alert(&self, topic: Topic, level: Level, state: State, by: i64) {
        self.alerts.with_label_values(&[topic.as_str(), level.as_str(), state.as_str()]).add(by);
    }

    /// Counts a notice.
    pub fn notice(&self, kind: NoticeKind, level: Level) {
        self.notices.with_label_values(&[kind.as_str(), level.as_str()]).inc();
    }

    /// Moves what is counted of an alert: what it still needs, and what its outcome says of its rules.
    pub fn handling(&self, alert: &Alert, by: i64) {
        for about in About::ALL.iter().filter(|about| about.holds(alert)) {
            self.pending.with_label_values(&[about.as_str()]).add(by);
        }
        if let Some(closing) = &alert.closed {
            for rule in closing.rules.iter().filter_map(|rule| Rule::of(rule)) {
                self.verdicts.with_label_values(&[rule.id(), closing.outcome.as_str()]).add(by);
            }
        }
    }

    /// The metrics of a stream that events are read from, at zero. Streams are those of the configuration.
    pub fn stream(&self, stream: &str) -> StreamMetrics {
        self.redis.stream(stream)
    }

    /// Creates a channel's metrics at zero. Channels are those of the configuration.
    pub fn create_channel(&self, channel: &str) {
        for outcome in ["sent", "again", "dead"] {
            self.deliveries.with_label_values(&[channel, outcome]);
        }
        for state in OutboxState::ALL {
            self.outbox_rows.with_label_values(&[channel, state.as_str()]);
        }
        self.outbox_age.with_label_values(&[channel]);
    }

    /// Counts an attempt.
    pub fn delivery(&self, channel: &str, outcome: &str) {
        self.deliveries.with_label_values(&[channel, outcome]).inc();
    }

    /// Sets what stands in the outbox: channel, state, rows, when the oldest was written (µs since 1970).
    pub fn outbox(&self, channels: &[String], counts: &[(String, String, u64, i64)], now: i64) {
        for channel in channels {
            let of = |state: OutboxState| {
                counts.iter().find(|(name, word, ..)| name == channel && word == state.as_str())
            };
            for state in OutboxState::ALL {
                let rows = of(state).map_or(0, |(_, _, rows, _)| rows.cast_signed());
                self.outbox_rows.with_label_values(&[channel.as_str(), state.as_str()]).set(rows);
            }
            let oldest = of(OutboxState::Waiting).map_or(now, |(.., oldest)| *oldest);
            self.outbox_age.with_label_values(&[channel.as_str()]).set((now - oldest).max(0) / 1_000_000);
        }
    }

    /// Moves the number of data-quality rows.
    pub fn quality(&self, rule: Rule, by: i64) {
        self.quality.with_label_values(&[rule.id()]).add(by);
    }

    /// Counts sections by how rules ended for them. One thread counts: which sources have labels of their own is its
    /// knowledge.
    pub fn coverage(&self) -> Coverage {
        Coverage::new(self.rule_sections.clone())
    }

    /// Moves the number of entries of the watch-list.
    pub fn watched(&self, level: watch::Level, kind: &str, by: i64) {
        self.watched.with_label_values(&[level.as_str(), kind]).add(by);
    }

    /// Counts a change of the watch-list.
    pub fn watch_change(&self, change: WatchChangeKind) {
        self.watch_changes.with_label_values(&[change.as_str()]).inc();
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
        assert!(text.contains(r#"xiezhi_events_total{outcome="accepted",type="bid.opened"} 0"#));
        assert!(text.contains(r#"xiezhi_findings{rule="DEV-01",severity="S"} 0"#));
        assert!(text.contains(r#"xiezhi_alerts{level="red",state="open",topic="collusion"} 0"#));
        assert!(text.contains(r#"xiezhi_watchlist_entries{kind="person",level="red"} 0"#));
        assert!(text.contains(r#"xiezhi_watchlist_changes_total{change="left"} 0"#));
        assert!(text.contains("xiezhi_commit_to_alert_seconds_count 0"));
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
