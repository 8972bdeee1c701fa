//! Reading the journal: in order, in pages, beside the writer.
//!
//! 1. Entries come in the order of `seq`, without a gap and with commits that never go back; anything else is
//!    [`JournalError::Gap`], not a shorter journal.
//! 2. Memory is bounded by one entry, and a read transaction by [`PAGE`] entries: a slow reader never keeps the
//!    log from being emptied. Pages fit together because entries never change.
//! 3. A reader changes nothing: the connection is read-only.

use super::record::{Leaf, Record};
use super::{Filter, JournalError, Last, Quarantined, ReasonCount, files, quarantine, schema, seal};
use rusqlite::{Connection, OptionalExtension, Row};
use std::ops::ControlFlow;
use std::path::Path;
use xiezhi_proof::Algorithm;

/// Entries read in one transaction.
pub(super) const PAGE: u64 = 8192;

/// One event as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1, 2, 3, …
    pub seq: u64,
    /// The commit that brought it; never less than that of the entry before.
    pub commit: u64,
    /// When it was accepted, µs since 1970 UTC. Clocks are set, so this may go back.
    pub received_at: i64,
    /// The CloudEvents source.
    pub source: String,
    /// The CloudEvents id, unique within the source.
    pub id: String,
    /// The CloudEvents type.
    pub kind: String,
    /// The canonical scrubbed JSON.
    pub body: Vec<u8>,
    /// The leaf hash as stored; [`Entry::recomputed_leaf`] is what it should be.
    pub leaf: Leaf,
}

impl Entry {
    /// The bytes that the leaf hash covers (`journal/record.rs`).
    pub fn record(&self) -> Vec<u8> {
        self.as_record().bytes()
    }

    /// The leaf hash that follows from the other fields, in a journal of this algorithm.
    pub fn recomputed_leaf(&self, algorithm: Algorithm) -> Leaf {
        self.as_record().leaf(algorithm)
    }

    fn as_record(&self) -> Record<'_> {
        Record {
            seq: self.seq,
            commit: self.commit,
            received_at: self.received_at,
            source: &self.source,
            id: &self.id,
            kind: &self.kind,
            body: &self.body,
        }
    }
}

/// A journal opened read-only: for tools beside a running daemon, and for threads that must not wait for the writer.
#[derive(Debug)]
pub struct Reader {
    pub(super) conn: Connection,
    pub(super) algorithm: Algorithm,
}

impl Reader {
    /// Opens the journal of a data directory. Never creates one.
    pub fn open(data_dir: &Path) -> Result<Self, JournalError> {
        let (conn, algorithm) = schema::open_for_reading(data_dir)?;
        Ok(Self { conn, algorithm })
    }

    /// What the leaf hashes and the heads over them are of, from the first start on.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Copies the journal as it is at this moment into a new file, beside the writer.
    pub fn copy_to(&self, path: &Path) -> Result<(), JournalError> {
        files::copy_database(&self.conn, path).map_err(JournalError::sqlite("copy"))
    }

    /// The last entry's place and commit; zeros if there is none.
    pub fn last(&self) -> Result<Last, JournalError> {
        let read = || {
            self.conn
                .prepare_cached("SELECT seq, commit_no FROM events ORDER BY seq DESC LIMIT 1")?
                .query_row((), |row| Ok(Last { seq: unsigned(row, 0)?, commit: unsigned(row, 1)? }))
                .optional()
        };
        Ok(read().map_err(JournalError::sqlite("read"))?.unwrap_or_default())
    }

    /// The body of the event of that name.
    pub fn body(&self, source: &str, id: &str) -> Result<Option<Vec<u8>>, JournalError> {
        let read = || {
            self.conn
                .prepare_cached("SELECT body FROM events WHERE source = ?1 AND id = ?2")?
                .query_row((source, id), |row| row.get(0))
                .optional()
        };
        read().map_err(JournalError::sqlite("read"))
    }

