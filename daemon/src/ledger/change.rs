//! What holds, what of it changed, and what became of that.

use super::WatchChange;
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_alerts::desk::{Moved, Refused};
use xiezhi_alerts::message::NoticeShown;
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Action, Alert, AlertId, Subject};
use xiezhi_dataflows::finding::{EventName, Rendered};
use xiezhi_dataflows::watch::Rendered as Entry;

/// What became of one change.
#[derive(Debug, Default)]
pub struct Applied {
    /// Notices given, in order.
    pub notices: Vec<NoticeShown>,
    /// Alerts before and after.
    pub moved: Vec<Moved>,
    /// What became of the actions, each by its event.
    pub acted: Vec<(EventName, Result<Box<Alert>, Refused>)>,
    /// Findings before and after, by name.
    pub findings: Vec<(Option<Rendered>, Option<Rendered>)>,
    /// Changes of the watch-list, in order.
    pub watched: Vec<WatchChange>,
    /// Channels that something waits for now.
    pub channels: BTreeSet<String>,
    /// Data-quality rows as they are now, by name.
    pub(super) quality: Vec<(String, Option<Rendered>)>,
    /// Silences as they are now; with those that were ended.
    pub(super) silences: Vec<Silence>,
    /// The last action's place in the journal, if there was one.
    pub(super) last_act: Option<u64>,
}

/// Findings as they are now, each by its subject and name: as it holds, or that it holds no more.
pub type FindingChanges = BTreeMap<(Subject, String), Option<Rendered>>;

/// What a supervisor did, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Its place in the journal.
    pub seq: u64,
    /// What.
    pub deed: Deed,
}

/// One kind of thing that supervisors do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Something with one alert.
    Alert(AlertId, Action),
    /// A silence begins.
    Silence(Silence),
    /// A silence ends before its time; by whom, when (µs since 1970).
    Unsilence(String, String, i64),
}

/// What is now: as it holds, or that it holds no more.
#[derive(Debug, Default)]
pub struct Changes {
    /// Findings.
    pub findings: FindingChanges,
    /// Data-quality rows, by name.
    pub quality: BTreeMap<String, Option<Rendered>>,
    /// Entries of the watch-list, by party.
    pub watched: BTreeMap<String, Option<Entry>>,
    /// What supervisors did, in the order of the journal; it comes after the findings.
    pub acts: Vec<Act>,
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
    /// All that supervisors ever did, in the order of the journal.
    pub acts: Vec<Act>,
}

impl Changes {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.quality.is_empty() && self.watched.is_empty() && self.acts.is_empty()
    }
}

impl Applied {
    pub(super) fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.watched.is_empty()
            && self.quality.is_empty()
            && self.moved.is_empty()
            && self.last_act.is_none()
            && self.silences.is_empty()
    }
}

/// Where a finding stands in [`Changes`]; none for a rule that this version does not know.
pub fn place_of(finding: &Rendered) -> Option<(Subject, String)> {
    Some((Subject::of(finding)?, finding.name()))
}
