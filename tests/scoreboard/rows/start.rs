//! Row 25: a start with many events: `/readyz` says no, and no list is shown, until everything is computed; then everything is as it was.

use crate::board::{Row, Tally};
use crate::stage::{Stage, TODAY, stopped};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use xiezhi_simulator::{Settings, Venue};
use xiezhi_tests::{Client, Dice, eventually};

pub const ROW: Row = Row {
    number: 25,
    fault: "a start with many events in the journal",
    promise: "not ready before everything is computed; the same findings",
    short: 1,
    soak: 1,
    run,
};

/// Days, and bids on a working day: each brings nine events or so with all that belongs to its section. The longer one has 10 million.
const SHORT: (u32, u32) = (12, 400);
const SOAK: (u32, u32) = (930, 1_700);
/// Events of a request.
const REQUEST: usize = 5_000;

fn run(tally: &mut Tally) {
    let (days, bids) = if tally.soak { SOAK } else { SHORT };
    for seed in tally.seeds() {
        tally.attempt("a start", seed, |tally, dice| start(days, bids, tally, dice));
    }
}

fn findings(client: &Client) -> BTreeSet<String> {
    client.list("/api/v1/findings", 1000).iter().map(Value::to_string).collect()
}

fn start(days: u32, bids: u32, tally: &mut Tally, dice: &mut Dice) {
    let stage = Stage::default();
    let first_day = TODAY.saturating_sub(jiff::Span::new().days(i64::from(days) + 9));
    let seed = dice.throw(0, u64::MAX - 1);
    let settings = Settings { seed, days, first_day, bids_per_day: bids, ..Settings::default() };
    let (daemon, client) = stage.home.start();
    let begun = Instant::now();
    let mut events = 0;
    // Day by day: ten million events would not fit beside the daemon.
    for day in Venue::new(settings).expect("a venue") {
        let lines: Vec<String> = day.events.into_iter().map(|event| event.json).collect();
        for chunk in lines.chunks(REQUEST) {
            let answer = client.try_post("application/x-ndjson", chunk.join("\n")).expect("an answer");
            assert_eq!(answer.status, 202, "{}", answer.text());
            events += chunk.len();
        }
    }
    let events = events as f64;
    tally.greatest("loaded_events_per_second", (events / begun.elapsed().as_secs_f64()).round());
    eventually("all is computed", || (client.metric("xiezhi_frontier_lag_commits") == 0.0).then_some(()));
    // The frontier's metric is a second old at most, and the ledger is written after it: what stands for longer is all.
    let before = eventually("the findings stand", || {
        let before = findings(&client);
        std::thread::sleep(Duration::from_secs(2));
        (findings(&client) == before).then_some(before)
    });
    daemon.kill();
    let begun = Instant::now();
    let mut daemon = stage.home.spawn();
    let address = eventually("it tells its address", || daemon.address());
    let client = client.at(address);
    let mut not_ready = 0;
    loop {
        let (ready, list) = (client.get_or_none("/readyz"), client.get_or_none("/api/v1/findings?limit=1"));
        if ready == Some(200) {
            break;
        }
        // It may have become ready between the two.
        assert!(
            list != Some(200) || client.get_or_none("/readyz") == Some(200),
            "a list is shown before it is ready"
        );
        assert!(begun.elapsed() < Duration::from_secs(1_800), "it does not become ready:\n{}", daemon.log());
        not_ready += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    tally.recovered(begun);
    tally.inject("a start after a kill", 1);
    assert!(not_ready > 0, "it was seen not to be ready");
    assert!(findings(&client) == before, "I3: the findings are others than before");
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).expect("its status");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    tally.greatest("events", events);
    tally.greatest("findings", before.len() as f64);
    tally.greatest("peak_mib", (peak.expect("its peak") / 1024.0).round());
    stopped(daemon);
}
