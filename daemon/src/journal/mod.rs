//! The journal: every accepted fact, once, in order, for ever; and beside it what was refused.
//!
//! Everything the daemon knows follows from this file, so it promises little and keeps it:
//!
//! 1. *Durable.* What [`Journal::append`] has answered survives `kill -9` and a power cut, in order.
//! 2. *Whole.* Entries are numbered 1, 2, 3, … without a gap, and a batch is there whole or not at all.
//! 3. *Append-only.* Triggers refuse to change or delete an entry; each carries its RFC 6962 leaf hash, so that
//!    what goes past SQLite is found by `xiezhi verify`.
//! 4. *Named.* `(source, id)` occurs once. Telling duplicates from conflicts is the caller's work ([`Journal::body`]).
//! 5. *One writer.* A lock on the data directory keeps a second daemon out; any number may read ([`Reader`]).
//! 6. *Honest.* A failed write poisons the journal: nothing is taken until the daemon is started again.
//! 7. *Careful.* A foreign file, a newer format, another site key are refused and left untouched.
//!
//! The calls block; they belong on a thread of their own. There is no clock here: the caller says when.

mod algorithm;
mod append;
mod decisions;
mod error;
mod examine;
pub(crate) mod files;
mod quarantine;
mod reader;
mod record;
mod schema;
mod seal;
mod site_key;
#[cfg(test)]
mod tests;

pub use append::{MAX_BODY_BYTES, MAX_NAME_BYTES};
pub use decisions::{Decided, Decision, State};
pub use error::JournalError;
pub use examine::Found;
pub use files::DataDirLock;
pub use quarantine::{CONFLICT, Filter, NewQuarantined, Quarantined, Reason, ReasonCount};
pub use reader::{Entry, Reader};
pub use record::Leaf;
pub use schema::{FORMAT, journal_path};
pub use site_key::SiteKey;

use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use xiezhi_proof::Algorithm;

/// An event on its way in: checked, scrubbed, and new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// The CloudEvents source.
    pub source: String,
    /// The CloudEvents id, unique within the source.
    pub id: String,
    /// The CloudEvents type.
    pub kind: String,
    /// The whole event as canonical scrubbed JSON.
    pub body: Vec<u8>,
}

/// Where the journal ends; zeros if it is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Last {
    /// The last entry's place.
    pub seq: u64,
    /// The last entry's commit.
    pub commit: u64,
}

/// The journal, opened by its one writer.
pub struct Journal {
    // The order of fields is the order in which they go: the lock outlives the connection.
    store: Reader,
    sealer: seal::Sealer,
    /// What is acknowledged; moves only after a commit.
    last: Last,
    /// The first failure of a write, once there was one.
    poisoned: Option<String>,
    _lock: DataDirLock,
}

impl Journal {
    /// Locks the data directory and opens its journal, whatever algorithm it is of; creates either if it is not there.
    pub fn open(data_dir: &Path, site_key: &[u8; 32]) -> Result<Self, JournalError> {
        Self::open_as(data_dir, site_key, None)
    }

    /// The same, for a journal of this algorithm only: one that is there and of another is refused and left as it is.
    pub fn open_as(
        data_dir: &Path,
        site_key: &[u8; 32],
        wanted: Option<Algorithm>,
    ) -> Result<Self, JournalError> {
        files::create_data_dir(data_dir)?;
        let lock = DataDirLock::acquire(data_dir)?;
        let (conn, algorithm) = schema::open_for_writing(data_dir, &seal::key_check(site_key), wanted)?;
        let store = Reader { conn, algorithm };
        let last = store.last()?;
        Ok(Self { store, sealer: seal::Sealer::new(site_key), last, poisoned: None, _lock: lock })
    }

    /// The last acknowledged entry's place and commit.
    pub fn last(&self) -> Last {
        self.last
    }

    /// The body of the event of that name, to tell a duplicate from a conflict.
    pub fn body(&self, source: &str, id: &str) -> Result<Option<Vec<u8>>, JournalError> {
        self.store.body(source, id)
    }

    /// Calls `f` with every entry after `after_seq` (0: all) in order; see [`Reader::for_each`].
    pub fn for_each<B>(
        &self,
        after_seq: u64,
        f: impl FnMut(Entry) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, JournalError> {
        self.store.for_each(after_seq, f)
    }

    /// Forgets the contents of quarantine entries that were decided on before an instant (µs since 1970); gives how many.
    /// What was refused, why, and what was decided stays; so do contents that tell one event's several versions apart.
    pub fn forget_decided(&mut self, before: i64) -> Result<usize, JournalError> {
        decisions::forget(&self.store.conn, before).map_err(JournalError::sqlite("empty the quarantine of"))
    }

    /// Empties the log and closes the file, and says if that failed. Dropping does the same in silence.
    pub fn close(self) -> Result<(), JournalError> {
        self.store.conn.close().map_err(|(_, source)| JournalError::Sqlite { doing: "close", source })
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("last", &self.last)
            .field("poisoned", &self.poisoned)
            .finish_non_exhaustive()
    }
}
