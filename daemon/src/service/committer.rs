//! The committer: the one thread that writes the journal and feeds the engine.
//!
//! *Invariants.*
//! 1. Group commit without waiting: what arrived during the last fsync, at most [`COMMIT_EVENTS`] events, is one transaction.
//! 2. An event is new, a duplicate (same name, same content) or a conflict (same name, other content); only the new is
//!    journalled and fed, conflicts and malformed events go to quarantine in the same transaction.
//! 3. Time goes by between commits: timers and midnight need no event.
//! 4. An edition of the rules is put in force in slices, one at a time, and only when the engine has caught up.
//! 5. Nothing is taken from the queue while too many commits are under way: a flood waits at the door, not in memory.
//! 6. A journal that fails ends the thread: nothing more is accepted, and the failure is told.

use super::acts::Acts;
use super::commits::Commits;
use super::ingest::{self, Ingest, Item, Message, Receipt, Refusal, Submission, Turning};
use super::loading::JournalArchive;
use super::storage::Room;
use super::{Failure, ServiceError, watermark};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::failpoint;
use crate::journal::{CONFLICT, Decided, Journal, NewEvent, NewQuarantined, Reason};
use crate::metrics::{EventOutcome, Metrics};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::engine::{Commit, Engine};
use xiezhi_dataflows::event::{Admitted, Data, Event, Fault, Refused};
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::oddities::content_of;
use xiezhi_dataflows::symbols::{EventRef, Symbols};

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
    /// Commits under way.
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
    let (ingest, messages) = ingest::queue(committer.room.clone());
    let body = move || {
        let done = committer.run(&messages);
        if let Err(error) = &done {
            committer.failure.tell(error);
        }
        done.and_then(|()| Ok(committer.journal.close()?))
    };
    let thread = std::thread::Builder::new().name("committer".to_owned()).spawn(body);
    (ingest, thread.expect("the committer's thread starts"))
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
            self.commits.wait_for_room();
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
