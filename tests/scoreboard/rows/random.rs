//! Rows 10 and 11, in process: random streams through the dataflows, held against the oracle of the rules and against the same stream in its proper order.

use crate::board::{Row, Tally};
use oracle::Holds;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use streams::{Published, admit, disordered, door, instant, now, ops, retraction, typed};
use xiezhi_dataflows::event::{Admitted, Data};
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::replay::{Replay, Taken};
use xiezhi_tests::Dice;

#[allow(dead_code, unused_imports, reason = "shared with the tests of the dataflows, which use all of it")]
#[path = "../../../dataflows/tests/oracle/mod.rs"]
mod oracle;
#[allow(dead_code, unused_imports, reason = "shared with the tests of the dataflows, which use all of it")]
#[path = "../../../dataflows/tests/streams/mod.rs"]
mod streams;

pub const DISORDER: Row = Row {
    number: 10,
    fault: "streams with duplicates, shuffled, late, in conflict, retracted before, after and twice",
    promise: "I3 I5 I6: what holds follows from the set of events",
    short: 60,
    soak: 10_000,
    run: disorder,
};

pub const WORKERS: Row = Row {
    number: 11,
    fault: "1, 2, 4 and 8 workers beside a hog of processors",
    promise: "I3: every indicator as the oracle of the rules says",
    short: 40,
    soak: 10_000,
    run: workers,
};

/// Operations of a stream, at most.
const OPS: usize = 45;

/// A stream of a seed and the instant at which it is looked at.
fn stream(seed: u64) -> (Vec<Admitted>, i64) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let tree = (ops(OPS), now()).new_tree(&mut runner).expect("a stream");
    let (ops, now) = tree.current();
    (admit(&ops), instant(now))
}

/// What the oracle of the rules says is wrong.
fn against_oracle(events: &[Admitted], published: &Published, now: i64) -> String {
    let should = oracle::holds(&typed(events), now);
    should.differences(&Holds::of(&published.findings, &published.quality)) + &published.miscounted
}

/// The same name with another content: some events of the stream, each after the one whose name it takes.
fn with_conflicts(events: &[Admitted], dice: &mut Dice) -> (Vec<Admitted>, BTreeSet<(String, String)>) {
    let (mut all, mut names, mut come) = (Vec::new(), BTreeSet::new(), Vec::new());
    for event in events {
        all.push(event.clone());
        come.push(event);
        if dice.once_in(4) {
            let of = come[dice.throw(0, come.len() as u64 - 1) as usize];
            let mut body: Value = serde_json::from_slice(&of.body).expect("what was admitted is JSON");
            body["time"] = json!(format!("2020-01-{:02}T00:00:00+08:00", dice.throw(1, 28)));
            // Some kinds must have a time that fits; others are taken as they are.
            if let Ok(other) = door().admit(body.to_string().as_bytes())
                && other.body != of.body
            {
                names.insert((of.event.source.to_string(), of.event.id.to_string()));
                all.push(other);
            }
        }
    }
    (all, names)
}

/// The names of events that a retraction of the stream names.
fn retracted_names(events: &[Admitted]) -> BTreeSet<(String, String)> {
    let name = |event: &Admitted| match &event.event.data {
        Data::EventRetracted(data) => Some((data.retracts.source.to_string(), data.retracts.id.to_string())),
        _ => None,
    };
    events.iter().filter_map(name).collect()
}

/// A replay that counts what became of the events.
fn replayed(events: &[Admitted], now: i64) -> (Published, usize, usize) {
    let mut replay = Replay::new(door(), Placeholders::default(), Params::default(), 1, Some(now), None);
    let (mut accepted, mut conflicts) = (0, 0);
    for event in events {
        match replay.admitted(event.clone()) {
            Taken::Accepted => accepted += 1,
            Taken::Duplicate => {}
            Taken::Conflict => conflicts += 1,
            Taken::Refused(refused) => panic!("I6: refused: {refused:?}"),
        }
    }
    replay.finish();
    (Published::of(&replay), accepted, conflicts)
}

