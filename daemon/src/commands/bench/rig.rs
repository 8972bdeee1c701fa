//! The rig: door, driver and engine in one process, with a stopwatch.

use crate::config::Rules;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant as Clock;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::editions::{Edition, Editions};
use xiezhi_dataflows::engine::{Change, Commit, Engine, Explanation, Watchers};
use xiezhi_dataflows::event::{Door, Event};
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::intake::Archive;
use xiezhi_dataflows::judge::{Day, begin_of, day_of};
use xiezhi_dataflows::load::Load;
use xiezhi_dataflows::meter::Meter;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::operators::{Diff, Time};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::symbols::{EventRef, Symbol, Symbols};

const HOUR_US: i64 = 3_600_000_000;

/// The events that retractions name: nothing else needs an archive here.
#[derive(Default)]
struct Kept(HashMap<EventRef, Event>);

impl Archive for Kept {
    fn event(&self, name: EventRef) -> Option<Event> {
        self.0.get(&name).cloned()
    }
}

/// The engine and what came out of it.
struct Machine {
    engine: Engine,
    changes: Receiver<Change>,
    findings: Diff,
    /// A sum over the findings that hold, in which each has a part of its own.
    fingerprint: u64,
    hasher: RandomState,
}

impl Machine {
    /// Feeds a commit and waits until it is published; gives the milliseconds.
    fn feed(&mut self, commit: Commit) -> f64 {
        let (began, time) = (Clock::now(), commit.time);
        self.engine.feed(commit);
        self.wait(time);
        began.elapsed().as_secs_f64() * 1_000.0
    }

    fn wait(&mut self, time: Time) {
        while self.engine.progress() <= time {
            let Ok(change) = self.changes.recv() else { return };
            self.note(change);
        }
    }

    fn note(&mut self, change: Change) {
        for (what, diff) in change.changes.iter().filter(|(what, _)| matches!(what, Published::Finding(_))) {
            self.findings += diff;
            let hash = self.hasher.hash_one(what);
            self.fingerprint = self.fingerprint.wrapping_add(hash.wrapping_mul(diff.cast_unsigned() as u64));
        }
    }
}

/// Everything that a bench drives.
pub(super) struct Rig {
    door: Door,
    symbols: Arc<Symbols>,
    driver: Driver,
    load: Load,
    meter: Meter,
    machine: Machine,
    kept: Kept,
    made: u64,
}

impl Rig {
    /// Starts an engine; `metered` costs some microseconds a commit.
    pub fn start(rules: &Rules, workers: usize, metered: bool) -> Rig {
        let symbols = Arc::new(Symbols::default());
        let editions = Arc::new(Editions::new(Edition::always(rules.params.clone())));
        let meter = Meter::default();
        let metered = metered.then(|| meter.clone());
        let (engine, changes) = Engine::watched(
            workers,
            editions.clone(),
            symbols.clone(),
            Watchers { meter: metered, ..Watchers::default() },
        );
        Rig {
            door: Door::new(&[0; 32], rules.placeholders.clone()),
            driver: Driver::new(editions, symbols.clone(), 1),
            symbols,
            load: Load::deferring(),
            meter,
            machine: Machine { engine, changes, findings: 0, fingerprint: 0, hasher: RandomState::new() },
            kept: Kept::default(),
            made: 0,
        }
    }

    /// Lets an event in as it was sent.
    pub fn admit(&self, json: &str) -> Result<Event> {
        Ok(self.door.admit(json.as_bytes()).with_context(|| json.to_owned())?.event)
    }

    /// Events to rows of a large commit, and that commit if it is full; gives the seconds too.
    pub fn gather(&mut self, events: &[Event]) -> (Option<Commit>, f64) {
        let began = Clock::now();
        let full = self.load.take(&mut self.driver, events, &self.kept);
        (full, began.elapsed().as_secs_f64())
    }

    /// What has gathered, if anything has.
    pub fn gathered(&mut self) -> Option<Commit> {
        self.load.finish()
    }

