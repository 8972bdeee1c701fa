//! Reading the ledger beside its writer: lists with filters and cursors.
//!
//! *Invariant.* Lists are in a fixed order, and a cursor is the last item's place in it: what is inserted or goes
//! meanwhile neither repeats nor hides another item.

mod handling;
mod watching;

pub use handling::{OutboxFilter, OutboxRow};
pub use watching::{ChangeFilter, QualityFilter, QualityRow, Recorded, Watching, WatchingFilter};

use super::{LedgerError, ledger_path};
use rusqlite::{Connection, OpenFlags, Row, ToSql};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use xiezhi_dataflows::finding::Rendered;

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Page {
    /// The items.
    pub items: Vec<Box<RawValue>>,
    /// Where the next page begins; null at the end.
    pub next: Option<String>,
}

/// Which findings.
#[derive(Debug, Default, Clone)]
pub struct FindingFilter {
    /// Rule id.
    pub rule: Option<String>,
    /// Section code.
    pub section: Option<String>,
    /// Severity letter.
    pub severity: Option<String>,
    /// A party's code.
    pub party: Option<String>,
}

/// Which alerts.
#[derive(Debug, Default, Clone)]
pub struct AlertFilter {
    /// Section code.
    pub section: Option<String>,
    /// Topic.
    pub topic: Option<String>,
    /// Level.
    pub level: Option<String>,
    /// State.
    pub state: Option<String>,
    /// The department that answers, code.
    pub department: Option<String>,
    /// Whether nobody did what was due: `1` or `0`.
    pub overdue: Option<String>,
}

/// A reader of the ledger.
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

/// What stands in a ledger, counted.
pub struct Summary {
    /// Findings that hold, by rule.
    pub findings: Vec<(String, u64)>,
    /// Alerts by level and state.
    pub alerts: Vec<(String, String, u64)>,
    /// The rule and parties of every finding.
    pub parties_by_rule: std::collections::BTreeSet<(String, Vec<String>)>,
}

/// The most rows that are read at once.
const ROWS_MAX: usize = 1 << 30;

/// A condition and its value.
type Condition<'a> = (&'static str, Option<&'a str>);

impl Reader {
    /// Copies the ledger as it is at this moment into a new file, beside the writer.
    ///
    /// # Errors
    /// If it cannot be read, or the file cannot be made.
    pub fn copy_to(&self, path: &Path) -> Result<(), LedgerError> {
        let copied = crate::journal::files::copy_database(&self.connection, path);
        copied.map_err(|source| LedgerError::Sqlite { path: self.path.clone(), source })
    }

