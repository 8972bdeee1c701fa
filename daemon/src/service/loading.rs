//! Loading: the whole history is computed when the daemon starts.
//!
//! In large commits, one under way while the next is made, and sections judged when most is known of them (see [`Load`]); but where the last
//! start was cut off (see [`Starts`]) with care, in small commits, one at a time, each with its judgements.

use super::ServiceError;
use super::acts::act_of;
use super::starts::{Plan, SOURCE, Starts, put_aside_before};
use crate::directory::Directory;
use crate::failpoint;
use crate::indicators::Indicators;
use crate::journal::{Journal, Reader};
use crate::ledger::Act;
use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};
use std::path::Path;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::engine::{Change, Commit, Engine};
use xiezhi_dataflows::event::{Event, reread};
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::intake::Archive;
use xiezhi_dataflows::load::Load;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::oddities::content_of;
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::symbols::{EventRef, Symbols};

/// How many events of the journal are parsed at once.
const PARSED_EVENTS: usize = 25_000;

/// How many such batches wait parsed: some ten megabytes each.
const PARSED_BATCHES: usize = 2;

/// How far parsing may be ahead of taking in: what waits, what is being parsed, and what waits to be handed over.
const AHEAD: u64 = (PARSED_EVENTS * (PARSED_BATCHES + 2)) as u64;

/// How long one look at what the engine publishes waits.
const LOOK: Duration = Duration::from_secs(10);

/// How many looks in a row see nothing before the engine counts as standing still. The largest commit of a history takes seconds; ten minutes are beyond doubt on a starved
/// machine too. Time in which the whole process stood still counts as one look. In builds for tests, whose histories are small, half a minute.
const LOOKS_IN_VAIN: u32 = if cfg!(debug_assertions) { 3 } else { 60 };

/// The journal as the archive that retractions look things up in.
pub(super) struct JournalArchive<'a> {
    pub(super) journal: &'a Journal,
    pub(super) symbols: &'a Symbols,
    pub(super) placeholders: &'a Placeholders,
}

impl Archive for JournalArchive<'_> {
    fn event(&self, name: EventRef) -> Option<Event> {
        let (source, id) = self.symbols.event(name);
        // A journal that cannot be read must not be taken for one that has no such event.
        let body = self.journal.body(&source, &id).expect("the journal can be read");
        body.and_then(|body| reread(&body, self.placeholders).ok())
    }
}

/// What the engine has published, summed up.
pub(super) struct Holdings {
    /// What holds, and how often.
    pub(super) counts: BTreeMap<Published, Diff>,
    indicators: Arc<Indicators>,
}

impl Holdings {
    /// Nothing has been published yet.
    pub(super) fn new(indicators: Arc<Indicators>) -> Holdings {
        Holdings { counts: BTreeMap::new(), indicators }
    }

    fn note(&mut self, change: Change) {
        self.indicators.commit(change.changes.iter().filter_map(|(what, diff)| match what {
            Published::Counted(packed) => Some((packed, *diff)),
            _ => None,
        }));
        // What is counted is summed up at once: of every section there is a row, and nobody asks for it again.
        let others = change.changes.into_iter().filter(|(what, _)| !matches!(what, Published::Counted(_)));
        for (what, diff) in others {
            let count = self.counts.entry(what.clone()).or_insert(0);
            *count += diff;
            if *count == 0 {
                self.counts.remove(&what);
            }
        }
    }
}

/// Loading the history.
pub(super) struct Loading<'a> {
    /// Where it is.
    pub(super) data_dir: &'a Path,
    /// The journal.
    pub(super) archive: JournalArchive<'a>,
    /// The engine, and what it publishes.
    pub(super) engine: &'a Engine,
    /// What it publishes.
    pub(super) changes: &'a mpsc::Receiver<Change>,
    /// Names.
    pub(super) directory: &'a Directory,
    /// How this start and those before it go.
    pub(super) starts: &'a Starts,
    /// What has been taken in.
    pub(super) driver: Driver,
    /// What holds.
    pub(super) holdings: Holdings,
    /// What supervisors did, in the order of the journal.
    pub(super) acts: Vec<Act>,
    /// The retractions by which events were put aside.
    pub(super) put_aside: Vec<EventRef>,
    /// How far it has come.
    pub(super) reached: Reached,
}

