//! An alert: the findings about one section and one topic, or one finding of a history rule.
//!
//! *Invariants.* Revisions count its changes from 1 without gaps.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
    /// Findings hold.
    Open,
    /// Its last finding has gone.
    Withdrawn,
}

impl State {
    /// All states.
    pub const ALL: [State; 2] = [State::Open, State::Withdrawn];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Withdrawn => "withdrawn",
        }
    }
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
    /// When it was created, or created again after a withdrawal; µs since 1970.
    pub created_at: i64,
    /// When it last changed; µs since 1970.
    pub changed_at: i64,
    /// The findings it rests on, by name; of a withdrawn one, the last it rested on.
    pub findings: BTreeMap<String, Rendered>,
}
