//! The committer: the one thread that writes the journal and feeds the engine.
//!
//! *Invariants.*
//! 1. Group commit without waiting: what arrived during the last fsync, at most [`COMMIT_EVENTS`] events, is one transaction.
//! 2. An event is new, a duplicate (same name, same content) or a conflict (same name, other content); only the new is
//!    journalled and fed, conflicts and malformed events go to quarantine in the same transaction.
//! 3. Time goes by between commits: timers and midnight need no event.
//! 4. An edition of the rules is put in force in slices, one at a time, and only when the engine has caught up.
//! 5. A journal that fails ends the thread: nothing more is accepted, and the failure is told.

use super::acts::Acts;
use super::loading::JournalArchive;
use super::own;
use super::storage::Room;
use super::{Failure, ServiceError, watermark};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::failpoint;
use crate::journal::{CONFLICT, Decided, Journal, NewEvent, NewQuarantined, Reason};
use crate::metrics::{EventOutcome, Metrics};
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::engine::{Commit, Engine};
use xiezhi_dataflows::event::{Admitted, Data, Event, Fault, Refused};
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::oddities::content_of;
use xiezhi_dataflows::symbols::{EventRef, Symbols};

/// How many submissions may wait; past it the sender is told to try again.
pub const SUBMISSIONS_QUEUED: usize = 256;

/// How many events one transaction takes: past it an fsync is spread thin enough.
const COMMIT_EVENTS: usize = 1000;

/// The longest sleep without a submission: how late a timer may be noticed if the clock is set by hand.
const NAP: Duration = Duration::from_millis(50);

/// The same while an edition of the rules is being put in force: about as long as a slice takes.
const TURNING_NAP: Duration = Duration::from_millis(2);

/// How often the quarantine is looked through for contents to forget.
const FORGETTING: Duration = Duration::from_secs(3600);

/// One day, µs.
const DAY_US: i64 = 86_400_000_000;

/// One thing submitted.
#[derive(Debug)]
pub enum Item {
    /// An event that passed the door.
    Admitted(Box<Admitted>),
    /// One that did not, with the bytes as they were sent.
    Refused(Box<Refused>, Vec<u8>),
}

/// What became of a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// How many events are new and durable.
    pub accepted: usize,
    /// How many came before, the same.
    pub duplicate: usize,
    /// Those that were put into quarantine.
    pub quarantined: Vec<Refusal>,
    /// How many more were, which are not listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub quarantined_unlisted: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// One event in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// Its place in the submission, from 0.
    pub index: usize,
    /// A stable code.
    pub code: String,
    /// Where in the event.
    pub path: String,
    /// What is wrong, and what is accepted.
    pub reason: String,
}

/// The answer to a submission, when it is durable; an error if the journal failed.
pub type QueuedReply = oneshot::Receiver<Receipt>;

/// Why nothing was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// The queue is full: try again shortly.
    Full,
    /// The disk is nearly full: try again when there is room.
    NoRoom,
    /// The daemon is stopping.
    Stopping,
}

struct Submission {
    items: Vec<Item>,
    origin: &'static str,
    reply: oneshot::Sender<Receipt>,
}

enum Message {
    Submission(Submission),
    Publish(Edition),
    Stop,
}

/// How far an edition of the rules that is being put in force has still to go.
#[derive(Clone, Default)]
pub struct Turning {
    left: Arc<AtomicUsize>,
    all: Arc<AtomicUsize>,
}

impl Turning {
    fn note(&self, (left, all): (usize, usize)) {
        self.left.store(left, Ordering::Release);
        self.all.store(all, Ordering::Release);
    }

    /// How many slices of sections and states are left, and how many there are in all.
    pub fn left(&self) -> (usize, usize) {
        (self.left.load(Ordering::Acquire), self.all.load(Ordering::Acquire))
    }
}

/// The way in.
#[derive(Clone)]
pub struct Ingest {
    queue: SyncSender<Message>,
    room: Arc<Room>,
}

impl Ingest {
    /// Submits what came from outside without waiting for a place in the queue.
    ///
    /// # Errors
    /// If there is none, or no room on the disk.
    pub fn try_submit(&self, items: Vec<Item>, origin: &'static str) -> Result<QueuedReply, Busy> {
        self.check_room()?;
        self.try_record(items.into_iter().map(own::from_outside).collect(), origin)
    }

