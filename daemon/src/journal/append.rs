//! Appending: one transaction a batch, durable when it returns, and no second guess after a failure.
//!
//! 1. A batch is written whole or not at all. When `append` returns `Ok`, it survives a power cut.
//! 2. What the caller got wrong (a stale commit, a duplicate, an overlong part) writes nothing and harms nothing.
//! 3. Any other failure *poisons* the journal until the daemon is started again: after a failed sync nobody knows
//!    what the disk holds, and the kernel may report the next sync as fine. Starting again re-reads what is there.
//! 4. The log stays below [`LOG_PAGES_HARD`] pages plus one batch (as far as readers let it), because `append`
//!    empties it then. [`Journal::maintain`], called while nothing waits, keeps that from happening to an event.

use super::decisions::{self, Decided};
use super::quarantine::{self, Prepared};
use super::reader::{Reader, signed};
use super::record::Record;
use super::{Journal, JournalError, Last, NewEvent, NewQuarantined};
use rusqlite::{Connection, Transaction, TransactionBehavior, ffi};
use xiezhi_proof::Algorithm;

/// The longest source, id or type, in bytes. An index entry this size still fits a page.
pub const MAX_NAME_BYTES: usize = 1024;
/// The largest body, in bytes: a bid with a hundred thousand items. Past it a batch is refused.
pub const MAX_BODY_BYTES: usize = 16 << 20;

/// Log pages (4 KiB) from which an idle moment is used to empty the log: 4 MiB.
const LOG_PAGES_SOFT: i64 = 1024;
/// Log pages at which no idle moment is waited for: 32 MiB.
const LOG_PAGES_HARD: i64 = 8192;

/// Why a batch was not written.
enum Failure {
    /// The event at this index has a name that is taken.
    Duplicate(usize),
    Write(rusqlite::Error),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Write(error)
    }
}

impl Journal {
    /// Appends a batch in one transaction that is on the disk when this returns; gives the `seq` of its first event.
    ///
    /// `commit` must be greater than every commit before. A batch without events uses no commit number: the same
    /// may come again, and the `seq` given is that of the event to come. See [`JournalError`] for what is refused.
    pub fn append(
        &mut self,
        commit: u64,
        received_at: i64,
        events: &[NewEvent],
        quarantined: &[NewQuarantined],
    ) -> Result<u64, JournalError> {
        self.append_deciding(commit, received_at, events, quarantined, &[])
    }

    /// The same; `decided` says which of the events decide on entries of the quarantine.
    pub fn append_deciding(
        &mut self,
        commit: u64,
        received_at: i64,
        events: &[NewEvent],
        quarantined: &[NewQuarantined],
        decided: &[Decided],
    ) -> Result<u64, JournalError> {
        self.check_not_poisoned()?;
        check_batch(commit, self.last, events)?;
        let first = self.last.seq + 1;
        if events.is_empty() && quarantined.is_empty() {
            return Ok(first);
        }
        let refused = quarantined
            .iter()
            .map(|new| quarantine::prepare(&self.sealer, new))
            .collect::<Result<Vec<_>, _>>()?;
        let batch = Batch { first, commit, received_at, events, refused: &refused, decided };
        match write_batch(&mut self.store, &batch) {
            Ok(()) => {}
            Err(Failure::Duplicate(index)) => {
                let event = &events[index];
                return Err(JournalError::Duplicate {
                    source_name: event.source.clone(),
                    id: event.id.clone(),
                });
            }
            Err(Failure::Write(source)) => return Err(self.poison(source)),
        }
        if !events.is_empty() {
            self.last = Last { seq: self.last.seq + events.len() as u64, commit };
        }
        // The batch is durable whatever happens now; a failure here is for the next one to hear.
        if let Err(source) = empty_log_from(&self.store.conn, LOG_PAGES_HARD) {
            self.poison(source);
        }
        Ok(first)
    }