fn disorder(tally: &mut Tally) {
    for seed in tally.seeds() {
        tally.attempt("a disordered stream", seed, |tally, dice| {
            let (events, now) = stream(seed);
            let straight = streams::replay(&events, 1, now);
            let wrong = against_oracle(&events, &straight, now);
            assert!(wrong.is_empty(), "I3: not what the rules say:\n{wrong}");
            let mixed = disordered(&events, seed | 1);
            let wrong = straight.differences(&streams::replay(&mixed, 1, now));
            assert!(wrong.is_empty(), "I3: shuffled and twice:\n{wrong}");
            tally.inject("duplicates and another order", (mixed.len() - events.len()) as u64);

            let (conflicting, names) = with_conflicts(&mixed, dice);
            let (published, accepted, conflicts) = replayed(&conflicting, now);
            assert_eq!(accepted, events.len(), "I6: accepted once each");
            assert!(
                conflicts >= names.len(),
                "I6: {conflicts} refused as conflicts of {} names",
                names.len()
            );
            let wrong = Published { quality: Vec::new(), ..straight }
                .differences(&Published { quality: Vec::new(), ..published.clone() });
            assert!(wrong.is_empty(), "I3: with conflicts:\n{wrong}");
            // Nobody is told of the contents of an event that does not hold; what no retraction names does.
            let told: BTreeSet<(String, String)> = published
                .quality
                .iter()
                .filter(|row| row.rule == "DQ-02")
                .flat_map(|row| &row.evidence)
                .map(|name| (name.source.clone(), name.id.clone()))
                .collect();
            assert!(told.is_subset(&names), "I5: told of names that came with one content");
            let excused = retracted_names(&events);
            let untold: Vec<_> =
                names.iter().filter(|name| !told.contains(name) && !excused.contains(name)).collect();
            assert!(
                untold.is_empty(),
                "I6: names with several contents of which no DQ-02 row tells: {untold:?}"
            );
            tally.figure("names_told_in_conflict", told.len() as f64);
            tally.inject("the same name with another content", conflicts as u64);
            retracted(&events, now, seed, tally, dice);
        });
    }
}

/// A retracted event leaves no trace, whether its retraction comes before, after or twice.
fn retracted(events: &[Admitted], now: i64, seed: u64, tally: &mut Tally, dice: &mut Dice) {
    let (gone, rest): (Vec<Admitted>, Vec<Admitted>) = events.iter().cloned().partition(|_| dice.once_in(3));
    let retractions: Vec<Admitted> = gone.iter().map(|gone| retraction(&gone.event)).collect();
    let without = streams::replay(&rest, 1, now);
    let before: Vec<Admitted> = retractions.iter().chain(events).chain(&retractions).cloned().collect();
    let all: Vec<Admitted> = events.iter().chain(&retractions).cloned().collect();
    for (how, stream) in [("before and again after", before), ("mixed", disordered(&all, seed | 1))] {
        let wrong = without.differences(&streams::replay(&stream, 1, now));
        assert!(wrong.is_empty(), "I3: retracted {how}:\n{wrong}");
    }
    tally.inject("retractions before, after and twice", retractions.len() as u64);
}

fn workers(tally: &mut Tally) {
    let stop = Arc::new(AtomicBool::new(false));
    let hogs: Vec<_> = (0..2)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || {
                let mut number = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    number = std::hint::black_box(number.wrapping_add(1));
                }
            })
        })
        .collect();
    for (number, seed) in tally.seeds().enumerate() {
        let workers = [2, 4, 8][number % 3];
        tally.attempt(&format!("{workers} workers"), seed, |tally, _| {
            let (events, now) = stream(seed);
            let alone = streams::replay(&events, 1, now);
            let wrong = against_oracle(&events, &alone, now);
            assert!(wrong.is_empty(), "I3: one worker, not what the rules say:\n{wrong}");
            let wrong = alone.differences(&streams::replay(&disordered(&events, seed | 1), workers, now));
            assert!(wrong.is_empty(), "I3: {workers} workers:\n{wrong}");
            tally.inject(&format!("{workers} workers"), 1);
            tally.figure("findings_compared", alone.findings.len() as f64);
        });
    }
    stop.store(true, Ordering::Relaxed);
    hogs.into_iter().for_each(|hog| hog.join().expect("a hog only counts"));
}