    /// The same for what people do in the daemon: the reserve of the disk is for that.
    ///
    /// # Errors
    /// If there is no place in the queue.
    pub fn try_record(&self, items: Vec<Item>, origin: &'static str) -> Result<QueuedReply, Busy> {
        let (reply, answer) = oneshot::channel();
        let message = Message::Submission(Submission { items, origin, reply });
        self.queue.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => Busy::Full,
            TrySendError::Disconnected(_) => Busy::Stopping,
        })?;
        Ok(answer)
    }

    /// Submits what came from outside, waiting for a place in the queue. For threads, not for tasks.
    ///
    /// # Errors
    /// If the daemon is stopping, or there is no room on the disk.
    pub fn submit(&self, items: Vec<Item>, origin: &'static str) -> Result<QueuedReply, Busy> {
        self.check_room()?;
        let items = items.into_iter().map(own::from_outside).collect();
        let (reply, answer) = oneshot::channel();
        let message = Message::Submission(Submission { items, origin, reply });
        self.queue.send(message).map_err(|_| Busy::Stopping)?;
        Ok(answer)
    }

    /// Whether the disk is so full that nothing is taken.
    pub fn is_short_of_room(&self) -> bool {
        self.room.is_short()
    }

    fn check_room(&self) -> Result<(), Busy> {
        if self.is_short_of_room() { Err(Busy::NoRoom) } else { Ok(()) }
    }

    /// Puts an edition of the rules in force, slice by slice between other commits.
    ///
    /// # Errors
    /// If the daemon is stopping.
    pub fn publish(&self, edition: Edition) -> Result<(), Busy> {
        self.queue.send(Message::Publish(edition)).map_err(|_| Busy::Stopping)
    }

    /// Lets what is queued be finished, and nothing more.
    pub fn stop(&self) {
        self.queue.send(Message::Stop).ok();
    }
}

/// When each commit that is under way became durable.
#[derive(Clone, Default)]
pub struct Commits {
    durable: Arc<Mutex<VecDeque<(u64, Instant)>>>,
}

impl Commits {
    fn note(&self, commit: u64) {
        self.durable.lock().unwrap_or_else(PoisonError::into_inner).push_back((commit, Instant::now()));
    }

    /// For how long the oldest commit that was not taken has been durable.
    pub fn oldest(&self) -> Duration {
        let durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        durable.front().map(|(_, at)| at.elapsed()).unwrap_or_default()
    }

    /// When `commit` became durable, if it held events; forgets it and all before.
    pub fn take(&self, commit: u64) -> Option<Instant> {
        let mut durable = self.durable.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = None;
        while let Some((first, at)) = durable.front().copied().filter(|(first, _)| *first <= commit) {
            found = (first == commit).then_some(at);
            durable.pop_front();
        }
        found
    }
}

/// All that the committer holds.
pub struct Committer {
    /// The journal.
    pub journal: Journal,
    /// The driver, caught up with the journal.
    pub driver: Driver,
    /// The engine.
    pub engine: Arc<Engine>,
    /// Numbers for names.
    pub symbols: Arc<Symbols>,
    /// Names.
    pub directory: Arc<Directory>,
    /// Metrics.
    pub metrics: Arc<Metrics>,
    /// What stands for "not given".
    pub placeholders: Placeholders,
    /// The clock.
    pub clock: Clock,
    /// When commits became durable.
    pub commits: Commits,
    /// The last commit fed to the engine.
    pub fed: Arc<AtomicU64>,
    /// What supervisors did, for the publisher.
    pub acts: Acts,
    /// The retractions by which events were put aside.
    pub put_aside: Vec<EventRef>,
    /// How far the latest edition of the rules has come.
    pub turning: Turning,
    /// After how many days the contents of what was decided on in quarantine are forgotten; none: never.
    pub quarantine_days: Option<u32>,
    /// Whether there is room on the disk.
    pub room: Arc<Room>,
    /// Where a failure is told.
    pub failure: Failure,
}

/// Starts the committer's thread.
///
/// # Panics
/// If the thread cannot be started.
pub fn spawn(mut committer: Committer) -> (Ingest, JoinHandle<Result<(), ServiceError>>) {
    let (queue, messages) = sync_channel(SUBMISSIONS_QUEUED);
    let room = committer.room.clone();
    let body = move || {
        let done = committer.run(&messages);
        if let Err(error) = &done {
            committer.failure.tell(error);
        }
        done.and_then(|()| Ok(committer.journal.close()?))
    };
    let thread = std::thread::Builder::new().name("committer".to_owned()).spawn(body);
    (Ingest { queue, room }, thread.expect("the committer's thread starts"))
}

/// What is gathered for one transaction.
#[derive(Default)]
struct Gathered {
    events: Vec<Event>,
    new: Vec<NewEvent>,
    quarantined: Vec<NewQuarantined>,
    /// What is decided about what was in quarantine before.
    decided: Vec<Decided>,
    /// The place in `new` of each name that is in this transaction.
    names: HashMap<(String, String), usize>,
    /// Names that came with another content, and what tells it from others.
    conflicts: Vec<(String, String, u64)>,
    replies: Vec<(oneshot::Sender<Receipt>, Receipt)>,
}

