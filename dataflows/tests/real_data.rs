//! Do real tenders come through whole, and to the same findings as by the plain recomputation? The data lie outside of
//! the repository (`../shared/data`, or under `XIEZHI_SHARED`); without them the tests say so and pass.

mod oracle;

use flate2::read::GzDecoder;
use oracle::Holds;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use xiezhi_dataflows::event::{Admitted, Door};
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::replay::{Replay, Taken};

fn door() -> Door {
    Door::new(&[7; 32], Placeholders::default())
}

/// The events of a file, or none where it is not there.
#[allow(clippy::disallowed_methods, reason = "the data lie in files; only the tests read them")]
fn events(file: &str) -> Option<Vec<Admitted>> {
    let shared = std::env::var_os("XIEZHI_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"));
    let path = shared.join("data").join(file);
    let Ok(packed) = std::fs::File::open(&path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let lines = BufReader::new(GzDecoder::new(packed)).lines();
    let door = door();
    let admit =
        |line: String| door.admit(line.as_bytes()).unwrap_or_else(|refused| panic!("{refused}: {line}"));
    Some(lines.map(|line| admit(line.expect("a readable file"))).collect())
}

/// What a replay says at the time of the latest event.
fn replayed(events: impl Iterator<Item = Admitted>, workers: usize) -> Replay<'static> {
    let mut replay = Replay::new(door(), Placeholders::default(), Params::default(), workers, None, None);
    for admitted in events {
        let taken = replay.admitted(admitted);
        assert!(matches!(taken, Taken::Accepted), "{taken:?}");
    }
    replay.finish();
    assert!(replay.miscounted().is_empty(), "{:?}", replay.miscounted());
    replay
}

fn check(file: &str, findings_min: usize) {
    let Some(events) = events(file) else { return };
    let replay = replayed(events.iter().cloned(), 1);
    let now = events.iter().map(|admitted| admitted.event.time.0).max().expect("events");
    assert_eq!(replay.now(), Some(now));
    let typed: Vec<_> = events.into_iter().map(|admitted| admitted.event).collect();
    let holds = oracle::holds(&typed, now);
    let published = Holds::of(&replay.findings(), &replay.quality());
    assert_eq!(holds.differences(&published), "");
    println!("{file}: {} events, {} findings", typed.len(), published.findings.len());
    assert!(published.findings.len() >= findings_min, "{file} gave only {}", published.findings.len());
}

#[test]
fn brazil() {
    check("brazil_carwash.events.ndjson.gz", 1);
}

#[test]
fn china() {
    check("china_openings.events.ndjson.gz", 1);
}

#[test]
fn japan() {
    check("japan_okinawa.events.ndjson.gz", 1);
}

#[test]
fn switzerland() {
    check("swiss_ticino.events.ndjson.gz", 1);
}

#[test]
fn neither_order_nor_workers_matter_to_real_tenders() {
    let Some(events) = events("china_openings.events.ndjson.gz") else { return };
    let straight = replayed(events.iter().cloned(), 1);
    let reversed = replayed(events.iter().rev().cloned(), 1);
    let shared = replayed(events.into_iter(), 2);
    assert_eq!(straight.findings(), reversed.findings());
    assert_eq!(straight.findings(), shared.findings());
}