    /// Empties the write-ahead log into the database if it has grown. Call it while no event waits.
    pub fn maintain(&mut self) -> Result<(), JournalError> {
        self.check_not_poisoned()?;
        empty_log_from(&self.store.conn, LOG_PAGES_SOFT).map_err(|source| self.poison(source))
    }

    /// Whether a write failed, so that nothing more is taken.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned.is_some()
    }

    fn check_not_poisoned(&self) -> Result<(), JournalError> {
        match &self.poisoned {
            Some(cause) => Err(JournalError::Poisoned { cause: cause.clone() }),
            None => Ok(()),
        }
    }

    fn poison(&mut self, source: rusqlite::Error) -> JournalError {
        tracing::error!(error = %source, "a write to the journal failed: no more events are taken");
        self.poisoned = Some(source.to_string());
        JournalError::WriteFailed { source }
    }
}

fn check_batch(commit: u64, last: Last, events: &[NewEvent]) -> Result<(), JournalError> {
    // SQLite's integers are signed; a commit past them would take centuries of microseconds.
    if !events.is_empty() && (commit <= last.commit || i64::try_from(commit).is_err()) {
        return Err(JournalError::StaleCommit { commit, last: last.commit });
    }
    for event in events {
        check_length("source", event.source.len(), MAX_NAME_BYTES)?;
        check_length("id", event.id.len(), MAX_NAME_BYTES)?;
        check_length("type", event.kind.len(), MAX_NAME_BYTES)?;
        check_length("body", event.body.len(), MAX_BODY_BYTES)?;
    }
    Ok(())
}

fn check_length(what: &'static str, length: usize, limit: usize) -> Result<(), JournalError> {
    if length > limit { Err(JournalError::TooLarge { what, length, limit }) } else { Ok(()) }
}

/// What is written at once.
struct Batch<'a> {
    first: u64,
    commit: u64,
    received_at: i64,
    events: &'a [NewEvent],
    refused: &'a [Prepared],
    decided: &'a [Decided],
}

fn write_batch(store: &mut Reader, batch: &Batch<'_>) -> Result<(), Failure> {
    let algorithm = store.algorithm;
    let tx = store.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match insert_events(&tx, algorithm, batch) {
        Ok(()) => {
            quarantine::insert(&tx, batch.received_at, batch.refused)?;
            decisions::insert(&tx, batch.first, batch.received_at, batch.decided)?;
            Ok(tx.commit()?)
        }
        Err(failure) => {
            // If even this fails, it is the failure that counts: the batch's fate is unknown.
            tx.rollback()?;
            Err(failure)
        }
    }
}

fn insert_events(tx: &Transaction<'_>, algorithm: Algorithm, batch: &Batch<'_>) -> Result<(), Failure> {
    let Batch { first, commit, received_at, events, .. } = *batch;
    let mut insert = tx.prepare_cached(
        "INSERT INTO events (seq, commit_no, received_at, leaf, source, id, type, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (index, (event, seq)) in events.iter().zip(first..).enumerate() {
        let NewEvent { source, id, kind, body } = event;
        let leaf = Record { seq, commit, received_at, source, id, kind, body }.leaf(algorithm);
        insert
            .execute((signed(seq), signed(commit), received_at, leaf, source, id, kind, body))
            .map_err(|error| if is_duplicate(&error) { Failure::Duplicate(index) } else { error.into() })?;
    }
    Ok(())
}

fn is_duplicate(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(code, _) if code.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE)
}

/// Moves the log's pages into the database if at least `pages` wait there. Readers are not waited for.
fn empty_log_from(conn: &Connection, pages: i64) -> rusqlite::Result<()> {
    let waiting = conn
        .prepare_cached("PRAGMA wal_checkpoint(NOOP)")?
        .query_row((), |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))?;
    if waiting >= pages {
        conn.prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?.query_row((), |_| Ok(()))?;
    }
    Ok(())
}
