//! Do the dataflows conclude what the rules say of any stream, in any order, however it is fed? Random streams over a
//! small world (`streams/`), held against a plain recomputation (`oracle/`).
//!
//! `XIEZHI_CASES` sets how many streams each property is tried on.

mod oracle;
mod streams;

use oracle::Holds;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestError, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use streams::{
    Op, Published, Steps, admit, disordered, in_steps, instant, ndjson, now, ops, replay, telling, typed,
};
use xiezhi_dataflows::event::Admitted;
use xiezhi_dataflows::finding::{EVIDENCE_MAX, Rendered, Value};
use xiezhi_dataflows::rules::Rule;

/// The rules that give data-quality rows: groups that are the venue's own, hubs, slips of units, bad codes, events dated
/// ahead. Names with several contents never come so far: `oddities` tells of them.
const GUARDED: [&str; 10] =
    ["DEV-07", "DEV-08", "DEV-09", "DEV-12", "DOC-05", "DOC-06", "PER-06", "DQ-03", "DQ-05", "DQ-07"];

/// Operations of a stream, at most.
const OPS: usize = 45;

fn cases(default: u32) -> u32 {
    let set = std::env::var("XIEZHI_CASES").ok();
    set.map_or(default, |set| set.parse().expect("XIEZHI_CASES is a number"))
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        max_shrink_time: 60_000,
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..Config::default()
    }
}

/// Tries a property on random streams. It tells what is wrong, or nothing; the smallest stream that fails is shown.
fn try_streams<T: std::fmt::Debug>(
    default_cases: u32,
    more: impl Strategy<Value = T>,
    property: impl Fn(&[Admitted], &T) -> String,
) {
    let mut runner = TestRunner::new(config(cases(default_cases)));
    let outcome = runner.run(&(ops(OPS), more), |(ops, more)| match property(&admit(&ops), &more) {
        wrong if wrong.is_empty() => Ok(()),
        wrong => Err(TestCaseError::fail(wrong)),
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(_, (ops, more))) => {
            let ops = thinned(ops, |ops| !property(&admit(ops), &more).is_empty());
            let wrong = property(&admit(&ops), &more);
            panic!("{wrong}\nwith {more:?} and the stream\n{}\nfrom {ops:?}", ndjson(&admit(&ops)))
        }
        Err(TestError::Abort(why)) => panic!("gave up: {why}"),
    }
}

/// Takes out of a stream that fails whatever it fails without: shrinking leaves some of that.
fn thinned(mut ops: Vec<Op>, fails: impl Fn(&[Op]) -> bool) -> Vec<Op> {
    for at in (0..ops.len()).rev() {
        let kept = ops.remove(at);
        if !fails(&ops) {
            ops.insert(at, kept);
        }
    }
    ops
}

/// What is wrong with what was published, held against what should hold.
fn against(holds: &Holds, published: &Published) -> String {
    let differences = holds.differences(&Holds::of(&published.findings, &published.quality));
    format!("{differences}{}", published.miscounted)
}

/// What is wrong with the published watch-list, held against what the rules say of the events and the published findings.
fn against_watched(events: &[Admitted], published: &Published, now: i64) -> String {
    // Evidence that is not written out may be the latest.
    if published.findings.iter().any(|finding| finding.evidence.len() == EVIDENCE_MAX) {
        return String::new();
    }
    let list = oracle::watch::watch_list(&typed(events), &published.findings, now);
    oracle::watch::differences(&list, &published.watched)
}

#[test]
fn what_is_found_is_what_the_rules_say() {
    let fired: RefCell<BTreeMap<String, usize>> = RefCell::default();
    try_streams(300, (now(), now()), |events, (now, later)| {
        let mut wrong = String::new();
        for now in [now, later] {
            let holds = oracle::holds(&typed(events), instant(*now));
            for found in &holds.findings {
                *fired.borrow_mut().entry(found.rule.clone()).or_default() += 1;
            }
            wrong += &against(&holds, &replay(events, 1, instant(*now)));
        }
        wrong
    });
    println!("findings compared, by rule: {:?}", fired.borrow());
}

