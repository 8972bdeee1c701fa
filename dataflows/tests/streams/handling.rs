//! What supervisors do with alerts.

use super::world::*;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::json;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::rules::{Rule, Topic};
use xiezhi_dataflows::subject::Subject;

#[derive(Clone, Debug)]
pub enum Op {
    /// An alert of a section, by topic, or past the topics one of a firm's history, is closed or reopened.
    Handled {
        section: u8,
        about: u8,
        bidder: u8,
        /// Reopened if there is none; past all of them, closed with none.
        outcome: Option<u8>,
        at: u8,
    },
    /// All alerts of a section are closed alike.
    Swept { section: u8, outcome: u8, at: u8 },
}

const TOPICS: u8 = Topic::ALL.len() as u8;
const OUTCOMES: u8 = Outcome::ALL.len() as u8;
/// Rules whose findings are about one firm, with the name that their keys give it.
const HISTORY: [(&str, &str); 6] = [
    ("CRD-02", "party"),
    ("DEV-13", "bidder"),
    ("HIS-01", "bidder"),
    ("HIS-14", "bidder"),
    ("WIT-19", "party"),
    ("HIS-04", "bidder"),
];

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let about = prop_oneof![3 => 0..TOPICS, 1 => TOPICS..TOPICS + HISTORY.len() as u8];
    (section(), about, bidder(), weighted(0.8, 0..=OUTCOMES), at())
        .prop_map(|(section, about, bidder, outcome, at)| Op::Handled { section, about, bidder, outcome, at })
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    (section(), 0..OUTCOMES, at()).prop_map(|(section, outcome, at)| Op::Swept { section, outcome, at })
}

/// An alert's identity.
fn alert(section: u8, about: u8, bidder: u8) -> String {
    let subject = match about.checked_sub(TOPICS) {
        None => {
            let topic = Topic::ALL[usize::from(about)];
            Subject { topic, section: Some(section_code(section)), history: None }
        }
        Some(number) => {
            let (rule, key) = HISTORY[usize::from(number)];
            let topic = Rule::of(rule).expect("a known rule").sheet().topic;
            Subject { topic, section: None, history: Some(format!("{rule}|{key}:{}", firm_code(bidder))) }
        }
    };
    subject.id().0
}

fn closed(alert: &str, outcome: u8, at: u8) -> Said {
    let outcome = Outcome::ALL.get(usize::from(outcome)).map(|outcome| outcome.as_str());
    ("alert.closed", json!({"alert": alert, "actor": "某", "outcome": outcome}), at)
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Handled { section, about, bidder, outcome, at } => {
            let alert = alert(*section, *about, *bidder);
            let reopened = || ("alert.reopened", json!({"alert": alert, "actor": "某"}), *at);
            vec![outcome.map_or_else(reopened, |outcome| closed(&alert, outcome, *at))]
        }
        Op::Swept { section, outcome, at } => {
            (0..TOPICS).map(|topic| closed(&alert(*section, topic, 0), *outcome, *at)).collect()
        }
    }
}
