//! Row 2: killed at every write, sync, rename, removal and truncation of a file of the data directory during a fixed script.
//!
//! A dry run counts the calls of each thread; each of them is a point. A tracer counts for each thread by itself, so a kill "at the k-th" meets the first
//! thread that gets there: during the start that is the main thread; for the run, the tracer is attached to one thread at a time.

use crate::board::{Row, Tally};
use crate::oracle::Oracle;
use crate::stage::Stage;
use crate::tracer::{self, Fault, Tracer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use xiezhi_tests::events::{announced, one_agent, one_lock};
use xiezhi_tests::{Client, Daemon, Dice, Ended};

pub const ROW: Row = Row {
    number: 2,
    fault: "kill at every write, fsync, rename, unlink and truncate of a fixed script",
    promise: "I1 I2 I3 I4 I5",
    short: 14,
    soak: 10_000,
    run,
};

const CALLS: [&str; 10] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "ftruncate",
];
/// The script's own seed: it is the same for every point.
const SCRIPT: u64 = 1;

/// Where a kill is tried.
#[derive(Clone, Debug)]
struct Point {
    /// None: from the first instant on, whatever thread; otherwise the thread of this name that the tracer is attached to when all is ready.
    thread: Option<(String, usize)>,
    call: String,
    at: u64,
}

/// Few events, for each of their pages is a point: two sections, each with an alert.
fn oracle() -> Oracle {
    let events = [one_lock("E1"), vec![announced("E2")], one_agent("E2")].concat();
    Oracle::of(events.iter().map(Value::to_string).collect())
}

/// Sends everything, has a head signed, sends some again, stops.
fn script(oracle: &mut Oracle, daemon: Daemon, client: &Client) -> Ended {
    let mut dice = Dice::new(SCRIPT);
    for _ in 0..3 {
        oracle.send(client, oracle.left().div_ceil(2), Duration::ZERO, &mut dice, |_| ());
        // It may have been killed by now.
        client.ask("POST", "/api/v1/journal/heads", &[], Vec::new()).ok();
    }
    std::thread::sleep(Duration::from_millis(150));
    daemon.stop_or_ended()
}

/// The calls of a log, by thread and name.
fn counted(log: &str) -> BTreeMap<(u32, String), u64> {
    let mut counts = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        if let Ok(thread) = thread.parse()
            && CALLS.contains(&call)
        {
            *counts.entry((thread, call.to_owned())).or_default() += 1;
        }
    }
    counts
}

/// A fault that never comes: a dry run.
fn never() -> Fault {
    Fault { calls: CALLS.join(","), what: "signal=CONT".to_owned(), when: "65535".to_owned() }
}

/// All points, by two dry runs; and how many calls were made by threads that were not there when all was ready.
fn points() -> (Vec<Point>, u64) {
    let mut points = Vec::new();
    let stage = Stage::default();
    let log = stage.home.path("calls");
    let daemon = stage.home.spawn_under(&never().wrapper(&stage.home.data(), &log));
    let (daemon, client) = daemon.ready_or_ended().unwrap_or_else(|ended| panic!("{ended:?}"));
    script(&mut oracle(), daemon, &client);
    let mut most: BTreeMap<String, u64> = BTreeMap::new();
    for ((_, call), count) in counted(&std::fs::read_to_string(&log).expect("a log")) {
        let held = most.entry(call).or_default();
        *held = count.max(*held);
    }
    for (call, count) in most {
        points.extend((1..=count).map(|at| Point { thread: None, call: call.clone(), at }));
    }

    let stage = Stage::default();
    let (daemon, client) = stage.home.start();
    let threads = tracer::threads(daemon.id());
    let log = stage.home.path("calls");
    let tracer = Tracer::attach(daemon.id(), true, &never(), &stage.home.data(), &[], &log);
    script(&mut oracle(), daemon, &client);
    drop(tracer);
    let mut elsewhere = 0;
    for ((id, call), count) in counted(&std::fs::read_to_string(&log).expect("a log")) {
        let Some((name, _)) = threads.iter().find(|(_, thread)| *thread == id) else {
            elsewhere += count;
            continue;
        };
        let among = threads
            .iter()
            .filter(|(other, _)| other == name)
            .position(|(_, thread)| *thread == id)
            .unwrap_or(0);
        let thread = Some((name.clone(), among));
        points.extend((1..=count).map(|at| Point { thread: thread.clone(), call: call.clone(), at }));
    }
    (points, elsewhere)
}

fn run(tally: &mut Tally) {
    if let Some(reason) = tracer::missing() {
        return tally.skip(reason);
    }
    let (points, elsewhere) = points();
    tally.figure("points", points.len() as f64);
    tally.figure("calls_of_threads_that_come_and_go", elsewhere as f64);
    let all = tally.count >= points.len() as u64;
    let seeds: Vec<u64> = tally.seeds().take(points.len()).collect();
    let mut dice = Dice::new(tally.seed);
    for (number, seed) in seeds.into_iter().enumerate() {
        let number = if all { number } else { dice.throw(0, points.len() as u64 - 1) as usize };
        let point = points[number].clone();
        tally.attempt(&format!("{point:?}"), seed, |tally, dice| at(&point, tally, dice));
    }
}

fn at(point: &Point, tally: &mut Tally, dice: &mut Dice) {
    let stage = Stage::default();
    let mut oracle = oracle();
    let Point { thread, call, at } = point;
    let fault = Fault { calls: call.clone(), what: "signal=KILL".to_owned(), when: at.to_string() };
    let log = stage.home.path("calls");
    let ended = match thread {
        None => match stage.home.spawn_under(&fault.wrapper(&stage.home.data(), &log)).ready_or_ended() {
            Ok((daemon, client)) => script(&mut oracle, daemon, &client),
            Err(ended) => *ended,
        },
        Some((name, among)) => {
            let (daemon, client) = stage.home.start();
            let threads = tracer::threads(daemon.id());
            let id = threads
                .iter()
                .filter(|(other, _)| other == name)
                .nth(*among)
                .expect("the thread of the dry run")
                .1;
            let _tracer = Tracer::attach(id, false, &fault, &stage.home.data(), &[], &log);
            script(&mut oracle, daemon, &client)
        }
    };
    match (ended.status.code(), ended.status.signal()) {
        (_, Some(9)) => tally.inject(&format!("kill at {call}"), 1),
        // Timing decides how often a call is made; a point may not be reached.
        (Some(0), _) => tally.figure("points_not_reached", 1.0),
        _ => panic!("ended with {}\n{}", ended.status, ended.log),
    }
    let (daemon, client) = stage.start(tally);
    oracle.check_journal(&stage.home.data());
    oracle.send_rest(&client, dice);
    stage.check(&client, &oracle);
    stage.check_restarts(daemon, &client, tally);
}
