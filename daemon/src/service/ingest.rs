//! The way in: what may be submitted, and what is answered when it is durable.
//!
//! The queue is bounded. Who cannot wait is told that it is full; so it is, too, while more commits are under way than are told in time
//! (see [`Commits`](super::commits::Commits)).

use super::own;
use super::storage::Room;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::oneshot;
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::event::{Admitted, Refused};

/// How many submissions may wait; past it the sender is told to try again.
pub const SUBMISSIONS_QUEUED: usize = 256;

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

/// What was submitted together.
pub(super) struct Submission {
    pub items: Vec<Item>,
    pub origin: &'static str,
    pub reply: oneshot::Sender<Receipt>,
}

/// What the committer is told.
pub(super) enum Message {
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
    pub(super) fn note(&self, (left, all): (usize, usize)) {
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

/// The way in, and its end.
pub(super) fn queue(room: Arc<Room>) -> (Ingest, Receiver<Message>) {
    let (queue, messages) = sync_channel(SUBMISSIONS_QUEUED);
    (Ingest { queue, room }, messages)
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
