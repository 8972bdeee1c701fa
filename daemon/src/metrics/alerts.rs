//! Metrics of findings and alerts.

use super::{Making, Metrics};
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec};
use xiezhi_alerts::indicators::{Counting, Life};
use xiezhi_alerts::reason::Reason;
use xiezhi_alerts::{Alert, Level, NoticeKind, State};
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::rules::{Rule, Topic};

/// Seconds of work: a quarter of an hour, the terms of the default duty list in hours (0.5, 1, 2, 4, 8, 13), and weeks.
const WORK_S: [f64; 12] = [
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    14_400.0,
    28_800.0,
    46_800.0,
    117_000.0,
    234_000.0,
    468_000.0,
    936_000.0,
    1_872_000.0,
];

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

pub(super) struct AlertMetrics {
    findings: IntGaugeVec,
    quality: IntGaugeVec,
    alerts: IntGaugeVec,
    notices: IntCounterVec,
    pending: IntGaugeVec,
    verdicts: IntGaugeVec,
    acknowledge: HistogramVec,
    close: HistogramVec,
}

impl AlertMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<AlertMetrics, prometheus::Error> {
        let working = |name: &str, help: &str| {
            let opts = HistogramOpts::new(name, help).buckets(WORK_S.to_vec());
            make.register(HistogramVec::new(opts, &["department"])?)
        };
        let metrics = AlertMetrics {
            findings: make.gauges(
                "xiezhi_findings",
                "Findings that hold, by rule and severity.",
                &["rule", "severity"],
            )?,
            quality: make.gauges(
                "xiezhi_data_quality_rows",
                "Data-quality rows that hold, by rule.",
                &["rule"],
            )?,
            alerts: make.gauges(
                "xiezhi_alerts",
                "Alerts, by topic, level and state.",
                &["topic", "level", "state"],
            )?,
            notices: make.counters(
                "xiezhi_alert_notices_total",
                "Notices given, by kind, level and topic.",
                &["kind", "level", "topic"],
            )?,
            pending: make.gauges(
                "xiezhi_alerts_pending",
                "Alerts that somebody owes something, by what about them.",
                &["about"],
            )?,
            verdicts: make.gauges(
                "xiezhi_rule_closed_alerts",
                "Closed alerts that rested on a rule, by their outcome.",
                &["rule", "outcome"],
            )?,
            acknowledge: working(
                "xiezhi_alert_acknowledge_seconds",
                "Working time from when an alert was told to its first acknowledgement, seconds.",
            )?,
            close: working(
                "xiezhi_alert_close_seconds",
                "Working time from when an alert was created to its closing, seconds.",
            )?,
        };
        metrics.create_all();
        Ok(metrics)
    }

    fn create_all(&self) {
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
        for level in Level::ALL {
            for (topic, state) in Topic::ALL.iter().flat_map(|topic| State::ALL.map(|state| (topic, state))) {
                self.alerts.with_label_values(&[topic.as_str(), level.as_str(), state.as_str()]);
            }
            for (topic, kind) in
                Topic::ALL.iter().flat_map(|topic| NoticeKind::ALL.iter().map(move |kind| (topic, kind)))
            {
                self.notices.with_label_values(&[kind.as_str(), level.as_str(), topic.as_str()]);
            }
        }
    }
}

impl Metrics {
    /// Moves the number of findings that hold.
    pub fn finding(&self, rule: &str, severity: &str, by: i64) {
        self.alerts.findings.with_label_values(&[rule, severity]).add(by);
    }

    /// Moves the number of data-quality rows.
    pub fn quality(&self, rule: Rule, by: i64) {
        self.alerts.quality.with_label_values(&[rule.id()]).add(by);
    }

    /// Moves the number of alerts.
    pub fn alert(&self, topic: Topic, level: Level, state: State, by: i64) {
        self.alerts.alerts.with_label_values(&[topic.as_str(), level.as_str(), state.as_str()]).add(by);
    }

    /// Counts a notice.
    pub fn notice(&self, kind: NoticeKind, level: Level, topic: Topic) {
        self.alerts.notices.with_label_values(&[kind.as_str(), level.as_str(), topic.as_str()]).inc();
    }

    /// Moves what is counted of an alert: what it still needs, and what its outcome says of its rules.
    pub fn handling(&self, alert: &Alert, by: i64) {
        for about in About::ALL.iter().filter(|about| about.holds(alert)) {
            self.alerts.pending.with_label_values(&[about.as_str()]).add(by);
        }
        if let Some(closing) = &alert.closed {
            for rule in closing.rules.iter().filter_map(|rule| Rule::of(rule)) {
                self.alerts.verdicts.with_label_values(&[rule.id(), closing.outcome.as_str()]).add(by);
            }
        }
    }

    /// Creates the histograms of a department at zero. Departments are those of the duty list.
    pub fn create_department(&self, department: &str) {
        self.alerts.acknowledge.with_label_values(&[department]);
        self.alerts.close.with_label_values(&[department]);
    }

    /// Observes how long it took to acknowledge or close an alert, if it was just done. `label` is the department's, as
    /// far as it has one of its own.
    pub fn handled(&self, before: Option<&Alert>, after: &Alert, label: &str, counting: Counting<'_>) {
        let Some(life) = after.lives.last() else { return };
        let same = before.and_then(|before| before.lives.last().filter(|b| b.created_at == life.created_at));
        let observe = |of: &HistogramVec, from: i64, until: i64| {
            of.with_label_values(&[label]).observe(counting.worked(from, until) as f64);
        };
        let had = |done: fn(&Life) -> bool| same.is_some_and(done);
        if let Some(at) = life.acknowledged_at.filter(|_| !had(|life| life.acknowledged_at.is_some())) {
            observe(&self.alerts.acknowledge, life.told_at.unwrap_or(life.created_at), at);
        }
        if let Some(closed) = life.closed.filter(|_| !had(|life| life.closed.is_some())) {
            observe(&self.alerts.close, life.created_at, closed.at);
        }
    }
}
