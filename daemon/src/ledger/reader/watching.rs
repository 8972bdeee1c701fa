//! Reading the watch-list, the record of its changes, and data quality.

use super::super::{LedgerError, Reason};
use super::Reader;
use rusqlite::Row;
use serde::de::DeserializeOwned;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::watch::Rendered as Entry;

/// Which entries of the watch-list.
#[derive(Debug, Default, Clone)]
pub struct WatchingFilter {
    /// Whose.
    pub party: Option<String>,
    /// Level.
    pub level: Option<String>,
    /// `organisation` or `person`.
    pub kind: Option<String>,
}

/// Which changes of the watch-list.
#[derive(Debug, Default, Clone)]
pub struct ChangeFilter {
    /// Whose entry.
    pub party: Option<String>,
    /// What became of it.
    pub change: Option<String>,
}

/// Which data-quality rows.
#[derive(Debug, Default, Clone)]
pub struct QualityFilter {
    /// Rule id.
    pub rule: Option<String>,
    /// Section code.
    pub section: Option<String>,
    /// A party's code.
    pub party: Option<String>,
}

/// An entry of the watch-list.
#[derive(Debug)]
pub struct Watching {
    /// The entry.
    pub entry: Entry,
    /// Since when it stands, µs.
    pub since: i64,
}

/// A change of the watch-list as it is on record.
#[derive(Debug)]
pub struct Recorded {
    /// Its number.
    pub seq: u64,
    /// When it was recorded, µs.
    pub at: i64,
    /// Whose entry.
    pub party: String,
    /// What became of it.
    pub change: String,
    /// The level before.
    pub from_level: Option<String>,
    /// The level then.
    pub to_level: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The entry then; of one that left, as it was last.
    pub entry: Entry,
}

/// A data-quality row.
#[derive(Debug)]
pub struct QualityRow {
    /// The row.
    pub row: Rendered,
    /// Since when it stands, µs.
    pub since: i64,
}

/// A column that holds JSON.
pub(super) fn parsed<T: DeserializeOwned>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text: String = row.get(at)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, Box::new(error))
    })
}

fn recorded(row: &Row<'_>) -> rusqlite::Result<(String, Recorded)> {
    let seq = row.get::<_, i64>(0)?.unsigned_abs();
    let recorded = Recorded {
        seq,
        at: row.get(1)?,
        party: row.get(2)?,
        change: row.get(3)?,
        from_level: row.get(4)?,
        to_level: row.get(5)?,
        reason: parsed(row, 6)?,
        entry: parsed(row, 7)?,
    };
    Ok((seq.to_string(), recorded))
}

const CHANGES: &str =
    "SELECT seq, at, party, change, from_level, to_level, reason, body FROM watchlist_changes";

impl Reader {
    /// Entries of the watch-list by party.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn watched(
        &self,
        filter: &WatchingFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Watching>, Option<String>), LedgerError> {
        let conditions = [
            ("party > ?", cursor),
            ("party = ?", filter.party.as_deref()),
            ("level = ?", filter.level.as_deref()),
            ("kind = ?", filter.kind.as_deref()),
        ];
        self.rows("SELECT party, since, body FROM watchlist", "party", &conditions, limit, |row| {
            Ok((row.get(0)?, Watching { since: row.get(1)?, entry: parsed(row, 2)? }))
        })
    }

    /// The parties of entries of the watch-list.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn watched_parties(&self, filter: &WatchingFilter) -> Result<Vec<String>, LedgerError> {
        let conditions = [("level = ?", filter.level.as_deref()), ("kind = ?", filter.kind.as_deref())];
        let party = |row: &Row<'_>| Ok((String::new(), row.get(0)?));
        Ok(self.rows("SELECT party FROM watchlist", "party", &conditions, usize::MAX, party)?.0)
    }

    /// Changes of the watch-list after a number, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn watch_changes(
        &self,
        filter: &ChangeFilter,
        after: u64,
        limit: usize,
    ) -> Result<(Vec<Recorded>, Option<u64>), LedgerError> {
        let after = after.to_string();
        let conditions = [
            ("seq > ?", Some(after.as_str())),
            ("party = ?", filter.party.as_deref()),
            ("change = ?", filter.change.as_deref()),
        ];
        let (changes, more) = self.rows(CHANGES, "seq", &conditions, limit, recorded)?;
        let next = more.and(changes.last()).map(|last| last.seq);
        Ok((changes, next))
    }

    /// The number of the last change of the watch-list; 0 if there is none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_watch_change(&self) -> Result<u64, LedgerError> {
        let last = "SELECT coalesce(max(seq), 0) FROM watchlist_changes";
        let read = self.connection.query_row(last, [], |row| row.get::<_, i64>(0));
        read.map(i64::unsigned_abs).map_err(|source| self.sqlite(source))
    }

    /// The latest changes of one entry, the latest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn latest_watch_changes(&self, party: &str, limit: usize) -> Result<Vec<Recorded>, LedgerError> {
        Ok(self.rows(CHANGES, "seq DESC", &[("party = ?", Some(party))], limit, recorded)?.0)
    }

    /// Data-quality rows by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn quality(
        &self,
        filter: &QualityFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<QualityRow>, Option<String>), LedgerError> {
        let party = "EXISTS (SELECT 1 FROM json_each(body, '$.parties') WHERE value = ?)";
        let conditions = [
            ("name > ?", cursor),
            ("rule = ?", filter.rule.as_deref()),
            ("section = ?", filter.section.as_deref()),
            (party, filter.party.as_deref()),
        ];
        self.rows("SELECT name, since, body FROM quality", "name", &conditions, limit, |row| {
            Ok((row.get(0)?, QualityRow { since: row.get(1)?, row: parsed(row, 2)? }))
        })
    }
}
