//! A story, read: what happens when, and what is wanted. Data alone, for any player.

use std::collections::BTreeMap;
use xiezhi_alerts::action::Deed;
use xiezhi_alerts::duty::Place;
use xiezhi_alerts::silence::Matcher;
use xiezhi_alerts::{Level, NoticeKind};
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::Rendered;

/// One story.
#[derive(Clone, Debug)]
pub struct Story {
    pub title: String,
    pub steps: Vec<Step>,
}

/// One line of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands: `file:line`.
    pub place: String,
    /// As it was written.
    pub text: String,
    /// The instant, where the line names one.
    pub at: Option<Moment>,
    pub what: Option<What>,
}

/// An instant, and how it is reached.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// µs since 1970.
    pub at: i64,
    pub by: Way,
}

/// How time comes to an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Passing,
    Outage,
    ClockBack,
}

/// What happens or is wanted.
#[derive(Clone, Debug)]
pub enum What {
    Findings { hold: bool, findings: Vec<Rendered> },
    Place { section: String, place: Place },
    Act(Act),
    Silence { id: String, from: Option<i64>, until: i64, matcher: Matcher },
    EndSilence { id: String },
    Duty(String),
    Restart,
    Storm(Vec<Rendered>),
    Burst(u32),
    Want(Want),
}

/// What a supervisor does.
#[derive(Clone, Debug)]
pub struct Act {
    pub deed: Deed,
    pub on: Option<String>,
    pub by: String,
    pub to: Option<String>,
    pub outcome: Option<Outcome>,
    pub note: Option<String>,
    /// The rules of the findings that they saw, if not all.
    pub seen: Option<Vec<String>>,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub enum Want {
    Told(Told),
    Stands { on: Option<String>, pairs: Vec<(String, String)> },
    Refused(String),
    Untold(String),
    Nothing,
    Verdict { rule: String, counts: [u64; 3] },
    Sent { receiver: String, alone: usize, digest: Option<usize> },
}

/// That these are told that.
#[derive(Clone, Debug)]
pub struct Told {
    pub kind: NoticeKind,
    pub on: Option<String>,
    /// Receivers, and whether they hear of it for the first time.
    pub to: BTreeMap<String, bool>,
    pub words: Vec<String>,
    pub new: Option<Vec<String>>,
    pub gone: Option<Vec<String>>,
    pub from: Option<Level>,
}
