//! What holds, what of it changed, and what became of that.

use super::WatchChange;
use std::collections::BTreeMap;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_alerts::{Alert, Subject};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::watch::Rendered as Entry;

/// What became of one change.
#[derive(Debug, Default)]
pub struct Applied {
    /// Notices given, in order.
    pub notices: Vec<NoticeShown>,
    /// Alerts before and after.
    pub moved: Vec<(Option<Alert>, Alert)>,
    /// Findings before and after, by name.
    pub findings: Vec<(Option<Rendered>, Option<Rendered>)>,
    /// Changes of the watch-list, in order.
    pub watched: Vec<WatchChange>,
    /// Data-quality rows as they are now, by name.
    pub(super) quality: Vec<(String, Option<Rendered>)>,
}

/// Findings as they are now, each by its subject and name: as it holds, or that it holds no more.
pub type FindingChanges = BTreeMap<(Subject, String), Option<Rendered>>;

/// What is now: as it holds, or that it holds no more.
#[derive(Debug, Default)]
pub struct Changes {
    /// Findings.
    pub findings: FindingChanges,
    /// Data-quality rows, by name.
    pub quality: BTreeMap<String, Option<Rendered>>,
    /// Entries of the watch-list, by party.
    pub watched: BTreeMap<String, Option<Entry>>,
}

/// Everything that holds.
#[derive(Debug, Default)]
pub struct Holding {
    /// Findings, by name.
    pub findings: BTreeMap<String, Rendered>,
    /// Data-quality rows, by name.
    pub quality: BTreeMap<String, Rendered>,
    /// The watch-list, by party.
    pub watched: BTreeMap<String, Entry>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.quality.is_empty() && self.watched.is_empty()
    }
}

impl Applied {
    pub(super) fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.watched.is_empty() && self.quality.is_empty()
    }
}

/// Where a finding stands in [`Changes`]; none for a rule that this version does not know.
pub fn place_of(finding: &Rendered) -> Option<(Subject, String)> {
    Some((Subject::of(finding)?, finding.name()))
}