    /// The next commit that judges what was taken in, if anything waits for it.
    pub fn judging(&mut self) -> Option<Commit> {
        self.load.judge(&mut self.driver)
    }

    /// Feeds rows and waits until they are published.
    pub fn feed(&mut self, commit: Commit) {
        self.machine.feed(commit);
    }

    /// Takes events in, in one commit, until it is published; gives the milliseconds.
    pub fn take(&mut self, events: &[Event]) -> f64 {
        let began = Clock::now();
        let commit = self.driver.take(events.iter(), &self.kept);
        self.machine.feed(commit);
        began.elapsed().as_secs_f64() * 1_000.0
    }

    /// Moves time on; gives the milliseconds of each commit that moved the window.
    pub fn pass(&mut self, now: i64, pace: Pace) -> Vec<f64> {
        let mut moved_ms = Vec::new();
        let machine = &mut self.machine;
        self.driver.pass(now, pace, &mut |commit| {
            let moves = commit.window.is_some();
            let ms = machine.feed(commit);
            if moves {
                moved_ms.push(ms);
            }
        });
        moved_ms
    }

    /// Pays the merge debt of a load; gives the seconds.
    pub fn settle(&mut self) -> f64 {
        let began = Clock::now();
        self.machine.engine.settle(self.driver.skip());
        began.elapsed().as_secs_f64()
    }

    /// How many findings hold, as far as was heard.
    pub fn findings(&mut self) -> Diff {
        while let Ok(change) = self.machine.changes.try_recv() {
            self.machine.note(change);
        }
        self.machine.findings
    }

    /// A sum over the findings that hold, as far as was heard, in which each has a part of its own.
    pub fn fingerprint(&self) -> u64 {
        self.machine.fingerprint
    }

    /// Everything known of a section, by its code.
    pub fn explain(&self, section: &str) -> Option<(Symbol, Explanation)> {
        let section = self.symbols.find(section)?;
        Some((section, self.machine.engine.explain(section)?))
    }

    /// Names.
    pub fn symbols(&self) -> &Symbols {
        &self.symbols
    }

    /// Seconds that each operator has worked so far.
    pub fn operators_s(&self) -> BTreeMap<String, f64> {
        let times = self.meter.times().into_iter();
        times.map(|(name, time)| (name, (time.as_secs_f64() * 1e3).round() / 1e3)).collect()
    }

    /// Publishes an edition of the rules.
    pub fn publish(&mut self, params: Params) {
        self.driver.publish(Edition::always(params));
    }

    /// How many slices of sections and states an edition has still to reach.
    pub fn turning(&self) -> usize {
        self.driver.turning_left().0
    }

    /// Puts the next slice of an edition in force; gives the milliseconds. None when it is in force everywhere.
    pub fn turn(&mut self) -> Option<f64> {
        let commit = self.driver.turn()?;
        Some(self.machine.feed(commit))
    }

    /// The local date of the engine's clock.
    pub fn today(&self) -> Day {
        self.driver.now().map_or(0, day_of)
    }

    /// Keeps an event for a retraction that will name it.
    pub fn remember(&mut self, event: &Event) {
        let (name, _) = self.symbols.name(&event.source, &event.id);
        self.kept.0.insert(name, event.clone());
    }

    /// The retraction of an event.
    pub fn retraction(&mut self, event: &Event) -> Result<Event> {
        let retracts = serde_json::json!({"source": &*event.source, "id": &*event.id});
        self.made(&Made {
            kind: "event.retracted",
            data: serde_json::json!({ "retracts": retracts, "reason": "bench" }),
        })
    }

    /// An event of our own, now.
    pub fn made(&mut self, made: &Made) -> Result<Event> {
        self.made += 1;
        let now = Instant(self.driver.now().unwrap_or_default()).to_rfc3339();
        let event = serde_json::json!({
            "specversion": "1.0", "source": "/bench", "id": format!("bench-{}", self.made),
            "type": made.kind, "time": now, "data": made.data,
        });
        self.admit(&event.to_string())
    }
}

