//! What may happen to a desk: findings, deeds, time, silences, editions, restarts; all drawn at random from little.

use proptest::prelude::*;
use xiezhi_alerts::action::Deed;
use xiezhi_alerts::duty::Written;
use xiezhi_alerts::duty::{DutyList, Place};
use xiezhi_alerts::silence::Matcher;
use xiezhi_alerts::{Level, Subject};
use xiezhi_dataflows::event::{Industry, Outcome};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::rules::{Rule, Topic};

/// One minute, µs.
pub const MINUTE_US: i64 = 60_000_000;
/// 2026-03-02 09:00, a Monday, µs since 1970.
pub const BEGIN: i64 = 1_772_413_200_000_000;

/// Every finding that may hold: rule, severity, parties, section.
const POOL: [(&str, &str, &str, Option<&str>); 12] = [
    ("DEV-07", "L", "甲", Some("E1")),
    ("PRI-01", "L", "甲", Some("E1")),
    ("DEV-01", "S", "甲", Some("E1")),
    ("PER-02", "D", "乙", Some("E1")),
    ("DEV-07", "L", "乙", Some("E2")),
    ("DEV-07", "S", "乙", Some("E2")),
    ("PRI-02", "S", "甲", Some("E2")),
    ("OPN-01", "V", "甲", Some("E1")),
    ("PRI-13", "X", "甲", Some("E1")),
    ("PRI-13", "L", "甲", Some("E1")),
    ("DEV-13", "L", "甲", None),
    ("EXP-01", "L", "乙", Some("E2")),
];

/// What happens.
#[derive(Clone, Debug)]
pub enum Input {
    /// One finding of the pool comes to hold, or holds no more.
    Finding {
        at: usize,
        holds: bool,
    },
    /// Everything about a finding's subject goes.
    Nothing {
        at: usize,
    },
    Act {
        on: usize,
        deed: Deed,
        to: Option<String>,
        outcome: Option<Outcome>,
        seen: Seen,
    },
    /// Minutes; below nought the clock is set back.
    Clock(i64),
    Silence {
        id: u8,
        minutes: i64,
        matcher: Matcher,
    },
    EndSilence {
        id: u8,
    },
    Duty(usize),
    Restart,
}

/// What whoever closes an alert has seen of it.
#[derive(Clone, Copy, Debug)]
pub enum Seen {
    Untold,
    All,
    Some,
}

pub fn finding(at: usize) -> Rendered {
    let (rule, severity, party, section) = POOL[at % POOL.len()];
    assert!(Rule::of(rule).is_some(), "{rule}");
    Rendered {
        rule: rule.to_owned(),
        section: section.map(str::to_owned),
        key: party.to_owned(),
        parties: vec![party.to_owned()],
        persons: Vec::new(),
        severity: severity.to_owned(),
        value: Default::default(),
        evidence: Vec::new(),
    }
}

pub fn subject(at: usize) -> Subject {
    Subject::of(&finding(at)).expect("a known rule")
}

pub fn place(subject: &Subject) -> Place {
    let opening_at = (subject.section.as_deref() == Some("E2")).then_some(BEGIN + 90 * MINUTE_US);
    Place {
        industry: subject.section.as_ref().map(|_| Industry::Engineering),
        opening_at,
        ..Place::default()
    }
}

/// The duty lists of the stories.
pub fn duty(at: usize) -> DutyList {
    let texts = [
        include_str!("../stories/duties/city.toml"),
        include_str!("../stories/duties/recorded.toml"),
        include_str!("../stories/duties/night.toml"),
        include_str!("../stories/duties/together.toml"),
        include_str!("../stories/duties/reform.toml"),
    ];
    let written: Written = toml::from_str(texts[at % texts.len()]).expect("a list");
    DutyList::check(written, 0).expect("a list without mistakes")
}

fn matcher() -> impl Strategy<Value = Matcher> {
    let none =
        |level| Matcher { level, department: None, topic: None, section: None, party: None, rule: None };
    (prop::sample::select(Level::ALL.to_vec()), 0..5).prop_map(move |(level, by)| match by {
        0 => Matcher { department: Some("zjj".to_owned()), ..none(level) },
        1 => Matcher { topic: Some(Topic::Collusion), ..none(level) },
        2 => Matcher { section: Some("E1".to_owned()), ..none(level) },
        3 => Matcher { party: Some("甲".to_owned()), ..none(level) },
        _ => Matcher { rule: Some("DEV-07".to_owned()), ..none(level) },
    })
}

/// A finding of the pool; mostly of one alert, so that it lives through much.
fn any() -> impl Strategy<Value = usize> {
    prop_oneof![3 => 0..4usize, 1 => 0..POOL.len()]
}

fn deed() -> impl Strategy<Value = Input> {
    let to = prop::sample::select(vec!["slj", "zjj", "jsj", "ggb", "nowhere"]).prop_map(str::to_owned);
    let outcome = prop::sample::select(Outcome::ALL.to_vec());
    let seen = prop::sample::select(vec![Seen::Untold, Seen::All, Seen::Some]);
    let deed = prop::sample::select(Deed::ALL.to_vec());
    (any(), deed, prop::option::weighted(0.8, to), prop::option::weighted(0.8, outcome), seen)
        .prop_map(|(on, deed, to, outcome, seen)| Input::Act { on, deed, to, outcome, seen })
}

fn input() -> impl Strategy<Value = Input> {
    prop_oneof![
        6 => (any(), prop::bool::weighted(0.7)).prop_map(|(at, holds)| Input::Finding { at, holds }),
        1 => any().prop_map(|at| Input::Nothing { at }),
        8 => deed(),
        4 => (0..240i64).prop_map(Input::Clock),
        2 => (1..15i64).prop_map(|days| Input::Clock(days * 1_440)),
        1 => (1..180i64).prop_map(|minutes| Input::Clock(-minutes)),
        2 => (0..3u8, 10..3_000i64, matcher())
            .prop_map(|(id, minutes, matcher)| Input::Silence { id, minutes, matcher }),
        1 => (0..3u8).prop_map(|id| Input::EndSilence { id }),
        1 => (0..5usize).prop_map(Input::Duty),
        1 => Just(Input::Restart),
    ]
}

pub fn inputs() -> impl Strategy<Value = Vec<Input>> {
    prop::collection::vec(input(), 1..150)
}
