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
//! 3. A section is judged by the latest edition of the rules that has reached it, and a new one by the latest of all.
//! 4. The clocks are moved only when something may hang on it: at a noted instant, at midnight (+08:00), or
//!    when asked to.

use crate::deadlines::Waits;
use crate::editions::{Edition, EditionNo, Editions, TURNS, Turn};
use crate::engine::Commit;
use crate::event::Event;
use crate::facts::{Update, joined};
use crate::history::window;
use crate::intake::{Archive, Intake, Taker};
use crate::judge::{Day, begin_of, day_of};
use crate::oddities::Oddities;
use crate::operators::{Concluding, Diff, Time};
use crate::row::{Fact, FactKind, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use hashbrown::HashMap;
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
    editions: Arc<Editions>,
    edition: Arc<Edition>,
    turning: Turning,
    come: Vec<bool>,
    next: Time,
    now: Option<i64>,
    /// What time it was last said to be; the clock of the timers stands still between their instants.
    reached: Option<i64>,
    day: Option<Day>,
    /// Every instant that any row ever asked for: a few bytes a section.
    noted: BTreeSet<i64>,
    waits: Waits,
    oddities: Oddities,
}

/// Sections of one slice: few enough that a commit takes some milliseconds.
const SLICE_SECTIONS: usize = 256;

/// What one commit puts in force.
enum Slice {
    /// Sections and matters: by which edition each was judged, and by which it is now.
    Sections(Vec<(Symbol, EditionNo, EditionNo)>),
    /// A part of the operators' states.
    Part(Turn),
}

/// By which edition each section is judged, and how far the latest has come.
#[derive(Default)]
struct Turning {
    latest: EditionNo,
    sections: Vec<Symbol>,
    judged_by: HashMap<Symbol, EditionNo>,
    /// Sections before this place are judged by the latest edition.
    reached: usize,
    /// Parts below this one go by the latest edition.
    part: u32,
}

impl Turning {
    /// The edition that judges a section or matter; of a new one it gives the row that says so.
    fn judged_by(&mut self, of: Symbol, give: &mut dyn FnMut(Update)) -> EditionNo {
        let (latest, sections) = (self.latest, &mut self.sections);
        *self.judged_by.entry(of).or_insert_with(|| {
            sections.push(of);
            edition_row(of, latest).into_iter().for_each(give);
            latest
        })
    }

    fn begin(&mut self, latest: EditionNo) {
        (self.latest, self.reached, self.part) = (latest, 0, 0);
    }

    fn is_under_way(&self) -> bool {
        self.latest > 0 && (self.reached < self.sections.len() || self.part < TURNS)
    }

    fn left(&self) -> (usize, usize) {
        let all = self.sections.len() + TURNS as usize;
        (if self.latest == 0 { 0 } else { all - self.reached - self.part as usize }, all)
    }

    fn slice(&mut self) -> Option<Slice> {
        while self.is_under_way() && self.reached < self.sections.len() {
            let until = self.sections.len().min(self.reached + SLICE_SECTIONS);
            let mut moved = Vec::new();
            for of in &self.sections[self.reached..until] {
                let judged_by = self.judged_by.entry(*of).or_default();
                let before = std::mem::replace(judged_by, self.latest);
                if before != self.latest {
                    moved.push((*of, before, self.latest));
                }
            }
            self.reached = until;
            if !moved.is_empty() {
                return Some(Slice::Sections(moved));
            }
        }
        let part = self.part;
        self.is_under_way().then(|| {
            self.part += 1;
            Slice::Part(Turn { edition: self.latest, part })
        })
    }
}

/// The fact that an edition judges a section; the first edition needs none.
fn edition_row(of: Symbol, edition: EditionNo) -> Option<Update> {
    let facts = || [Fact::new(FactKind::Edition, edition.into())].into();
    (edition > 0).then(|| Update::Section(of, joined(RowKind::Edition, Symbol::NONE, facts())))
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

/// What an event that is taken in changes, on its way into a commit.
struct Taking<'a> {
    symbols: &'a Symbols,
    editions: &'a Editions,
    turning: &'a mut Turning,
    noted: &'a mut BTreeSet<i64>,
    waits: &'a mut Waits,
    oddities: &'a mut Oddities,
    commit: &'a mut Commit,
}