/// What an event of our own says.
pub(super) struct Made {
    kind: &'static str,
    data: serde_json::Value,
}

/// A section is announced.
pub(super) fn section(section: &str) -> Made {
    Made {
        kind: "section.announced",
        data: serde_json::json!({"section": section, "project": "BENCH-PROJECT", "ceiling_price": 20_000_000}),
    }
}

/// A bid of the nth bidder, of whom everything is its own until it is said to be shared.
pub(super) struct Bid {
    section: String,
    bidder: u32,
    mac: String,
    cpu_id: String,
    phone: Option<String>,
    fingerprints: Vec<u64>,
}

impl Bid {
    pub fn of(section: &str, bidder: u32) -> Bid {
        Bid {
            section: section.to_owned(),
            bidder,
            mac: format!("BENCHMAC{bidder}"),
            cpu_id: format!("BENCHCPU{bidder}"),
            phone: None,
            fingerprints: Vec::new(),
        }
    }

    pub fn mac(self, mac: &str) -> Bid {
        Bid { mac: mac.to_owned(), ..self }
    }

    pub fn cpu_id(self, cpu_id: &str) -> Bid {
        Bid { cpu_id: cpu_id.to_owned(), ..self }
    }

    pub fn phone(self, phone: &str) -> Bid {
        Bid { phone: Some(phone.to_owned()), ..self }
    }

    pub fn fingerprints(self, fingerprints: Vec<u64>) -> Bid {
        Bid { fingerprints, ..self }
    }

    /// Its `bid.submitted`.
    pub fn submitted(&self) -> Made {
        let Bid { section, bidder, mac, cpu_id, phone, fingerprints } = self;
        let ip = format!("10.{}.{}.{}", bidder >> 16, bidder >> 8 & 255, bidder & 255);
        let device = serde_json::json!({
            "mac": mac, "cpu_id": cpu_id, "disk_serial": format!("BENCHDISK{bidder}"), "ip": ip,
        });
        let mut data = serde_json::json!({
            "section": section, "bidder": {"code": code(*bidder)}, "device": device,
            "pricing_lock": format!("BENCHLOCK{bidder}"), "ca_lock": format!("BENCHCA{bidder}"),
        });
        if let Some(phone) = phone {
            data["phone"] = serde_json::json!(phone);
        }
        if !fingerprints.is_empty() {
            data["file"] = serde_json::json!({ "fingerprints": fingerprints });
        }
        Made { kind: "bid.submitted", data }
    }
}

/// The price of the nth bidder is read out.
pub(super) fn opened(section: &str, bidder: u32, price: u64) -> Made {
    Made {
        kind: "bid.opened",
        data: serde_json::json!({"section": section, "bidder": {"code": code(bidder)}, "price": price}),
    }
}

fn code(bidder: u32) -> String {
    format!("91BENCH{bidder:011}")
}

/// Noon of a local date, µs.
pub(super) fn noon(day: Day) -> i64 {
    begin_of(day) + 12 * HOUR_US
}

/// The memory of this process, bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// Resident now.
    pub now: u64,
    /// The most that was resident so far.
    pub peak: u64,
}

/// The time that this process was on a processor so far, seconds: unlike the clock on the wall it does not hang on what
/// else the machine does. None where the kernel does not tell.
pub(super) fn cpu_s() -> Option<f64> {
    let mut nanoseconds = 0;
    for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        // A thread that ended meanwhile has no file any more.
        let Ok(stat) = std::fs::read_to_string(task.path().join("schedstat")) else { continue };
        nanoseconds += stat.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(nanoseconds as f64 / 1e9)
}

/// Reads it from the kernel.
pub(super) fn memory() -> Result<Memory> {
    let status = std::fs::read_to_string("/proc/self/status").context("cannot read /proc/self/status")?;
    let of = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
        kib.map(|kib| kib * 1_024).with_context(|| format!("/proc/self/status has no {key}"))
    };
    Ok(Memory { now: of("VmRSS:")?, peak: of("VmHWM:")? })
}