impl Committer {
    fn run(&mut self, messages: &Receiver<Message>) -> Result<(), ServiceError> {
        let mut forgetting = None;
        self.count_put_aside();
        loop {
            let mut stop = false;
            let mut gathered = Gathered::default();
            let nap = if self.driver.is_turning() { TURNING_NAP } else { NAP };
            let mut message = match messages.recv_timeout(nap) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) if self.driver.is_turning() => None,
                Err(RecvTimeoutError::Timeout) => {
                    // Nothing to do: empty SQLite's log now, or a later commit would have to.
                    self.journal.maintain()?;
                    self.forget_decided(&mut forgetting)?;
                    None
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            while let Some(next) = message.take() {
                match next {
                    Message::Stop => stop = true,
                    Message::Publish(edition) => {
                        self.driver.publish(edition);
                        self.turning.note(self.driver.turning_left());
                    }
                    Message::Submission(submission) => self.gather(submission, &mut gathered)?,
                }
                if gathered.new.len() < COMMIT_EVENTS && !stop {
                    message = messages.try_recv().ok();
                }
            }
            self.pass_time();
            self.commit(gathered)?;
            self.turn();
            if stop {
                return Ok(());
            }
        }
    }

    /// Forgets the contents of what was decided on long ago, once an hour.
    fn forget_decided(&mut self, last: &mut Option<Instant>) -> Result<(), ServiceError> {
        let Some(days) = self.quarantine_days else { return Ok(()) };
        if last.is_some_and(|last| last.elapsed() < FORGETTING) {
            return Ok(());
        }
        *last = Some(Instant::now());
        let forgotten = self.journal.forget_decided(self.clock.now() - i64::from(days) * DAY_US)?;
        if forgotten > 0 {
            tracing::info!(
                entries = forgotten,
                days,
                "contents of decided entries of the quarantine were forgotten"
            );
        }
        Ok(())
    }

    /// Moves the clocks on, if something hangs on it.
    fn pass_time(&mut self) {
        let now = self.clock.now();
        let (engine, fed) = (&self.engine, &self.fed);
        self.driver.pass(now, Pace::Service, &mut |commit| {
            fed.store(commit.time, Ordering::Release);
            engine.feed(commit);
        });
    }

    /// Counts the events that are put aside, until somebody retracts the retraction.
    fn count_put_aside(&self) {
        let standing = self.put_aside.iter().filter(|retraction| self.driver.holds(**retraction)).count();
        self.metrics.engine.put_aside(standing);
    }

    /// Puts the next slice of an edition in force, if the engine has nothing else to do: events come first.
    fn turn(&mut self) {
        if !self.driver.is_turning() || self.engine.progress() <= watermark(&self.fed) {
            return;
        }
        if let Some(commit) = self.driver.turn() {
            self.feed(commit);
        }
        self.turning.note(self.driver.turning_left());
    }

    fn feed(&self, commit: Commit) {
        self.fed.store(commit.time, Ordering::Release);
        self.engine.feed(commit);
    }

    /// Sorts a submission's items into new, duplicate and quarantined.
    fn gather(&mut self, submission: Submission, gathered: &mut Gathered) -> Result<(), ServiceError> {
        let mut receipt = Receipt::default();
        for (index, item) in submission.items.into_iter().enumerate() {
            match item {
                Item::Admitted(admitted) => {
                    self.admitted(*admitted, index, submission.origin, gathered, &mut receipt)?;
                }
                Item::Refused(refused, raw) => {
                    self.metrics.event(refused.kind.as_deref(), EventOutcome::Refused);
                    gathered.refuse(*refused, raw, index, submission.origin, &mut receipt);
                }
            }
        }
        gathered.replies.push((submission.reply, receipt));
        Ok(())
    }

    fn admitted(
        &mut self,
        admitted: Admitted,
        index: usize,
        origin: &'static str,
        gathered: &mut Gathered,
        receipt: &mut Receipt,
    ) -> Result<(), ServiceError> {
        let Admitted { event, body, .. } = admitted;
        let kind = event.data.kind();
        let name = (event.source.to_string(), event.id.to_string());
        let held = match gathered.names.get(&name) {
            Some(at) => Some(gathered.new[*at].body.clone()),
            // Only a name that is known can have come: most events never touch the disk here.
            None => match self.symbols.find_name(&name.0, &name.1).filter(|n| self.driver.has_come(*n)) {
                Some(_) => self.journal.body(&name.0, &name.1)?,
                None => None,
            },
        };
        match held {
            Some(same) if same == body => {
                receipt.duplicate += 1;
                self.metrics.event(Some(kind), EventOutcome::Duplicate);
            }
            Some(_) => {
                self.metrics.event(Some(kind), EventOutcome::Conflict);
                gathered.conflict(&event, body, index, origin, receipt);
            }
            None => {
                receipt.accepted += 1;
                self.metrics.event(Some(kind), EventOutcome::Accepted);
                if let Data::QuarantineDecided(decided) = &event.data {
                    let (qid, decision) = (decided.entry, decided.decision);
                    gathered.decided.push(Decided { qid, decision, event: gathered.new.len() });
                }
                gathered.names.insert(name.clone(), gathered.new.len());
                gathered.new.push(NewEvent { source: name.0, id: name.1, kind: kind.to_owned(), body });
                gathered.events.push(event);
            }
        }
        Ok(())
    }