/// How far loading has come.
#[derive(Default)]
pub(super) struct Reached {
    /// The place in the journal of the last event taken in.
    seq: u64,
    /// That of the last one in the commit under way.
    fed_seq: u64,
    /// That of the last one published.
    settled_seq: u64,
    /// The commit under way.
    fed: u64,
    /// The next commit.
    load: Load,
}

impl Loading<'_> {
    /// Computes everything, as of `now`.
    ///
    /// # Errors
    /// If the journal cannot be read, or the engine ends.
    pub(super) fn run(&mut self, plan: &Plan, now: i64) -> Result<(), ServiceError> {
        let loaded = self.load(plan, now);
        if loaded.is_err() {
            // An error is told; only what ends without a word is looked for.
            self.starts.over();
        }
        loaded
    }

    fn load(&mut self, plan: &Plan, now: i64) -> Result<(), ServiceError> {
        // The clocks first: rows out of the window then never get in.
        let (engine, fed) = (self.engine, &mut self.reached.fed);
        self.driver.pass(now, Pace::Jump, &mut |commit| {
            *fed = commit.time;
            engine.feed(commit);
        });
        let (reader, last) = (Reader::open(self.data_dir)?, self.archive.journal.last().seq);
        self.take_put_aside(&reader)?;
        match &plan.careful {
            None => {
                self.reached.load = Load::deferring();
                self.in_bulk(0, last)?;
                self.judge(last)?;
            }
            Some((places, at_once)) => {
                self.in_bulk(0, last.min(places.start() - 1))?;
                self.with_care(&reader, *places.start()..=last.min(*places.end()), *at_once)?;
                self.in_bulk(*places.end(), last)?;
            }
        }
        // What fails from here on is no event's doing.
        self.starts.over();
        self.refuse(&reader)?;
        self.wait()?;
        self.engine.settle(self.driver.skip());
        while let Ok(change) = self.changes.try_recv() {
            self.holdings.note(change);
        }
        Ok(())
    }

    /// Retractions by which events were put aside come before what they retract.
    fn take_put_aside(&mut self, reader: &Reader) -> Result<(), ServiceError> {
        let events = put_aside_before(reader, self.archive.placeholders)?;
        if events.is_empty() {
            return Ok(());
        }
        let commit = self.driver.take(events.iter(), &self.archive);
        let symbols = self.archive.symbols;
        self.put_aside.extend(events.iter().filter_map(|event| symbols.find_name(&event.source, &event.id)));
        self.feed(commit)
    }

    /// The events after one place up to another. Reading and parsing take as long as taking in: two threads, with a few batches
    /// between them.
    fn in_bulk(&mut self, after: u64, until: u64) -> Result<(), ServiceError> {
        if after >= until {
            return Ok(());
        }
        let (parsed, batches) = mpsc::sync_channel(PARSED_BATCHES);
        let reader = Reader::open(self.data_dir)?;
        let placeholders = self.archive.placeholders;
        let said = |from: u64, taken: u64| from..=until.min(taken + AHEAD);
        self.starts.say(&said(after + 1, after));
        std::thread::scope(|scope| {
            let parser = scope.spawn(move || {
                let mut batch = Vec::with_capacity(PARSED_EVENTS);
                parse(&reader, placeholders, after + 1..=until, |event| {
                    batch.push(event);
                    if batch.len() == PARSED_EVENTS {
                        // Nobody receives any more only if loading failed, and then that is what is told.
                        parsed.send(std::mem::replace(&mut batch, Vec::with_capacity(PARSED_EVENTS))).ok();
                    }
                })?;
                parsed.send(batch).ok();
                Ok::<(), ServiceError>(())
            });
            for batch in batches {
                let Reached { seq, settled_seq, .. } = self.reached;
                self.starts.say(&said(settled_seq.max(after) + 1, seq + batch.len() as u64));
                self.take(batch)?;
            }
            parser.join().map_err(|_| ServiceError::Ended("the parser ended by a panic".to_owned()))?
        })?;
        self.finish()
    }

    /// Has all judged that waits for it. Every place up to the last is under way then: of which event a judgement is about nobody can tell.
    fn judge(&mut self, last: u64) -> Result<(), ServiceError> {
        if last > 0 {
            self.starts.say(&(1..=last));
        }
        while let Some(commit) = self.reached.load.judge(&mut self.driver) {
            self.feed(commit)?;
        }
        self.wait()
    }

    /// The events of these places, so many at once, each time until they are published.
    fn with_care(
        &mut self,
        reader: &Reader,
        places: RangeInclusive<u64>,
        at_once: u64,
    ) -> Result<(), ServiceError> {
        let (mut first, end) = places.into_inner();
        while first <= end {
            let last = end.min(first + at_once - 1);
            self.starts.say(&(first..=last));
            let mut batch = Vec::new();
            parse(reader, self.archive.placeholders, first..=last, |event| batch.push(event))?;
            self.take(batch)?;
            self.finish()?;
            first = last + 1;
        }
        Ok(())
    }

    /// Takes in what the quarantine says of names that came with several contents.
    fn refuse(&mut self, reader: &Reader) -> Result<(), ServiceError> {
        let (mut contents, symbols) = (Vec::new(), self.archive.symbols);
        reader.conflicts(|source, id, body| {
            contents.extend(symbols.find_name(source, id).map(|name| (name, content_of(body))));
        })?;
        let commit = self.driver.refused(contents.into_iter());
        self.feed(commit)
    }

    fn take(&mut self, mut batch: Vec<Event>) -> Result<(), ServiceError> {
        self.directory.learn(batch.iter());
        // The journal has no gaps: the reader has looked.
        let first = self.reached.seq + 1;
        self.acts.extend((first..).zip(&batch).filter_map(|(seq, event)| act_of(event, seq)));
        self.reached.seq += batch.len() as u64;
        if !self.put_aside.is_empty() {
            batch.retain(|event| &*event.source != SOURCE);
        }
        let full = self.reached.load.take(&mut self.driver, &batch, &self.archive);
        full.map_or(Ok(()), |commit| self.feed(commit))
    }

    /// Feeds what has gathered, and waits until it is published.
    fn finish(&mut self) -> Result<(), ServiceError> {
        if let Some(commit) = self.reached.load.finish() {
            self.feed(commit)?;
        }
        self.wait()
    }

    /// Feeds a commit when the one before is published; the next is made while this one is computed.
    fn feed(&mut self, commit: Commit) -> Result<(), ServiceError> {
        self.wait()?;
        let reached = &mut self.reached;
        (reached.settled_seq, reached.fed_seq) = (reached.fed_seq, reached.seq);
        reached.fed = commit.time;
        if failpoint::is_reached("engine.load") || failpoint::is_poisoned(&commit, self.archive.symbols) {
            self.engine.fail();
        }
        if failpoint::is_reached("engine.load_stall") {
            self.engine.stall();
        }
        self.engine.feed(commit);
        Ok(())
    }

    /// Waits until all that was fed is published; before the first commit there is nothing to wait for. A worker that stands still ends the
    /// process, as one that panics does: the next start finds at which event.
    fn wait(&mut self) -> Result<(), ServiceError> {
        let fed = self.reached.fed;
        let mut in_vain = 0;
        while fed > 0 && self.engine.progress() <= fed {
            match self.changes.recv_timeout(LOOK) {
                Ok(change) => {
                    in_vain = 0;
                    self.holdings.note(change);
                }
                Err(RecvTimeoutError::Timeout) if in_vain + 1 < LOOKS_IN_VAIN => in_vain += 1,
                Err(RecvTimeoutError::Timeout) => {
                    tracing::error!(
                        fed,
                        seconds = LOOK.as_secs() * u64::from(LOOKS_IN_VAIN),
                        "the engine stands still over a commit of the history: aborting, to be started again"
                    );
                    std::process::abort();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ServiceError::Ended("the engine ended".to_owned()));
                }
            }
        }
        Ok(())
    }
}

/// Reads the events of these places in order.
fn parse(
    reader: &Reader,
    placeholders: &Placeholders,
    places: RangeInclusive<u64>,
    mut take: impl FnMut(Event),
) -> Result<(), ServiceError> {
    let broken = reader.for_each(places.start() - 1, |entry| {
        let last = entry.seq >= *places.end();
        match reread(&entry.body, placeholders) {
            Ok(event) => take(event),
            Err(faults) => {
                return ControlFlow::Break(Err(ServiceError::Unreadable {
                    seq: entry.seq,
                    source_name: entry.source,
                    id: entry.id,
                    reason: faults.to_string(),
                }));
            }
        }
        if last { ControlFlow::Break(Ok(())) } else { ControlFlow::Continue(()) }
    })?;
    match broken {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(ended) => ended,
    }
}
