//! Replay: events through the engine without a daemon, for files, tests and what-if questions.
//!
//! The same door, driver and engine as in service; only the journal is a list in memory. Events keep their order of
//! arrival, and time goes by the events' own `time`, up to a given `now`.
//!
//! *Law.* What holds at the end is a function of the set of accepted events and of `now`.

use crate::driver::{Driver, Pace};
use crate::editions::{Edition, Editions};
use crate::engine::{Change, Commit, Engine, Explanation};
use crate::event::{Admitted, Door, Event, Refused, reread};
use crate::finding::{Published, Rendered};
use crate::indicators::Tallies;
use crate::intake::Archive;
use crate::load::Load;
use crate::normalise::Placeholders;
use crate::oddities::content_of;
use crate::operators::{Diff, Time};
use crate::params::Params;
use crate::symbols::{EventRef, Symbols};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// How many events wait to be taken in when nobody asks for the time of each change.
const BULK_EVENTS: usize = 10_000;

/// The bodies of accepted events, by name.
#[derive(Default)]
struct Memory {
    bodies: Vec<Option<Box<[u8]>>>,
    placeholders: Placeholders,
}

impl Memory {
    fn body(&self, name: EventRef) -> Option<&[u8]> {
        self.bodies.get(name.0 as usize)?.as_deref()
    }

    fn keep(&mut self, name: EventRef, body: Vec<u8>) {
        let at = name.0 as usize;
        if self.bodies.len() <= at {
            self.bodies.resize(at + 1, None);
        }
        self.bodies[at] = Some(body.into());
    }
}

impl Archive for Memory {
    fn event(&self, name: EventRef) -> Option<Event> {
        // It was read once, so it is read again.
        reread(self.body(name)?, &self.placeholders).ok()
    }
}

/// What became of an event.
#[derive(Debug)]
pub enum Taken {
    /// New, and taken in.
    Accepted,
    /// The same as one before: counted and ignored.
    Duplicate,
    /// The name of one before with another content: never applied.
    Conflict,
    /// Malformed: never applied.
    Refused(Box<Refused>),
}

/// A change as it is told: when, what, and whether it began (+) or ended (−) to hold.
pub type Told<'a> = dyn FnMut(i64, &Published, Diff) + 'a;

/// A replay under way.
pub struct Replay<'a> {
    door: Door,
    symbols: Arc<Symbols>,
    driver: Driver,
    memory: Memory,
    engine: Engine,
    changes: Receiver<Change>,
    batch: Vec<Event>,
    /// Other contents that came under the names of events, and were refused.
    refused: Vec<(EventRef, u64)>,
    load: Load,
    /// The instant of each commit that is under way.
    instants: BTreeMap<Time, i64>,
    /// The latest of them: what is told does not go back in time, though a timer does that came after its moment.
    reached: i64,
    holds: BTreeMap<Published, Diff>,
    latest: i64,
    until: Option<i64>,
    tell: Option<Box<Told<'a>>>,
    fed: Time,
}

