//! Reading for proof: leaf hashes alone, and a journal that somebody may have tampered with.
//!
//! 1. [`Reader::leaves`] reads what heads and proofs need, and not the bodies.
//! 2. [`Reader::examine`] gives every row that is there, whatever is wrong with it or between it and the next: what looks for damage must
//!    not stop at the first.
//! 3. Both read in pages and change nothing, as [`Reader`] says.

use super::reader::{Entry, PAGE, Reader, entry, signed, unsigned};
use super::record::Leaf;
use super::{JournalError, Last, schema};
use std::path::Path;

/// A row of the journal, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It can be read; its content may still be another than the leaf hash says.
    Entry(Box<Entry>),
    /// It cannot: a column has a form that the daemon does not write.
    Unreadable {
        /// Its place, as stored.
        seq: i64,
        /// What cannot be read.
        why: String,
    },
}

impl Reader {
    /// Opens a journal that may have been tampered with. Gives, too, the first object of its schema (a trigger that keeps it
    /// append-only, say) that was removed or changed.
    ///
    /// # Errors
    /// If there is none, it is no journal at all, or a newer version wrote it.
    pub fn open_to_examine(data_dir: &Path) -> Result<(Reader, Option<&'static str>), JournalError> {
        let (conn, algorithm, altered) = schema::open_to_examine(data_dir)?;
        Ok((Reader { conn, algorithm }, altered))
    }

    /// Calls `f` with every row, in the order of `seq`.
    ///
    /// # Errors
    /// If SQLite cannot read on; what came before was given.
    pub fn examine(&self, mut f: impl FnMut(Found)) -> Result<(), JournalError> {
        let mut last = i64::MIN;
        loop {
            let rows = self.examine_page(&mut last, &mut f).map_err(JournalError::sqlite("read"))?;
            if rows < PAGE {
                return Ok(());
            }
        }
    }

    fn examine_page(&self, last: &mut i64, f: &mut impl FnMut(Found)) -> rusqlite::Result<u64> {
        let mut select = self.conn.prepare_cached(
            "SELECT seq, commit_no, received_at, source, id, type, body, leaf FROM events
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = select.query((*last, signed(PAGE)))?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            *last = row.get(0)?;
            count += 1;
            f(match entry(row) {
                Ok(entry) => Found::Entry(Box::new(entry)),
                Err(error) => Found::Unreadable { seq: *last, why: error.to_string() },
            });
        }
        Ok(count)
    }

    /// Calls `f` with place, commit and leaf hash, as stored, of the entries after `after_seq` up to `until_seq`, in order.
    ///
    /// # Errors
    /// If one of them is not there or cannot be read.
    pub fn leaves(
        &self,
        after_seq: u64,
        until_seq: u64,
        mut f: impl FnMut(Last, Leaf),
    ) -> Result<(), JournalError> {
        let mut last = Last { seq: after_seq, commit: 0 };
        while last.seq < until_seq {
            let page_end = until_seq.min(last.seq + PAGE);
            let gap = |found: Last| JournalError::Gap {
                expected: found.seq + 1,
                found: page_end,
                commit: found.commit,
            };
            self.leaf_page(&mut last, page_end, &mut f).map_err(JournalError::sqlite("read"))?;
            if last.seq < page_end {
                return Err(gap(last));
            }
        }
        Ok(())
    }

    /// Reads on while there is no gap.
    fn leaf_page(
        &self,
        last: &mut Last,
        until_seq: u64,
        f: &mut impl FnMut(Last, Leaf),
    ) -> rusqlite::Result<()> {
        let mut select = self.conn.prepare_cached(
            "SELECT seq, commit_no, leaf FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
        )?;
        let mut rows = select.query((signed(last.seq), signed(until_seq)))?;
        while let Some(row) = rows.next()? {
            let place = Last { seq: unsigned(row, 0)?, commit: unsigned(row, 1)? };
            if place.seq != last.seq + 1 {
                return Ok(());
            }
            *last = place;
            f(place, row.get(2)?);
        }
        Ok(())
    }
}
