//! Metrics of messages to receivers. Labels are the configured channels.

use super::{Making, Metrics};
use crate::ledger::OutboxState;
use prometheus::{Histogram, IntCounterVec, IntGaugeVec};

pub(super) struct DeliveryMetrics {
    deliveries: IntCounterVec,
    outbox_rows: IntGaugeVec,
    outbox_age: IntGaugeVec,
    seconds: Histogram,
}

impl DeliveryMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<DeliveryMetrics, prometheus::Error> {
        Ok(DeliveryMetrics {
            deliveries: make.counters(
                "xiezhi_deliveries_total",
                "Attempts of deliveries, by channel and what came of them.",
                &["channel", "outcome"],
            )?,
            outbox_rows: make.gauges(
                "xiezhi_outbox_rows",
                "Rows of the outbox, by channel and state.",
                &["channel", "state"],
            )?,
            outbox_age: make.gauges(
                "xiezhi_outbox_oldest_seconds",
                "Age of the oldest message that waits, by channel; 0 if none does.",
                &["channel"],
            )?,
            seconds: make.seconds("xiezhi_delivery_seconds", "One attempt of a delivery.")?,
        })
    }
}

impl Metrics {
    /// Creates a channel's metrics at zero. Channels are those of the configuration.
    pub fn create_channel(&self, channel: &str) {
        for outcome in ["sent", "again", "dead"] {
            self.deliveries.deliveries.with_label_values(&[channel, outcome]);
        }
        for state in OutboxState::ALL {
            self.deliveries.outbox_rows.with_label_values(&[channel, state.as_str()]);
        }
        self.deliveries.outbox_age.with_label_values(&[channel]);
    }

    /// Counts an attempt.
    pub fn delivery(&self, channel: &str, outcome: &str) {
        self.deliveries.deliveries.with_label_values(&[channel, outcome]).inc();
    }

    /// One attempt of a delivery, whatever came of it.
    pub fn delivery_seconds(&self) -> &Histogram {
        &self.deliveries.seconds
    }

    /// Sets what stands in the outbox: channel, state, rows, when the oldest was written (µs since 1970).
    pub fn outbox(&self, channels: &[String], counts: &[(String, String, u64, i64)], now: i64) {
        let DeliveryMetrics { outbox_rows, outbox_age, .. } = &self.deliveries;
        for channel in channels {
            let of = |state: OutboxState| {
                counts.iter().find(|(name, word, ..)| name == channel && word == state.as_str())
            };
            for state in OutboxState::ALL {
                let rows = of(state).map_or(0, |(_, _, rows, _)| rows.cast_signed());
                outbox_rows.with_label_values(&[channel.as_str(), state.as_str()]).set(rows);
            }
            let oldest = of(OutboxState::Waiting).map_or(now, |(.., oldest)| *oldest);
            outbox_age.with_label_values(&[channel.as_str()]).set((now - oldest).max(0) / 1_000_000);
        }
    }
}
