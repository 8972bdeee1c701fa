//! An alert: the findings about one section and one topic, or one finding of a history rule; who answers for it, what
//! they did, and what is to happen next if they do nothing.
//!
//! *Invariants.*
//! 1. Revisions count its changes from 1 without gaps. A reminder is no change: whoever has the page open can still
//!    act on it.
//! 2. An alert that is open, acknowledged or assigned has a department and, unless a silence hides it, a due time.
//! 3. What nobody was told of is among its findings.
//! 4. What was handed over to another agency stands in it as it was handed, whatever comes later.

use crate::agenda::Agenda;
use crate::duty::Route;
use crate::indicators::Life;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::Rendered;

pub use xiezhi_dataflows::subject::{AlertId, Subject};

/// How serious an alert is; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 黄色: a lead.
    Yellow,
    /// 橙色: a breach, a strong lead, or leads of two kinds on one party.
    Orange,
    /// 红色: deemed or invalid by law, or strong leads of two kinds.
    Red,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Level; 3] = [Level::Yellow, Level::Orange, Level::Red];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Yellow => "yellow",
            Level::Orange => "orange",
            Level::Red => "red",
        }
    }

    /// The word that users read.
    pub fn zh(self) -> &'static str {
        match self {
            Level::Yellow => "黄色",
            Level::Orange => "橙色",
            Level::Red => "红色",
        }
    }
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Findings hold, and nobody has acknowledged them yet.
    Open,
    /// 已签收.
    Acknowledged,
    /// 已交办.
    Assigned,
    /// 已办结.
    Closed,
    /// Its last finding has gone before it was closed.
    Withdrawn,
}

impl State {
    /// All states.
    pub const ALL: [State; 5] =
        [State::Open, State::Acknowledged, State::Assigned, State::Closed, State::Withdrawn];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Acknowledged => "acknowledged",
            State::Assigned => "assigned",
            State::Closed => "closed",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Whether somebody owes it something.
    pub fn is_pending(self) -> bool {
        matches!(self, State::Open | State::Acknowledged | State::Assigned)
    }
}

/// Who was told, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Receiver {
    /// The liaison of a department, by its code.
    Liaison(String),
    /// Its responsible leader.
    Leader(String),
    /// A receiver of copies, by its name in the duty list.
    Copy(String),
}

impl fmt::Display for Receiver {
    /// Such as `zjj.liaison`, `zjj.leader`, `copy:audit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Receiver::Liaison(department) => write!(f, "{department}.liaison"),
            Receiver::Leader(department) => write!(f, "{department}.leader"),
            Receiver::Copy(name) => write!(f, "copy:{name}"),
        }
    }
}

/// That somebody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Did {
    /// Who: the name of a token.
    pub by: String,
    /// When, µs since 1970.
    pub at: i64,
}

/// How an alert was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Who and when.
    pub did: Did,
    /// With what.
    pub outcome: Outcome,
    /// What they add.
    pub note: Option<String>,
    /// The findings that were on the table, by name; emptied when they are withdrawn, so that their return is news.
    pub known: BTreeSet<String>,
    /// The rules of those findings: what the outcome says of them is counted.
    pub rules: BTreeSet<String>,
}

/// What was handed over to another agency, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Who and when.
    pub did: Did,
    /// To whom, by the outcome.
    pub outcome: Outcome,
    /// The level then.
    pub level: Level,
    /// The findings then, by name.
    pub findings: BTreeMap<String, Rendered>,
}

/// An alert as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its identity.
    pub id: AlertId,
    /// What it is about.
    pub subject: Subject,
    /// How serious; of a withdrawn one, how serious it was last.
    pub level: Level,
    /// Where it stands.
    pub state: State,
    /// Counts its changes.
    pub revision: u64,
    /// Counts how often it was created: again after a withdrawal.
    #[serde(default)]
    pub episode: u64,
    /// When it was created, or created again after a withdrawal; µs since 1970.
    pub created_at: i64,
    /// When it last changed; µs since 1970.
    pub changed_at: i64,
    /// The findings it rests on, by name; of a withdrawn one, the last it rested on.
    pub findings: BTreeMap<String, Rendered>,
    /// Who answers for it, and why they.
    #[serde(default)]
    pub route: Route,
    /// When the section is to be opened, as it was known when people were last told to acknowledge; µs since 1970.
    #[serde(default)]
    pub opening_at: Option<i64>,
    /// What is to happen if nobody does anything.
    #[serde(default)]
    pub agenda: Agenda,
    /// Who was told of this episode.
    #[serde(default)]
    pub told: BTreeSet<Receiver>,
    /// The findings, by name, that those who were told know nothing of: they came without a rise, or during a
    /// silence.
    #[serde(default)]
    pub untold: BTreeSet<String>,
    /// The silence that hides it, if one does.
    #[serde(default)]
    pub silenced_by: Option<String>,
    /// Whether nobody did what was due, up to the last step of the ladder.
    #[serde(default)]
    pub overdue: bool,
    /// Its last acknowledgement; kept when it is withdrawn.
    #[serde(default)]
    pub acknowledged: Option<Did>,
    /// To whom it is assigned.
    #[serde(default)]
    pub assigned_to: Option<String>,
    /// How often departments have sent it back.
    #[serde(default)]
    pub sent_back: u32,
    /// How it was closed.
    #[serde(default)]
    pub closed: Option<Closing>,
    /// What was handed over, the latest.
    #[serde(default)]
    pub handed: Option<Handed>,
    /// Since when nothing of it holds; µs since 1970.
    #[serde(default)]
    pub withdrawn_at: Option<i64>,
    /// What is counted of it, of this episode and those before it; the present one is the last.
    #[serde(default)]
    pub lives: Vec<Life>,
}