impl Taker for Taking<'_> {
    fn holds(&mut self, name: EventRef, event: &Event, diff: Diff) {
        let section = event.data.section().map_or(Symbol::NONE, |section| self.symbols.intern(section));
        let rows = &mut self.commit.oddities;
        self.oddities.held(name, section, Some(event.time.0), diff, &mut |row, diff| rows.push((row, diff)));
    }

    fn retraction_holds(&mut self, name: EventRef, diff: Diff) {
        let rows = &mut self.commit.oddities;
        self.oddities.held(name, Symbol::NONE, None, diff, &mut |row, diff| rows.push((row, diff)));
    }

    fn row(&mut self, update: Update, diff: Diff) {
        let Commit { updates, dues, .. } = &mut *self.commit;
        if let Update::Section(of, row) = &update {
            let judged_by = self.turning.judged_by(*of, &mut |row| updates.push((row, 1)));
            let edition = || self.editions.get(judged_by);
            let noted = &mut *self.noted;
            self.waits.change(*of, row, diff, edition, &mut |change| {
                noted.insert(change.1);
                dues.push(change);
            });
        }
        updates.push((update, diff));
    }
}

impl Driver {
    /// A driver whose first commit is `first`.
    pub fn new(editions: Arc<Editions>, symbols: Arc<Symbols>, first: Time) -> Driver {
        Driver {
            intake: Intake::new(symbols.clone()),
            edition: editions.get(0),
            editions,
            turning: Turning::default(),
            symbols,
            come: Vec::new(),
            next: first.max(1),
            now: None,
            reached: None,
            day: None,
            noted: BTreeSet::new(),
            waits: Waits::default(),
            oddities: Oddities::default(),
        }
    }

    /// Whether the event of that name has come.
    pub fn has_come(&self, name: EventRef) -> bool {
        self.come.get(name.0 as usize).copied().unwrap_or(false)
    }

    /// Whether the event of that name has come, and no retraction that holds names it.
    pub fn holds(&self, name: EventRef) -> bool {
        self.has_come(name) && self.intake.holds(name)
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
        noted.into_iter().chain(midnight).chain(self.oddities.next_wake()).min()
    }

