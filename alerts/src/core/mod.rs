//! The alert core: alert × (findings | action | time) → alert, notice, entry in its history.
//!
//! A finding is not an alert: people are told when an alert is created, when its level rises and when it is
//! withdrawn, by reminders and up the ladder; never for each finding.
//!
//! *Laws.*
//! 1. What is decided is a function of the alert before, the input, the [`Setting`] and the time: the same inputs
//!    again decide the same.
//! 2. Findings that did not change decide nothing: no revision, no notice. So a restart tells nobody anything.
//! 3. Every decision has a reason, kept with it, and so has every silence: who was not told, and why.
//! 4. One decision tells one receiver at most once. A step of the agenda is taken once; steps of a time when the
//!    daemon stood still are told as one, so that a long outage does not end in a flood.

mod actions;
mod findings;
mod telling;
mod time;

pub use telling::{Notice, NoticeKind, To};

use crate::action::Action;
use crate::alert::{Alert, State, Subject};
use crate::duty::{DutyList, Place};
use crate::reason::{Misfit, Reason};
use crate::silence::Silences;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::finding::{EventName, Rendered};

/// What decisions go by, besides the alert.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// Who answers for what, and how long they have.
    pub duty: &'a DutyList,
    /// Working days.
    pub calendar: &'a Calendar,
    /// What is not to be sent.
    pub silences: &'a Silences,
}

/// One line of an alert's history: what happened, by whom, who was told, and why or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// µs since 1970.
    pub at: i64,
    /// The alert's revision after it.
    pub revision: u64,
    /// A word for what happened: of a notice its kind; else `changed`, `silenced` or `without_effect`.
    pub what: String,
    /// State and level before; none: it was created.
    pub from: Option<(State, crate::Level)>,
    /// State and level after.
    pub to: (State, crate::Level),
    /// Why.
    pub reason: Reason,
    /// Who acted: the name of a token.
    pub by: Option<String>,
    /// What they added.
    pub note: Option<String>,
    /// The event that says so.
    pub event: Option<EventName>,
    /// Who is told.
    pub told: Vec<String>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The alert as it stands now.
    pub alert: Alert,
    /// What is told to whom, if anything.
    pub notice: Option<Notice>,
    /// What stands in its history.
    pub entry: Entry,
}

/// Decides what becomes of an alert, given all findings about its subject that hold `now` (µs since 1970). None:
/// nothing has changed.
pub fn on_findings(
    setting: Setting<'_>,
    subject: &Subject,
    place: &Place,
    before: Option<&Alert>,
    findings: BTreeMap<String, Rendered>,
    now: i64,
) -> Option<Decision> {
    findings::decide(setting, subject, place, before, findings, now)
}

/// Decides what a supervisor's action makes of an alert. An action that does not fit changes nothing, and stands in
/// the history as such: it is in the journal, and whoever reads that years later must find out why it had no effect.
///
/// # Errors
/// With what is in the way, and the entry that says so.
pub fn on_action(
    setting: Setting<'_>,
    before: &Alert,
    action: &Action,
    now: i64,
) -> Result<Decision, (Misfit, Box<Entry>)> {
    actions::decide(setting, before, action, now)
}

/// Decides what follows from the time. None: nothing is due.
pub fn on_time(setting: Setting<'_>, before: &Alert, now: i64) -> Option<Decision> {
    time::decide(setting, before, now)
}

/// Decides what follows from a change of the silences. None: nothing.
pub fn on_silences(setting: Setting<'_>, before: &Alert, now: i64) -> Option<Decision> {
    time::unsilenced(setting, before, now)
}

/// Decides what becomes of an alert that nobody answers for yet.
pub fn on_adoption(setting: Setting<'_>, before: &Alert, place: &Place, now: i64) -> Decision {
    findings::adopt(setting, before, place, now)
}