#[test]
fn other_thresholds_and_profiles_are_kept_to_as_well() {
    let fired: RefCell<BTreeMap<String, usize>> = RefCell::default();
    try_streams(300, (now(), any::<u64>()), |events, (now, seed)| {
        let rules = streams::other_rules(&mut streams::Dice(*seed));
        let holds = oracle::holds_by(&rules, &typed(events), instant(*now));
        for found in &holds.findings {
            *fired.borrow_mut().entry(found.rule.clone()).or_default() += 1;
        }
        match against(&holds, &streams::replay_by(&rules, events, instant(*now))) {
            wrong if wrong.is_empty() => wrong,
            wrong => format!("{wrong}by {rules:?}"),
        }
    });
    println!("findings compared, by rule: {:?}", fired.borrow());
}

#[test]
fn the_streams_reach_every_rule() {
    let mut runner = TestRunner::deterministic();
    let (mut findings, mut quality) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for _ in 0..400 {
        let tree = (ops(OPS), now()).new_tree(&mut runner).expect("a stream");
        let (ops, now) = tree.current();
        let holds = oracle::holds(&typed(&admit(&ops)), instant(now));
        for (rows, count) in [(holds.findings, &mut findings), (holds.quality, &mut quality)] {
            rows.into_iter().for_each(|found| *count.entry(found.rule).or_default() += 1);
        }
    }
    println!("findings by rule: {findings:?}\ndata-quality rows by rule: {quality:?}");
    let is_rare = |id: &str, of: &BTreeMap<String, usize>| of.get(id).is_none_or(|count| *count < 10);
    let of_findings = Rule::ALL.iter().filter(|rule| !rule.is_of_quality());
    let rare = of_findings.map(|rule| rule.id()).filter(|id| is_rare(id, &findings));
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&str>::new());
    let rare = GUARDED.into_iter().filter(|id| Rule::of(id).is_some() && is_rare(id, &quality));
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(quality.keys().all(|id| GUARDED.contains(&&**id)), "{quality:?}");
}

/// Ways to measure something otherwise than one of the measures says: another value, none, one more.
fn otherwise(row: &Rendered, name: &str) -> [Rendered; 3] {
    let [mut wrong, mut missing, mut additional] = [row.clone(), row.clone(), row.clone()];
    let other = match &row.value[name] {
        Value::Count(count) => Value::Count(count + 1),
        Value::Text(text) => Value::Text(format!("{text}0")),
    };
    wrong.value.insert(name.to_owned(), other.clone());
    missing.value.remove(name);
    additional.value.insert(format!("{name}_too"), other);
    [wrong, missing, additional]
}

/// What is told of a row in the place of another, as a finding and as a data-quality row.
fn told_of(row: &Rendered, right: &Rendered) -> [String; 2] {
    let [row, right] = [row, right].map(std::slice::from_ref);
    let of_findings = Holds::of(right, &[]).differences(&Holds::of(row, &[]));
    [of_findings, Holds::of(&[], right).differences(&Holds::of(&[], row))]
}

#[test]
fn a_measure_that_is_wrong_missing_or_too_many_is_told() {
    let mut runner = TestRunner::deterministic();
    let mut tried = BTreeSet::new();
    for _ in 0..400 {
        let tree = (ops(OPS), now()).new_tree(&mut runner).expect("a stream");
        let (ops, now) = tree.current();
        let (events, now) = (admit(&ops), instant(now));
        let published = replay(&events, 1, now);
        assert_eq!(against(&oracle::holds(&typed(&events), now), &published), "");
        for row in published.findings.iter().chain(&published.quality) {
            let mut is_new = |name: &&String| tried.insert((row.rule.clone(), (*name).clone()));
            let new: Vec<&String> = row.value.keys().filter(|name| is_new(name)).collect();
            for spoilt in new.into_iter().flat_map(|name| otherwise(row, name)) {
                let told = told_of(&spoilt, row);
                assert!(told.iter().all(|told| told.contains("should be")), "{told:?} of {spoilt:?}");
            }
        }
    }
    let all: BTreeSet<_> = oracle::measures::all().collect();
    let unreached: Vec<_> = all.difference(&tried).collect();
    let unknown: Vec<_> = tried.difference(&all).collect();
    assert!(unreached.is_empty() && unknown.is_empty(), "unreached {unreached:?}, unknown {unknown:?}");
}

#[test]
fn the_watch_list_is_what_the_rules_say() {
    try_streams(150, (now(), now()), |events, (now, later)| {
        let wrong = [now, later].map(|now| {
            let published = replay(events, 1, instant(*now));
            against_watched(events, &published, instant(*now)) + &published.miscounted
        });
        wrong.concat()
    });
}