impl<'a> Replay<'a> {
    /// Starts an engine. `until` is the instant that time stops at; none: the latest event's. With `tell`,
    /// every event is a commit of its own and every change is told with its instant.
    pub fn new(
        door: Door,
        placeholders: Placeholders,
        params: Params,
        workers: usize,
        until: Option<i64>,
        tell: Option<Box<Told<'a>>>,
    ) -> Replay<'a> {
        Replay::under(door, placeholders, Edition::always(params), workers, until, tell)
    }

    /// As [`new`](Replay::new), under an edition of the rules.
    pub fn under(
        door: Door,
        placeholders: Placeholders,
        edition: Edition,
        workers: usize,
        until: Option<i64>,
        tell: Option<Box<Told<'a>>>,
    ) -> Replay<'a> {
        let symbols = Arc::new(Symbols::default());
        let editions = Arc::new(Editions::new(edition));
        let (engine, changes) = Engine::start(workers, editions.clone(), symbols.clone());
        Replay {
            door,
            driver: Driver::new(editions, symbols.clone(), 1),
            symbols,
            memory: Memory { bodies: Vec::new(), placeholders },
            engine,
            changes,
            batch: Vec::new(),
            refused: Vec::new(),
            // With a tale to tell, every event is judged for itself.
            load: if tell.is_some() { Load::default() } else { Load::deferring() },
            instants: BTreeMap::new(),
            reached: i64::MIN,
            holds: BTreeMap::new(),
            latest: i64::MIN,
            until,
            tell,
            fed: 0,
        }
    }

    /// Takes in one event as it was sent.
    pub fn event(&mut self, bytes: &[u8]) -> Taken {
        match self.door.admit(bytes) {
            Ok(admitted) => self.admitted(admitted),
            Err(refused) => Taken::Refused(Box::new(refused)),
        }
    }

    /// Takes in one event that passed a door.
    pub fn admitted(&mut self, admitted: Admitted) -> Taken {
        let Admitted { event, body, .. } = admitted;
        let (name, _) = self.symbols.name(&event.source, &event.id);
        match self.memory.body(name) {
            Some(same) if same == body => return Taken::Duplicate,
            Some(_) => {
                self.refused.push((name, content_of(&body)));
                return Taken::Conflict;
            }
            None => self.memory.keep(name, body),
        }
        self.latest = self.latest.max(event.time.0);
        self.batch.push(event);
        if self.tell.is_some() {
            // The change belongs to the moment of its event, and timers due before it come first.
            self.pass(self.until.map_or(self.latest, |until| until.min(self.latest)), Pace::Stops);
            self.flush();
        } else if self.batch.len() >= BULK_EVENTS {
            self.gather();
        }
        Taken::Accepted
    }

    /// Notes that another content came under the name of an event and was refused, as a journal's quarantine says.
    pub fn refused(&mut self, source: &str, id: &str, body: &[u8]) {
        let name = self.symbols.find_name(source, id);
        self.refused.extend(name.map(|name| (name, content_of(body))));
    }

    /// Brings time to its end and waits until everything is computed.
    pub fn finish(&mut self) {
        self.flush();
        let end = self.until.unwrap_or(self.latest);
        let pace = if self.tell.is_some() { Pace::Stops } else { Pace::Jump };
        if end > i64::MIN {
            self.pass(end, pace);
            self.pass(end, Pace::Jump);
        }
        self.judge();
        self.wait();
    }

    /// Waits until all that was fed is published; before the first commit there is nothing to wait for.
    fn wait(&mut self) {
        while self.fed > 0 && self.engine.progress() <= self.fed {
            let Ok(change) = self.changes.recv() else { break };
            self.note(change);
        }
        self.drain();
    }

    /// Puts an edition of the rules in force, and waits until everything is computed. `go_on` is asked before each
    /// step with how many are left, and how many there are in all; if it says no, the edition is in force in part, and
    /// false comes back.
    pub fn publish(&mut self, edition: Edition, go_on: &mut dyn FnMut(usize, usize) -> bool) -> bool {
        self.flush();
        self.judge();
        self.driver.publish(edition);
        while let Some(commit) = self.driver.turn() {
            self.fed = commit.time;
            self.instants.insert(commit.time, self.reached);
            self.engine.feed(commit);
            self.drain();
            let (left, all) = self.driver.turning_left();
            if !go_on(left, all) {
                return false;
            }
        }
        self.wait();
        true
    }

    /// The findings that hold, written out and sorted.
    pub fn findings(&self) -> Vec<Rendered> {
        let finding = |published: &Published| match published {
            Published::Finding(finding) => Some(finding.render(&self.symbols)),
            _ => None,
        };
        let mut findings: Vec<Rendered> = self.holds.keys().filter_map(finding).collect();
        findings.sort();
        findings
    }

    /// The data-quality rows that hold, written out and sorted.
    pub fn quality(&self) -> Vec<Rendered> {
        let row = |published: &Published| match published {
            Published::Quality(finding) => Some(finding.render(&self.symbols)),
            _ => None,
        };
        let mut rows: Vec<Rendered> = self.holds.keys().filter_map(row).collect();
        rows.sort();
        rows
    }

    /// The watch-list, written out and sorted.
    pub fn watch_list(&self) -> Vec<crate::watch::Rendered> {
        let entry = |published: &Published| match published {
            Published::Watched(entry) => Some(entry.render(&self.symbols)),
            _ => None,
        };
        let mut entries: Vec<_> = self.holds.keys().filter_map(entry).collect();
        entries.sort_unstable();
        entries
    }

    /// The indicators of sections and matters.
    pub fn tallies(&self) -> Tallies {
        let mut tallies = Tallies::default();
        tallies.change(self.holds.iter().filter_map(|(what, count)| match what {
            Published::Counted(packed) => Some((packed, *count)),
            _ => None,
        }));
        tallies
    }

    /// What is there other than once (of how rules ended and what is counted: less than once). Empty, or the engine is wrong.
    pub fn miscounted(&self) -> Vec<(&Published, Diff)> {
        let right = |what: &Published, count: Diff| match what {
            Published::Ended(..) | Published::Counted(_) => count > 0,
            Published::Finding(_) | Published::Quality(_) | Published::Watched(_) => count == 1,
        };
        let wrong = self.holds.iter().filter(|(what, count)| !right(what, **count));
        wrong.map(|(what, count)| (what, *count)).collect()
    }

    /// Every section rule's outcome on a section.
    pub fn explain(&self, section: &str) -> Option<Explanation> {
        self.engine.explain(self.symbols.find(section)?)
    }

    /// The tables of names.
    pub fn symbols(&self) -> &Arc<Symbols> {
        &self.symbols
    }

    /// The instant that time has come to, µs; none before the first event.
    pub fn now(&self) -> Option<i64> {
        self.driver.now()
    }

    fn pass(&mut self, now: i64, pace: Pace) {
        let (engine, instants, fed) = (&self.engine, &mut self.instants, &mut self.fed);
        let reached = &mut self.reached;
        self.driver.pass(now, pace, &mut |commit| {
            *reached = commit.now.unwrap_or(now).max(*reached);
            instants.insert(commit.time, *reached);
            *fed = commit.time;
            engine.feed(commit);
        });
        self.drain();
    }

    /// Takes in what waits; a large commit is fed when it is full, and the one before is published.
    fn gather(&mut self) {
        let full = self.load.take(&mut self.driver, &self.batch, &self.memory);
        self.batch.clear();
        if let Some(commit) = full {
            self.wait();
            self.feed(commit);
        }
    }

    fn flush(&mut self) {
        self.gather();
        if let Some(commit) = self.load.finish() {
            self.feed(commit);
        }
        if !self.refused.is_empty() {
            let commit = self.driver.refused(self.refused.drain(..));
            self.feed(commit);
        }
    }

    /// Has the sections judged that wait for it.
    fn judge(&mut self) {
        while let Some(commit) = self.load.judge(&mut self.driver) {
            self.wait();
            self.feed(commit);
        }
    }

    fn feed(&mut self, commit: Commit) {
        let now = self.driver.now().unwrap_or(self.latest).max(self.now_told());
        self.reached = self.reached.max(now);
        self.instants.insert(commit.time, self.reached);
        self.fed = commit.time;
        self.engine.feed(commit);
        self.drain();
    }

    fn now_told(&self) -> i64 {
        self.until.map_or(self.latest, |until| until.min(self.latest))
    }

    fn drain(&mut self) {
        while let Ok(change) = self.changes.try_recv() {
            self.note(change);
        }
    }

    fn note(&mut self, change: Change) {
        let at = self.instants.get(&change.time).copied().unwrap_or(self.latest);
        for (what, diff) in change.changes {
            if let Some(tell) = &mut self.tell {
                tell(at, &what, diff);
            }
            let count = self.holds.entry(what.clone()).or_insert(0);
            *count += diff;
            if *count == 0 {
                self.holds.remove(&what);
            }
        }
        self.instants = self.instants.split_off(&change.time);
    }
}
