//! Row 22: a worker panics, in service or while the history is loaded, once or at every start on the same place of the journal; and an event
//! that no worker can take; and a worker that stands still.

use crate::board::{Row, Tally};
use crate::oracle::{Name, entries, name};
use crate::series::Series;
use crate::stage::{Stage, stopped};
use serde_json::json;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use xiezhi_tests::{Client, Daemon, Dice};

pub const ROW: Row = Row {
    number: 22,
    fault: "a worker panics, once or at every start on the same place",
    promise: "the process ends at once, and recovers: I1 I3 I4 I10; an event that ends every start is put aside, on record",
    short: 4,
    soak: 20,
    run,
};

const SIGABRT: i32 = 6;
const VARIABLE: &str = "XIEZHI_FAIL_POINT";

/// The event that no worker can take, by its id.
const POISON: &str = "XIEZHI_FAIL_EVENT";
/// The source of the retractions by which events are put aside.
const ASIDE: &str = "/xiezhi/set-aside";
/// After how many starts a history of a few hundred events must be back: one finds out that there is something, two narrow it down, three end at the
/// event alone, and the next puts it aside.
const STARTS_MAX: u64 = 7;

fn run(tally: &mut Tally) {
    for (number, seed) in tally.seeds().enumerate() {
        tally.attempt("a worker panics", seed, attempt);
        tally.attempt("an event that no worker can take", seed, poisoned);
        // A minute each.
        if number % 10 == 0 {
            tally.attempt("a worker stands still", seed, stalled);
        }
    }
}

/// A life of some days under load that ends by itself at a fail point of the committer, and says why.
fn ended_in_service(tally: &mut Tally, dice: &mut Dice, days: u32, place: &str, why: &str) -> Series {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), days);
    series.stage.home.set(VARIABLE, Some(&format!("{place}:{}", dice.throw(1, 8))));
    let (daemon, client) = series.stage.start(tally);
    series.oracle.send(&client, usize::MAX, Duration::ZERO, dice, |_| ());
    let ended = daemon.ended();
    assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
    assert!(ended.log.contains(why), "{}", ended.log);
    series.lives.push(ended);
    series
}

fn attempt(tally: &mut Tally, dice: &mut Dice) {
    let mut series = ended_in_service(tally, dice, 3, "engine.commit", "a worker was told to fail");
    tally.inject("a worker panics in service", 1);
    // The same at every start, as an event would that no worker can take.
    series.stage.home.set(VARIABLE, Some("engine.load:1"));
    for _ in 0..dice.throw(0, 3) {
        let Err(ended) = series.stage.home.spawn().ready_or_ended() else {
            panic!("it started over a worker that panics")
        };
        assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
        series.lives.push(*ended);
        tally.inject("a worker panics while the history is loaded", 1);
        series.oracle.check_journal(&series.stage.home.data());
    }
    series.stage.home.set(VARIABLE, None);
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}

fn stalled(tally: &mut Tally, dice: &mut Dice) {
    // Senders are answered until the engine's queue is full: what is durable is durable.
    let mut series = ended_in_service(tally, dice, 2, "engine.stall", "the engine has not moved for 30 s");
    tally.inject("a worker stands still", 1);
    // And over the history at the start that follows.
    series.stage.home.set(VARIABLE, Some("engine.load_stall:1"));
    let Err(ended) = series.stage.home.spawn().ready_or_ended() else {
        panic!("it started over a worker that stands still")
    };
    assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
    assert!(ended.log.contains("the engine stands still over a commit of the history"), "{}", ended.log);
    series.lives.push(*ended);
    tally.inject("a worker stands still while the history is loaded", 1);
    series.stage.home.set(VARIABLE, None);
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}

fn poisoned(tally: &mut Tally, dice: &mut Dice) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 2);
    let (daemon, client) = series.stage.start(tally);
    let poison = some_bid(&series.oracle.events, dice);
    let (name, before) = (name(&series.oracle.events[poison]), dice.once_in(2));
    if before {
        // All is well until a version comes that cannot take it.
        series.oracle.send_rest(&client, dice);
        drop((daemon.kill(), client));
        series.stage.home.set(POISON, Some(&name.1));
    } else {
        drop((daemon.kill(), client));
        series.stage.home.set(POISON, Some(&name.1));
        let (daemon, client) = series.stage.start(tally);
        series.oracle.send(&client, usize::MAX, Duration::ZERO, dice, |_| ());
        let ended = daemon.ended();
        assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
    }
    let (starts, daemon, client) = started_at_last(&series.stage);
    tally.inject("starts that ended at the event", starts);
    let mut there = entries(&series.stage.home.data());
    let aside: Vec<Name> =
        there.extract_if(.., |entry| entry.name.0 == ASIDE).map(|entry| entry.name).collect();
    assert_eq!(aside.len(), 1, "one event is put aside, on record");
    assert_eq!(client.metric("xiezhi_journal_put_aside_events"), 1.0);
    let events: BTreeMap<Name, &str> =
        series.oracle.events.iter().map(|event| (self::name(event), event.as_str())).collect();
    let all: Vec<&str> = there.iter().map(|entry| events[&entry.name]).collect();
    assert!(there.iter().any(|entry| entry.name == name), "I1: what is put aside stays in the journal");
    let rest: Vec<&str> = all.iter().copied().filter(|event| *event != events[&name]).collect();
    series.stage.check_findings(&client, &rest);
    // Put right: the version that can take it comes, and somebody takes the retraction back.
    drop(client);
    stopped(daemon);
    series.stage.home.set(POISON, None);
    let (daemon, client) = series.stage.start(tally);
    series.stage.check_findings(&client, &rest);
    let undone = json!({
        "specversion": "1.0", "source": "/test/office", "id": "undone", "type": "event.retracted", "time": "2026-03-10T10:00:00+08:00",
        "data": { "retracts": { "source": ASIDE, "id": aside[0].1 }, "reason": "the version that could not take it is gone" },
    });
    let answer = client.try_post("application/json", undone.to_string()).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
    series.stage.check_findings(&client, &all);
    xiezhi_tests::eventually("nothing is put aside any more", || {
        (client.metric("xiezhi_journal_put_aside_events") == 0.0).then_some(())
    });
    stopped(daemon);
    tally.figure("events_put_aside", 1.0);
}

/// Some bid: of what a section's rules look at most.
fn some_bid(events: &[String], dice: &mut Dice) -> usize {
    let bids: Vec<usize> =
        (0..events.len()).filter(|at| events[*at].contains(r#""type":"bid.submitted""#)).collect();
    bids[dice.throw(0, bids.len() as u64 - 1) as usize]
}

/// Starts it until it is ready; how many starts failed before.
fn started_at_last(stage: &Stage) -> (u64, Daemon, Client) {
    for failed in 0..=STARTS_MAX {
        match stage.home.spawn().ready_or_ended() {
            Ok((daemon, client)) => return (failed, daemon, client),
            Err(ended) => {
                assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
                let aside = entries(&stage.home.data()).iter().any(|entry| entry.name.0 == ASIDE);
                assert!(!aside || failed + 1 > 3, "put aside after {} starts", failed + 1);
            }
        }
    }
    panic!("I10: not back after {STARTS_MAX} starts");
}