    /// Takes in events that are new, all in one commit. `archive` must already hold them; it may hold later
    /// ones too, as a journal that is read again does.
    pub fn take<'a>(&mut self, events: impl Iterator<Item = &'a Event>, archive: &dyn Archive) -> Commit {
        let mut commit = self.begin();
        self.add(&mut commit, events, archive);
        commit
    }

    /// An empty commit, to [`add`](Driver::add) to. No other may be made before it is fed.
    pub fn begin(&mut self) -> Commit {
        self.commit()
    }

    /// As [`take`](Driver::take), into a commit that was begun.
    pub fn add<'a>(
        &mut self,
        commit: &mut Commit,
        events: impl Iterator<Item = &'a Event>,
        archive: &dyn Archive,
    ) {
        for event in events {
            let (name, _) = self.symbols.name(&event.source, &event.id);
            self.symbols.date(name, day_of(event.time.0));
            let at = name.0 as usize;
            if self.come.len() <= at {
                self.come.resize(at + 1, false);
            }
            debug_assert!(!self.come[at], "an event is taken in once");
            self.come[at] = true;
            let come = Come { come: &self.come, archive };
            let mut taking = Taking {
                symbols: &self.symbols,
                editions: &self.editions,
                turning: &mut self.turning,
                noted: &mut self.noted,
                waits: &mut self.waits,
                oddities: &mut self.oddities,
                commit,
            };
            self.intake.take(name, event, &come, &mut taking);
        }
    }

    /// Notes that other contents came under the names of events and were refused; each is told from others by a hash.
    pub fn refused(&mut self, contents: impl Iterator<Item = (EventRef, u64)>) -> Commit {
        let mut commit = self.commit();
        for (name, content) in contents {
            self.oddities.refused(name, content, &mut |row, diff| commit.oddities.push((row, diff)));
        }
        commit
    }

    /// Publishes an edition of the rules: from now on it is being put in force, see [`turn`](Driver::turn).
    pub fn publish(&mut self, edition: Edition) {
        let number = self.editions.add(edition);
        self.edition = self.editions.get(number);
        self.turning.begin(number);
    }

    /// Whether an edition is still being put in force.
    pub fn is_turning(&self) -> bool {
        self.turning.is_under_way()
    }

    /// How many sections and parts an edition that is being put in force has still to reach, and how many in all.
    pub fn turning_left(&self) -> (usize, usize) {
        self.turning.left()
    }

    /// The next slice of an edition that is being put in force: some sections, or a part of the other states. None
    /// when it is in force everywhere.
    pub fn turn(&mut self) -> Option<Commit> {
        let slice = self.turning.slice()?;
        let mut commit = self.commit();
        match slice {
            Slice::Sections(sections) => {
                for (of, before, after) in sections {
                    commit.updates.extend(edition_row(of, before).map(|row| (row, -1)));
                    commit.updates.extend(edition_row(of, after).map(|row| (row, 1)));
                    let (before, after) = (self.editions.get(before), self.editions.get(after));
                    let (noted, dues) = (&mut self.noted, &mut commit.dues);
                    self.waits.moved(of, &before, &after, &mut |change| {
                        noted.insert(change.1);
                        dues.push(change);
                    });
                }
            }
            Slice::Part(turn) => {
                commit.turn = Some(turn);
                if let Some(day) = self.day.filter(|_| turn.part == 0) {
                    let window_days = self.edition.newest().thresholds.window_days;
                    commit.window = Some(window::moment(day, window::SLOTS - 1, window_days));
                }
                if let Some(now) = self.reached.filter(|_| turn.part == 0) {
                    self.pass_oddities(now, &mut commit);
                }
            }
        }
        Some(commit)
    }

    /// Says when sections are judged.
    pub fn conclude(&mut self, concluding: Concluding) -> Commit {
        Commit { concluding: Some(concluding), ..self.commit() }
    }

    /// How many sections and matters there have been.
    pub fn sections(&self) -> usize {
        self.turning.sections.len()
    }

    /// Moves time on (or back) to `now`, giving the commits that this takes.
    pub fn pass(&mut self, now: i64, pace: Pace, give: &mut dyn FnMut(Commit)) {
        if pace != Pace::Jump {
            while let Some(stop) = self.next_wake().filter(|stop| *stop <= now) {
                // An instant that somebody waits for may be noted after it has passed.
                let clock = self.reached.map_or(stop, |reached| reached.max(stop));
                self.step(stop, clock, pace, give);
            }
        }
        if pace == Pace::Jump || self.now.is_none() || self.reached > Some(now) {
            self.step(now, now, pace, give);
        }
        self.reached = Some(now);
        self.oddities.advance(now);
    }

    /// Moves the clocks of timers and windows to `now`, where it is `clock` for single events.
    fn step(&mut self, now: i64, clock: i64, pace: Pace, give: &mut dyn FnMut(Commit)) {
        let mut commit = self.commit();
        commit.now = Some(now);
        self.now = Some(now);
        self.pass_oddities(clock, &mut commit);
        let day = day_of(now);
        if self.day == Some(day) {
            give(commit);
            return;
        }
        let in_slots = pace == Pace::Service && self.day == Some(day - 1);
        self.day = Some(day);
        if !in_slots {
            commit.window =
                Some(window::moment(day, window::SLOTS - 1, self.edition.newest().thresholds.window_days));
            give(commit);
            return;
        }
        give(commit);
        for slot in 0..window::SLOTS {
            let mut commit = self.commit();
            commit.window = Some(window::moment(day, slot, self.edition.newest().thresholds.window_days));
            give(commit);
        }
    }

    fn pass_oddities(&mut self, now: i64, commit: &mut Commit) {
        let future_minutes = self.edition.newest().thresholds.future_minutes;
        self.oddities.pass(now, future_minutes, &mut |row, diff| commit.oddities.push((row, diff)));
    }

    fn commit(&mut self) -> Commit {
        let time = self.next;
        self.next += 1;
        Commit { time, ..Commit::default() }
    }
}