    /// The name (source, id) of the event at a place.
    pub fn name_at(&self, seq: u64) -> Result<Option<(String, String)>, JournalError> {
        let read = || {
            self.conn
                .prepare_cached("SELECT source, id FROM events WHERE seq = ?1")?
                .query_row([signed(seq)], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        };
        read().map_err(JournalError::sqlite("read"))
    }

    /// The bodies of all events of a source, in the order of their ids.
    pub fn bodies_of(&self, source: &str) -> Result<Vec<Vec<u8>>, JournalError> {
        let read = || -> rusqlite::Result<Vec<Vec<u8>>> {
            let sql = "SELECT body FROM events WHERE source = ?1 ORDER BY id";
            self.conn.prepare_cached(sql)?.query_map([source], |row| row.get(0))?.collect()
        };
        read().map_err(JournalError::sqlite("read"))
    }

    /// The ids of a source's events that begin with `KEY@`: the versions of one row of another system.
    pub fn versions(&self, source: &str, key: &str) -> Result<Vec<String>, JournalError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            // By bytes, A comes next after @.
            let sql =
                "SELECT id FROM events WHERE source = ?1 AND id >= ?2 || '@' AND id < ?2 || 'A' ORDER BY id";
            self.conn.prepare_cached(sql)?.query_map((source, key), |row| row.get(0))?.collect()
        };
        read().map_err(JournalError::sqlite("read"))
    }

    /// Calls `f` with every entry after `after_seq` (0: all) in order, until it breaks or none is left.
    ///
    /// Entries appended while this runs are included.
    pub fn for_each<B>(
        &self,
        after_seq: u64,
        mut f: impl FnMut(Entry) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, JournalError> {
        let mut last = Last { seq: after_seq, commit: 0 };
        loop {
            let before = last.seq;
            if let ControlFlow::Break(value) = self.page(&mut last, &mut f)? {
                return Ok(ControlFlow::Break(value));
            }
            if last.seq - before < PAGE {
                return Ok(ControlFlow::Continue(()));
            }
        }
    }

    fn page<B>(
        &self,
        last: &mut Last,
        f: &mut impl FnMut(Entry) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, JournalError> {
        let failed = JournalError::sqlite;
        let mut select = self
            .conn
            .prepare_cached(
                "SELECT seq, commit_no, received_at, source, id, type, body, leaf FROM events
                 WHERE seq > ?1 ORDER BY seq LIMIT ?2",
            )
            .map_err(failed("read"))?;
        let mut rows = select.query((signed(last.seq), signed(PAGE))).map_err(failed("read"))?;
        while let Some(row) = rows.next().map_err(failed("read"))? {
            let entry = entry(row).map_err(failed("read"))?;
            if entry.seq != last.seq + 1 || entry.commit < last.commit {
                return Err(JournalError::Gap {
                    expected: last.seq + 1,
                    found: entry.seq,
                    commit: entry.commit,
                });
            }
            *last = Last { seq: entry.seq, commit: entry.commit };
            if let ControlFlow::Break(value) = f(entry) {
                return Ok(ControlFlow::Break(value));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Up to `limit` quarantine entries with a `qid` above `after_qid`, in order.
    pub fn quarantine(
        &self,
        filter: &Filter,
        after_qid: u64,
        limit: usize,
    ) -> Result<Vec<Quarantined>, JournalError> {
        let list = quarantine::list(&self.conn, filter, after_qid, limit);
        list.map_err(JournalError::sqlite("read the quarantine of"))
    }

    /// One quarantine entry.
    pub fn quarantined(&self, qid: u64) -> Result<Option<Quarantined>, JournalError> {
        quarantine::one(&self.conn, qid).map_err(JournalError::sqlite("read the quarantine of"))
    }

    /// Calls `f` with source, id and body of everything that was refused because another content has its name.
    pub fn conflicts(&self, mut f: impl FnMut(&str, &str, &[u8])) -> Result<(), JournalError> {
        quarantine::conflicts(&self.conn, &mut f).map_err(JournalError::sqlite("read the quarantine of"))
    }

    /// How much is in quarantine by leading reason, in the order of the reasons' codes.
    pub fn quarantine_counts(&self) -> Result<Vec<ReasonCount>, JournalError> {
        quarantine::counts(&self.conn).map_err(JournalError::sqlite("read the quarantine of"))
    }

    /// The raw input of a quarantine entry that was sealed; nothing if there is no such entry or it has a body.
    pub fn unseal(&self, site_key: &[u8; 32], qid: u64) -> Result<Option<Vec<u8>>, JournalError> {
        quarantine::unseal(&self.conn, &seal::Sealer::new(site_key), qid)
    }
}

pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: unsigned(row, 0)?,
        commit: unsigned(row, 1)?,
        received_at: row.get(2)?,
        source: row.get(3)?,
        id: row.get(4)?,
        kind: row.get(5)?,
        body: row.get(6)?,
        leaf: row.get(7)?,
    })
}

/// SQLite has only signed integers. Ours never reach the sign bit; a search beyond it finds nothing.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that we wrote as a `u64`.
pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}
