//! Metrics of the watch-list.

use super::{Making, Metrics};
use crate::ledger::WatchChangeKind;
use prometheus::{IntCounterVec, IntGaugeVec};
use xiezhi_dataflows::watch;

/// Who may be on the watch-list.
pub const WATCHED_KINDS: [&str; 2] = ["organisation", "person"];

pub(super) struct WatchMetrics {
    watched: IntGaugeVec,
    changes: IntCounterVec,
}

impl WatchMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<WatchMetrics, prometheus::Error> {
        let metrics = WatchMetrics {
            watched: make.gauges(
                "xiezhi_watchlist_entries",
                "Entries of the watch-list, by level and kind.",
                &["level", "kind"],
            )?,
            changes: make.counters(
                "xiezhi_watchlist_changes_total",
                "Changes of the watch-list, by what became of the entry.",
                &["change"],
            )?,
        };
        for change in WatchChangeKind::ALL {
            metrics.changes.with_label_values(&[change.as_str()]);
        }
        for (level, kind) in
            watch::Level::ALL.iter().flat_map(|level| WATCHED_KINDS.map(|kind| (level, kind)))
        {
            metrics.watched.with_label_values(&[level.as_str(), kind]);
        }
        Ok(metrics)
    }
}

impl Metrics {
    /// Moves the number of entries of the watch-list.
    pub fn watched(&self, level: watch::Level, kind: &str, by: i64) {
        self.watchlist.watched.with_label_values(&[level.as_str(), kind]).add(by);
    }

    /// Counts a change of the watch-list.
    pub fn watch_change(&self, change: WatchChangeKind) {
        self.watchlist.changes.with_label_values(&[change.as_str()]).inc();
    }
}