    fn commit(&mut self, gathered: Gathered) -> Result<(), ServiceError> {
        let Gathered { events, new, quarantined, decided, conflicts, replies, .. } = gathered;
        if !new.is_empty() || !quarantined.is_empty() {
            let timer = self.metrics.engine.journal_commit.start_timer();
            let (commit, now) = (self.driver.next_time(), self.clock.now());
            self.journal.append_deciding(commit, now, &new, &quarantined, &decided)?;
            timer.observe_duration();
        }
        if !quarantined.is_empty() || !decided.is_empty() {
            self.room.quarantine_changed();
        }
        if !events.is_empty() {
            self.metrics.engine.journal_events.set(self.journal.last().seq.cast_signed());
            self.directory.learn(events.iter());
            self.metrics.sources.note(events.iter(), self.clock.now());
            let archive = JournalArchive {
                journal: &self.journal,
                symbols: &self.symbols,
                placeholders: &self.placeholders,
            };
            let commit = self.driver.take(events.iter(), &archive);
            let first_seq = self.journal.last().seq + 1 - events.len() as u64;
            self.acts.note(commit.time, first_seq, events.iter());
            self.commits.note(commit.time);
            if failpoint::is_reached("engine.commit") || failpoint::is_poisoned(&commit, &self.symbols) {
                self.engine.fail();
            }
            if failpoint::is_reached("engine.stall") {
                self.engine.stall();
            }
            self.feed(commit);
            self.count_put_aside();
        }
        if !conflicts.is_empty() {
            let symbols = &self.symbols;
            let named = conflicts
                .iter()
                .filter_map(|(source, id, content)| Some((symbols.find_name(source, id)?, *content)));
            let commit = self.driver.refused(named);
            self.feed(commit);
        }
        let lag = (watermark(&self.fed) + 1).saturating_sub(self.engine.progress());
        self.metrics.engine.in_flight(lag);
        for (reply, receipt) in replies {
            // A sender that has gone away will send again, and be told "duplicate".
            reply.send(receipt).ok();
        }
        Ok(())
    }
}

impl Gathered {
    fn refuse(&mut self, refused: Refused, raw: Vec<u8>, index: usize, origin: &str, receipt: &mut Receipt) {
        let reason = |fault: &Fault| Reason {
            code: fault.code.as_str().to_owned(),
            path: fault.path.clone(),
            message: fault.reason.clone(),
        };
        let quarantined = NewQuarantined {
            origin: origin.to_owned(),
            reasons: refused.faults.0.iter().map(reason).collect(),
            source: refused.source,
            id: refused.id,
            kind: refused.kind,
            body: refused.body,
            raw,
        };
        self.quarantine(quarantined, index, receipt);
    }

    fn conflict(&mut self, event: &Event, body: Vec<u8>, index: usize, origin: &str, receipt: &mut Receipt) {
        let reason = Reason {
            code: CONFLICT.to_owned(),
            path: "id".to_owned(),
            message: "names an event that came before with another content; send a correction under an id of its own, \
                      and event.retracted for what was wrong"
                .to_owned(),
        };
        self.conflicts.push((event.source.to_string(), event.id.to_string(), content_of(&body)));
        let quarantined = NewQuarantined {
            origin: origin.to_owned(),
            reasons: vec![reason],
            source: Some(event.source.to_string()),
            id: Some(event.id.to_string()),
            kind: Some(event.data.kind().to_owned()),
            raw: body.clone(),
            body: Some(body),
        };
        self.quarantine(quarantined, index, receipt);
    }

    /// Puts something into quarantine and its leading reason into the receipt.
    fn quarantine(&mut self, quarantined: NewQuarantined, index: usize, receipt: &mut Receipt) {
        if let Some(Reason { code, path, message }) = quarantined.reasons.first().cloned() {
            receipt.quarantined.push(Refusal { index, code, path, reason: message });
        }
        self.quarantined.push(quarantined);
    }
}
