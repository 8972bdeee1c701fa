//! Does a simulated venue with every scheme planted come out as planted? All truth is found, what was retracted is gone,
//! the plain recomputation agrees on every finding; and a year without schemes keeps quiet.
//!
//! `XIEZHI_VENUE_DAYS` sets how many days the planted venue has.

mod oracle;

use oracle::Holds;
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Admitted, Door};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::replay::{Replay, Taken};
use xiezhi_dataflows::rules::Rule;
use xiezhi_simulator::{Schemes, Settings, Truth, Venue};

/// The events of a venue, and its truth.
fn venue(settings: Settings) -> (Vec<Admitted>, Vec<Truth>) {
    let door = Door::new(&[7; 32], Placeholders::default());
    let (mut events, mut truths) = (Vec::new(), Vec::new());
    for day in Venue::new(settings).expect("settings of the test are valid") {
        for event in day.events {
            let line = event.json;
            events.push(door.admit(line.as_bytes()).unwrap_or_else(|refused| panic!("{refused}: {line}")));
        }
        truths.extend(day.truth);
    }
    (events, truths)
}

/// What holds at the time of the latest event.
fn replayed(events: &[Admitted], workers: usize) -> Replay<'static> {
    let (door, placeholders) = (Door::new(&[7; 32], Placeholders::default()), Placeholders::default());
    let mut replay = Replay::new(door, placeholders, Params::default(), workers, None, None);
    for admitted in events {
        let taken = replay.admitted(admitted.clone());
        assert!(matches!(taken, Taken::Accepted | Taken::Duplicate), "{taken:?}");
    }
    replay.finish();
    assert!(replay.miscounted().is_empty(), "{:?}", replay.miscounted());
    replay
}

fn sections(events: &[Admitted]) -> usize {
    events.iter().filter(|admitted| admitted.event.data.kind() == "section.announced").count()
}

#[test]
fn every_planted_scheme_is_found_and_nothing_that_was_retracted() {
    let days = std::env::var("XIEZHI_VENUE_DAYS").ok().map(|days| days.parse().expect("a number of days"));
    let days_or_year = days.unwrap_or(365);
    let settings =
        Settings { days: days_or_year, bids_per_day: 40, scheme_share: 0.25, ..Settings::default() };
    let (events, truths) = venue(settings);
    println!("{} events, {} sections, {} truths", events.len(), sections(&events), truths.len());
    assert!(days.is_some() || sections(&events) >= 1_000);
    let replay = replayed(&events, 1);
    let named = |finding: &Rendered| (finding.rule.clone(), finding.section.clone(), finding.parties.clone());
    let found: BTreeSet<_> = replay.findings().iter().map(named).collect();
    let (mut missed, mut stayed, mut rules) = (Vec::new(), Vec::new(), BTreeSet::new());
    for truth in &truths {
        let name = (truth.rule.to_owned(), truth.section.clone(), truth.parties.clone());
        match (truth.holds, found.contains(&name)) {
            (true, false) => missed.push(truth),
            (false, true) => stayed.push(truth),
            (true, true) => {
                rules.insert(truth.rule);
            }
            (false, false) => {}
        }
    }
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), truths.len());
    assert!(stayed.is_empty(), "retracted, and still there: {stayed:#?}");
    let unplanted: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| !rule.is_of_quality())
        .map(|rule| rule.id())
        .filter(|id| !rules.contains(id))
        .collect();
    assert!(days.is_some() || unplanted.is_empty(), "no planting of {unplanted:?} was found");

    let now = events.iter().map(|admitted| admitted.event.time.0).max().expect("events");
    let published = Holds::of(&replay.findings(), &replay.quality());
    let watched = replay.watch_list();
    let again = replayed(&events.iter().rev().cloned().collect::<Vec<_>>(), 2);
    let reversed = Holds::of(&again.findings(), &again.quality());
    assert_eq!(reversed.differences(&published), "", "in reverse order");
    assert_eq!(again.watch_list(), watched, "the watch-list in reverse order");
    let typed: Vec<_> = events.into_iter().map(|admitted| admitted.event).collect();
    assert_eq!(oracle::holds(&typed, now).differences(&published), "");
}

#[test]
fn an_ordinary_year_raises_few_red_alerts() {
    let settings = Settings { days: 365, bids_per_day: 56, schemes: Schemes::none(), ..Settings::default() };
    let (events, truths) = venue(settings);
    assert!(truths.is_empty());
    let sections = sections(&events);
    let replay = replayed(&events, 1);
    let mut red: BTreeSet<String> = BTreeSet::new();
    let mut by_rule: BTreeMap<String, usize> = BTreeMap::new();
    for finding in replay.findings() {
        *by_rule.entry(format!("{} {}", finding.rule, finding.severity)).or_default() += 1;
        if let ("D" | "X" | "C", Some(section)) = (finding.severity.as_str(), &finding.section) {
            red.insert(section.clone());
        }
    }
    println!("{sections} sections, {} with a red alert; findings: {by_rule:?}", red.len());
    assert!(sections >= 2_000, "only {sections} sections");
    assert!(red.len() * 100 < sections, "{} of {sections} sections have a red alert", red.len());
}
