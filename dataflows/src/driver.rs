//! The driver: from accepted events and the passing of time to commits.
//!
//! Whoever runs the engine (the daemon, a replay, a test) owns a driver. It numbers commits, knows which
//! events have come, keeps retractions straight ([`Intake`]) and moves the two clocks: the instant that timers go by, and
//! the window's. It reads no clock itself: it is told what time it is.
//!
//! *Invariants.*
//! 1. Commits are numbered upward without repeats.
//! 2. A timer is never missed: an instant that a row asks to be woken for stays noted, so that a row that came late, or
//!    a clock that was set back, changes nothing but the moment.
//! 3. The clocks are moved only when something may hang on it: at a noted instant, at midnight (+08:00), or
//!    when asked to.

use crate::engine::Commit;
use crate::event::Event;
use crate::facts::Update;
use crate::graph;
use crate::history::window;
use crate::intake::{Archive, Intake};
use crate::judge::{Bench, Day, begin_of, day_of};
use crate::operators::Time;
use crate::params::Params;
use crate::symbols::{EventRef, Symbols};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How time is moved on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Straight to the instant, in one commit: to load history.
    Jump,
    /// Stopping at each midnight and each instant that somebody waits for: a replay that tells when.
    Stops,
    /// As [`Pace::Stops`], with a day's move of the window cut into slots, so that no commit is long.
    Service,
}

/// Numbers commits and moves the clocks.
pub struct Driver {
    symbols: Arc<Symbols>,
    intake: Intake,
    bench: Bench,
    come: Vec<bool>,
    next: Time,
    now: Option<i64>,
    day: Option<Day>,
    /// Every instant that any row ever asked for: a few bytes a section.
    noted: BTreeSet<i64>,
}

/// The archive as far as it has come: an event that a retraction names and that follows later has not come yet.
struct Come<'a> {
    come: &'a [bool],
    archive: &'a dyn Archive,
}

impl Archive for Come<'_> {
    fn event(&self, name: EventRef) -> Option<Event> {
        let come = self.come.get(name.0 as usize).copied().unwrap_or(false);
        come.then(|| self.archive.event(name)).flatten()
    }
}

impl Driver {
    /// A driver whose first commit is `first`.
    pub fn new(params: Params, symbols: Arc<Symbols>, first: Time) -> Driver {
        Driver {
            intake: Intake::new(symbols.clone()),
            bench: Bench { params, symbols: symbols.clone() },
            symbols,
            come: Vec::new(),
            next: first.max(1),
            now: None,
            day: None,
            noted: BTreeSet::new(),
        }
    }

    /// Whether the event of that name has come.
    pub fn has_come(&self, name: EventRef) -> bool {
        self.come.get(name.0 as usize).copied().unwrap_or(false)
    }

    /// The number of the next commit.
    pub fn next_time(&self) -> Time {
        self.next
    }

    /// A commit's number that nothing is fed at: to settle with.
    pub fn skip(&mut self) -> Time {
        self.commit().time
    }

    /// The engine's clock.
    pub fn now(&self) -> Option<i64> {
        self.now
    }

    /// The next instant at which [`pass`](Driver::pass) would have something to do.
    pub fn next_wake(&self) -> Option<i64> {
        let midnight = self.day.map(|day| begin_of(day + 1));
        let after = self.now.map_or(i64::MIN, |now| now + 1);
        let noted = self.noted.range(after..).next().copied();
        noted.into_iter().chain(midnight).min()
    }

    /// Takes in events that are new, all in one commit. `archive` must already hold them; it may hold later
    /// ones too, as a journal that is read again does.
    pub fn take<'a>(&mut self, events: impl Iterator<Item = &'a Event>, archive: &dyn Archive) -> Commit {
        let mut commit = self.commit();
        for event in events {
            let (name, _) = self.symbols.name(&event.source, &event.id);
            let at = name.0 as usize;
            if self.come.len() <= at {
                self.come.resize(at + 1, false);
            }
            debug_assert!(!self.come[at], "an event is taken in once");
            self.come[at] = true;
            let (bench, noted, updates) = (&self.bench, &mut self.noted, &mut commit.updates);
            let come = Come { come: &self.come, archive };
            self.intake.take(name, event, &come, &mut |update, diff| {
                if let Update::Section(_, row) = &update {
                    noted.extend(graph::due(row, bench));
                }
                updates.push((update, diff));
            });
        }
        commit
    }

    /// Moves time on (or back) to `now`, giving the commits that this takes.
    pub fn pass(&mut self, now: i64, pace: Pace, give: &mut dyn FnMut(Commit)) {
        if pace != Pace::Jump {
            while let Some(stop) = self.next_wake().filter(|stop| *stop <= now) {
                self.step(stop, pace, give);
            }
        }
        if pace == Pace::Jump || self.now.is_none() || self.now > Some(now) {
            self.step(now, pace, give);
        }
    }

    fn step(&mut self, now: i64, pace: Pace, give: &mut dyn FnMut(Commit)) {
        let mut commit = self.commit();
        commit.now = Some(now);
        self.now = Some(now);
        let day = day_of(now);
        if self.day == Some(day) {
            give(commit);
            return;
        }
        let in_slots = pace == Pace::Service && self.day == Some(day - 1);
        self.day = Some(day);
        if !in_slots {
            commit.window = Some(window::clock(day, window::SLOTS - 1));
            give(commit);
            return;
        }
        give(commit);
        for slot in 0..window::SLOTS {
            let mut commit = self.commit();
            commit.window = Some(window::clock(day, slot));
            give(commit);
        }
    }

    fn commit(&mut self) -> Commit {
        let time = self.next;
        self.next += 1;
        Commit { time, ..Commit::default() }
    }
}