#[test]
fn the_streams_reach_all_of_the_watch_list() {
    let mut runner = TestRunner::deterministic();
    let mut count = BTreeMap::<String, usize>::new();
    for _ in 0..400 {
        let tree = (ops(OPS), now()).new_tree(&mut runner).expect("a stream");
        let (ops, now) = tree.current();
        let (events, now) = (admit(&ops), instant(now));
        let findings = replay(&events, 1, now).findings;
        for kind in oracle::watch::kinds(&typed(&events), &findings, now) {
            *count.entry(kind).or_default() += 1;
        }
    }
    println!("on the watch-list: {count:?}");
    let is_rare = |kind: &&str| count.get(*kind).is_none_or(|count| *count < 10);
    let rare = oracle::watch::KINDS.into_iter().filter(is_rare);
    assert_eq!(rare.collect::<Vec<_>>(), Vec::<&str>::new());
}

#[test]
fn order_and_repeats_change_nothing() {
    try_streams(200, (now(), any::<u64>()), |events, (now, seed)| {
        let straight = replay(events, 1, instant(*now));
        let mut wrong = String::new();
        for events in [disordered(events, 0), disordered(events, *seed)] {
            wrong += &straight.differences(&replay(&events, 1, instant(*now)));
        }
        wrong
    });
}

#[test]
fn the_number_of_workers_changes_nothing() {
    try_streams(120, (now(), any::<u64>()), |events, (now, seed)| {
        let alone = replay(events, 1, instant(*now));
        let events = disordered(events, *seed);
        let of = |workers| alone.differences(&replay(&events, workers, instant(*now)));
        of(2) + &of(4)
    });
}

#[test]
fn a_retracted_event_leaves_no_trace() {
    try_streams(200, (now(), any::<u64>(), 1..4_usize), |events, (now, seed, share)| {
        let mut dice = streams::Dice(*seed);
        let gone = |_: &Admitted| dice.below(4) < *share;
        let (gone, rest): (Vec<Admitted>, Vec<Admitted>) = events.iter().cloned().partition(gone);
        let retractions = gone.iter().map(|gone| streams::retraction(&gone.event));
        let all: Vec<Admitted> = events.iter().cloned().chain(retractions).collect();
        let without = replay(&rest, 1, instant(*now));
        let after = replay(&all, 1, instant(*now));
        let mixed = replay(&disordered(&all, *seed), 1, instant(*now));
        without.differences(&after) + &without.differences(&mixed)
    });
}

#[test]
fn changes_that_are_told_sum_up_to_what_holds() {
    try_streams(60, (now(), any::<u64>()), |events, (now, seed)| {
        let bulk = replay(events, 1, instant(*now));
        let mixed = telling(&disordered(events, *seed), instant(*now));
        bulk.differences(&telling(events, instant(*now))) + &bulk.differences(&mixed)
    });
}

#[test]
fn sizes_of_commits_and_the_way_of_the_clock_change_nothing() {
    let steps = (any::<u64>(), 1..12_usize, proptest::collection::vec(now(), 0..4), 1..3_usize);
    try_streams(200, (now(), steps), |events, (now, (seed, most, instants, workers))| {
        let instants = instants.iter().map(|at| instant(*at)).collect();
        let steps = Steps { seed: *seed, most: *most, instants, workers: *workers, editions: false };
        let published = in_steps(&disordered(events, *seed), &steps, instant(*now));
        let wrong = against(&oracle::holds(&typed(events), instant(*now)), &published);
        wrong + &against_watched(events, &published, instant(*now))
    });
}

#[test]
fn which_rules_were_in_force_before_changes_nothing() {
    let steps = (any::<u64>(), 1..12_usize, proptest::collection::vec(now(), 0..4), 1..3_usize);
    try_streams(120, (now(), steps), |events, (now, (seed, most, instants, workers))| {
        let instants = instants.iter().map(|at| instant(*at)).collect();
        let steps = Steps { seed: *seed, most: *most, instants, workers: *workers, editions: true };
        let published = in_steps(&disordered(events, *seed), &steps, instant(*now));
        // Byte for byte what a replay says that never knew other rules, the watch-list with it.
        replay(events, 1, instant(*now)).differences(&published)
    });
}

/// Kept from drifting: an operation stays small, as thousands of them are made and shrunk.
#[test]
fn operations_are_small() {
    assert!(std::mem::size_of::<Op>() <= 128);
}