    /// Opens the ledger of a data directory for reading.
    ///
    /// # Errors
    /// If there is none.
    pub fn open(data_dir: &Path) -> Result<Reader, LedgerError> {
        let path = ledger_path(data_dir);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)
            .map_err(|source| LedgerError::Sqlite { path: path.clone(), source })?;
        Ok(Reader { connection, path })
    }

    /// Findings by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn findings(
        &self,
        filter: &FindingFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, LedgerError> {
        let party = "EXISTS (SELECT 1 FROM json_each(body, '$.parties') WHERE value = ?)";
        self.page(
            "SELECT name, body FROM findings",
            "name",
            &[
                ("name > ?", cursor),
                ("rule = ?", filter.rule.as_deref()),
                ("section = ?", filter.section.as_deref()),
                ("severity = ?", filter.severity.as_deref()),
                (party, filter.party.as_deref()),
            ],
            limit,
        )
    }

    /// Findings over many sections that name one of these parties, by name.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn across_sections(
        &self,
        parties: &BTreeSet<String>,
        limit: usize,
    ) -> Result<Vec<Rendered>, LedgerError> {
        let parties = serde_json::to_string(parties).map_err(|source| self.row(source))?;
        let named = "section IS NULL AND EXISTS (SELECT 1 FROM json_each(body, '$.parties') AS party
                     WHERE party.value IN (SELECT value FROM json_each(?)))";
        let read = |row: &Row<'_>| Ok((row.get(0)?, watching::parsed(row, 1)?));
        let conditions = [(named, Some(parties.as_str()))];
        Ok(self.rows("SELECT name, body FROM findings", "name", &conditions, limit, read)?.0)
    }

    /// Alerts by id.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alerts(
        &self,
        filter: &AlertFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page, LedgerError> {
        self.page(
            "SELECT id, shown FROM alerts",
            "id",
            &[
                ("id > ?", cursor),
                ("section = ?", filter.section.as_deref()),
                ("topic = ?", filter.topic.as_deref()),
                ("level = ?", filter.level.as_deref()),
                ("state = ?", filter.state.as_deref()),
                ("department = ?", filter.department.as_deref()),
                ("overdue = ?", filter.overdue.as_deref()),
            ],
            limit,
        )
    }

    /// One alert.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alert(&self, id: &str) -> Result<Option<Box<RawValue>>, LedgerError> {
        let page = self.page("SELECT id, shown FROM alerts", "id", &[("id = ?", Some(id))], 1)?;
        Ok(page.items.into_iter().next())
    }

    /// Notices after a number, in order.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn notices(&self, after: u64, limit: usize) -> Result<Vec<(u64, String)>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<(u64, String)>> {
            let sql = "SELECT seq, body FROM notices WHERE seq > ?1 ORDER BY seq LIMIT ?2";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map([after.cast_signed(), limit as i64], |row| {
                Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
            })?;
            rows.collect()
        };
        read().map_err(|source| self.sqlite(source))
    }

    /// Counts what stands here.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn summary(&self) -> Result<Summary, LedgerError> {
        let read = || -> rusqlite::Result<Summary> {
            let count = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(i64::unsigned_abs);
            let mut findings =
                self.connection.prepare("SELECT rule, count(*) FROM findings GROUP BY rule ORDER BY rule")?;
            let findings =
                findings.query_map([], |row| Ok((row.get(0)?, count(row, 1)?)))?.collect::<Result<_, _>>()?;
            let sql =
                "SELECT level, state, count(*) FROM alerts GROUP BY level, state ORDER BY state, level DESC";
            let mut alerts = self.connection.prepare(sql)?;
            let alerts = alerts.query_map([], |row| Ok((row.get(0)?, row.get(1)?, count(row, 2)?)))?;
            let alerts = alerts.collect::<Result<_, _>>()?;
            let mut parties = self.connection.prepare("SELECT rule, body ->> '$.parties' FROM findings")?;
            let parties = parties.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            let parsed = parties.map(|row| {
                let (rule, parties) = row?;
                let parties = serde_json::from_str(&parties)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                Ok((rule, parties))
            });
            Ok(Summary { findings, alerts, parties_by_rule: parsed.collect::<rusqlite::Result<_>>()? })
        };
        read().map_err(|source| self.sqlite(source))
    }

    /// The number of the last notice; 0 if there is none.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn last_notice(&self) -> Result<u64, LedgerError> {
        let read = self
            .connection
            .query_row("SELECT coalesce(max(seq), 0) FROM notices", [], |row| row.get::<_, i64>(0));
        read.map(i64::unsigned_abs).map_err(|source| self.sqlite(source))
    }

    /// The rows of a list, each by its place in it, and where the next page begins.
    fn rows<T>(
        &self,
        select: &str,
        order: &str,
        conditions: &[Condition<'_>],
        limit: usize,
        read: fn(&Row<'_>) -> rusqlite::Result<(String, T)>,
    ) -> Result<(Vec<T>, Option<String>), LedgerError> {
        let given: Vec<(&str, &str)> =
            conditions.iter().filter_map(|(sql, value)| Some((*sql, (*value)?))).collect();
        let wheres: Vec<&str> = given.iter().map(|(sql, _)| *sql).collect();
        let clause =
            if wheres.is_empty() { String::new() } else { format!(" WHERE {}", wheres.join(" AND ")) };
        let sql =
            format!("{select}{clause} ORDER BY {order} LIMIT {}", limit.saturating_add(1).min(ROWS_MAX));
        let values: Vec<&dyn ToSql> = given.iter().map(|(_, value)| value as &dyn ToSql).collect();
        let query = || -> rusqlite::Result<Vec<(String, T)>> {
            self.connection.prepare_cached(&sql)?.query_map(&values[..], read)?.collect()
        };
        let mut rows = query().map_err(|source| self.sqlite(source))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = more.then(|| rows.last().map(|(place, _)| place.clone())).flatten();
        Ok((rows.into_iter().map(|(_, row)| row).collect(), next))
    }

    fn page(
        &self,
        select: &str,
        order: &str,
        conditions: &[Condition<'_>],
        limit: usize,
    ) -> Result<Page, LedgerError> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?));
        let (bodies, next) = self.rows(select, order, conditions, limit, read)?;
        let raw = |body| RawValue::from_string(body).map_err(|source| self.row(source));
        Ok(Page { items: bodies.into_iter().map(raw).collect::<Result<_, _>>()?, next })
    }

    fn sqlite(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError::Sqlite { path: self.path.clone(), source }
    }

    fn row(&self, source: serde_json::Error) -> LedgerError {
        LedgerError::Row { path: self.path.clone(), source }
    }
}
