//! When each source system last reported, and how far ahead of our clock its events are: what a sudden silence and a wrong clock show in.

use super::coverage::{OTHER, SOURCES_MAX};
use super::{Making, SECOND_US};
use prometheus::{IntGauge, IntGaugeVec};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use xiezhi_dataflows::event::Event;

/// The metrics of sources.
pub struct SourceMetrics {
    last: IntGaugeVec,
    skew: IntGauge,
    /// Sources that have a label of their own.
    known: Mutex<BTreeSet<Box<str>>>,
}

impl SourceMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<SourceMetrics, prometheus::Error> {
        let last = make.gauges(
            "xiezhi_source_last_event_timestamp_seconds",
            "When a source's last new event was accepted, seconds since 1970; 0: none since the start.",
            &["source"],
        )?;
        let skew = make.gauge(
            "xiezhi_clock_skew_seconds",
            "How far the newest event of the last commit is dated ahead of the daemon's clock, seconds; else 0.",
        )?;
        last.with_label_values(&[OTHER]);
        Ok(SourceMetrics { last, skew, known: Mutex::default() })
    }

    /// Notes a commit's events, accepted at `now` (µs since 1970).
    pub fn note<'a>(&self, events: impl Iterator<Item = &'a Event>, now: i64) {
        let (mut ahead, mut sources) = (0, BTreeSet::new());
        for event in events {
            ahead = ahead.max(event.time.0.saturating_sub(now) / SECOND_US);
            sources.insert(&event.source);
        }
        self.skew.set(ahead);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for source in sources {
            if !known.contains(source) && known.len() < SOURCES_MAX {
                known.insert(source.clone());
            }
            let label = known.get(source).map_or(OTHER, |source| source.as_ref());
            self.last.with_label_values(&[label]).set(now / SECOND_US);
        }
    }
}
