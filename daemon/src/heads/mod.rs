//! Signed heads of the journal: one at each midnight (+08:00), one at an orderly stop, one on demand.
//!
//! A head says: so many entries, this root over their leaf hashes, at this time (`xiezhi_proof::SignedHead` has the exact bytes). It is appended
//! to `heads.jsonl`, printed into the log, and shown in Redis (`streams/mirror.rs` follows [`Heads::numbers`]), so that copies of it live outside of this
//! machine: whoever changes the journal later can no longer change what was said of it. `xiezhi verify` compares.

mod error;
mod journal_tree;
mod key_file;
mod sealing;
#[cfg(test)]
mod tests;

pub use error::HeadsError;
pub use journal_tree::{Proven, Wanted};
pub use key_file::{public_key_path, read_public_key};
pub use sealing::{after, heads_path, latest, prove};

use crate::clock::Clock;
use sealing::Sealing;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_proof::SignedHead;

/// How often midnight is looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait after a head could not be signed.
const PAUSE: Duration = Duration::from_secs(60);

/// The heads of a running daemon.
pub struct Heads {
    sealing: Mutex<Sealing>,
    number: watch::Sender<u64>,
}

impl Heads {
    /// Opens the record of heads and the key, which is made at the first start.
    ///
    /// # Errors
    /// If a file cannot be used, or was tampered with.
    pub fn open(data_dir: &Path) -> Result<Heads, HeadsError> {
        let sealing = Sealing::open(data_dir)?;
        let number = sealing.latest().map_or(0, |head| head.number);
        Ok(Heads { sealing: Mutex::new(sealing), number: watch::Sender::new(number) })
    }

    /// The number of the latest head, 0 before the first, for whoever shows heads elsewhere; [`after`] has the heads.
    pub fn numbers(&self) -> watch::Receiver<u64> {
        self.number.subscribe()
    }

    /// The latest head.
    pub fn latest(&self) -> Option<SignedHead> {
        self.sealing().latest().cloned()
    }

    /// Signs a head on demand; if nothing has come since the last, that one says all there is. Tells whether it is new.
    ///
    /// # Errors
    /// If the journal is not the one that was signed before, or something cannot be read or written.
    pub fn demand(&self, now: i64) -> Result<(SignedHead, bool), HeadsError> {
        let mut sealing = self.sealing();
        if !sealing.has_grown()?
            && let Some(head) = sealing.latest()
        {
            return Ok((head.clone(), false));
        }
        Ok((self.sign(&mut sealing, now)?, true))
    }

    /// Proves that an entry is there, or that an earlier journal is the beginning of a later one.
    ///
    /// # Errors
    /// If there is no such entry or size, or the journal cannot be read.
    pub fn prove(&self, wanted: Wanted) -> Result<Proven, HeadsError> {
        self.sealing().prove(wanted)
    }

    /// Signs the head of an orderly stop, if anything has come since the last. A failure is logged: the journal is durable without it.
    pub fn at_stop(&self, now: i64) {
        if let Err(error) = self.demand(now) {
            tracing::error!(%error, "no head was signed at the stop");
        }
    }

    fn sealing(&self) -> MutexGuard<'_, Sealing> {
        self.sealing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, sealing: &mut Sealing, now: i64) -> Result<SignedHead, HeadsError> {
        let head = sealing.sign(now)?.clone();
        tracing::info!(head = line_of(&head), "signed a head of the journal");
        self.number.send_replace(head.number);
        Ok(head)
    }

    /// Signs the head of the day, if there is none yet.
    fn daily(&self, now: i64) -> Result<(), HeadsError> {
        let mut sealing = self.sealing();
        let day = |time_us| Instant(time_us).local_date();
        if sealing.latest().is_none_or(|head| day(head.time_us) < day(now)) {
            self.sign(&mut sealing, now)?;
        }
        Ok(())
    }
}

/// A head as its line of JSON, without line feed.
pub fn line_of(head: &SignedHead) -> String {
    serde_json::to_string(head).expect("a head is plain data")
}

/// The thread that signs the head of each day.
pub struct Daily {
    stop: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Daily {
    /// Starts it; the first thing that it does is to compare the journal with the heads on record.
    ///
    /// # Panics
    /// If the thread cannot be started.
    pub fn start(heads: Arc<Heads>, clock: Clock) -> Daily {
        let (stop, stopped) = sync_channel(1);
        let body = move || sign_daily(&heads, &clock, &stopped);
        let thread = std::thread::Builder::new().name("heads".to_owned()).spawn(body);
        Daily { stop, thread: thread.expect("the thread of heads starts") }
    }

    /// Ends it.
    pub fn stop(self) {
        self.stop.send(()).ok();
        if self.thread.join().is_err() {
            tracing::error!("the thread of heads ended by a panic");
        }
    }
}

fn sign_daily(heads: &Heads, clock: &Clock, stopped: &Receiver<()>) {
    if let Err(error) = heads.sealing().catch_up() {
        tracing::error!(%error, "the journal was compared with its heads");
    }
    loop {
        let nap = match heads.daily(clock.now()) {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::error!(%error, "no head was signed");
                PAUSE
            }
        };
        match stopped.recv_timeout(nap) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
