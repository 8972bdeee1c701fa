//! Metrics of the disk, the memory and the quarantine.

use super::Making;
use crate::journal::{CONFLICT, ReasonCount, State};
use prometheus::{IntGauge, IntGaugeVec};
use xiezhi_dataflows::event::FaultCode;

/// The label of reasons that no known code names.
const OTHER: &str = "other";

/// What the thread of storage tells.
#[derive(Clone)]
pub struct StorageMetrics {
    /// Bytes free on the data directory's disk.
    pub disk_free: IntGauge,
    /// Bytes of the journal and its log.
    pub journal_bytes: IntGauge,
    /// Bytes of the ledger and its log.
    pub ledger_bytes: IntGauge,
    /// Bytes of memory in use.
    pub resident: IntGauge,
    /// 1 while nothing is taken because the disk is nearly full.
    pub paused: IntGauge,
    quarantine: IntGaugeVec,
}

impl StorageMetrics {
    pub(super) fn new(make: &Making<'_>) -> Result<StorageMetrics, prometheus::Error> {
        let metrics = StorageMetrics {
            disk_free: make
                .gauge("xiezhi_disk_free_bytes", "Bytes free on the disk of the data directory.")?,
            journal_bytes: make
                .gauge("xiezhi_journal_bytes", "Bytes of the journal and its write-ahead log.")?,
            ledger_bytes: make
                .gauge("xiezhi_ledger_bytes", "Bytes of the ledger and its write-ahead log.")?,
            resident: make
                .gauge("xiezhi_process_resident_bytes", "Bytes of memory that the daemon has in use.")?,
            paused: make.gauge(
                "xiezhi_ingest_paused",
                "1 while no events are taken because the disk is nearly full, else 0.",
            )?,
            quarantine: make.gauges(
                "xiezhi_quarantine_rows",
                "Entries of the quarantine, by the code of the leading reason and by what was decided.",
                &["code", "state"],
            )?,
        };
        metrics.quarantined(&[]);
        Ok(metrics)
    }

    /// Shows how much is in quarantine.
    pub fn quarantined(&self, counts: &[ReasonCount]) {
        let codes = || FaultCode::ALL.iter().map(|code| code.as_str()).chain([CONFLICT, OTHER]);
        for code in codes() {
            for state in State::ALL {
                let is_here = |count: &&ReasonCount| {
                    let known = codes().find(|known| *known == count.code).unwrap_or(OTHER);
                    known == code && count.state == state
                };
                let rows: u64 = counts.iter().filter(is_here).map(|count| count.entries).sum();
                let gauge = self.quarantine.with_label_values(&[code, state.as_str()]);
                gauge.set(i64::try_from(rows).unwrap_or(i64::MAX));
            }
        }
    }
}
