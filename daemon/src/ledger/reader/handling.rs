//! Reading what is done about alerts: the alert as it decides, its history, silences and what they hid, what is to be sent.

use super::super::LedgerError;
use super::super::outbox::{self, Bulletin, OutboxState, Parcel};
use super::Reader;
use rusqlite::{OptionalExtension, Row};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use xiezhi_alerts::feedback::{Verdicts, verdicts};
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Alert, Entry};
use xiezhi_dataflows::normalise::Instant;

/// The most lines of history that are read of one alert.
const LINES_MAX: i64 = 1_000;

/// Which rows of the outbox.
#[derive(Clone, Debug, Default)]
pub struct OutboxFilter {
    /// The channel.
    pub channel: Option<String>,
    /// The state.
    pub state: Option<String>,
    /// The alert.
    pub alert: Option<String>,
}

/// A row of the outbox as it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct OutboxRow {
    /// Its number.
    pub id: u64,
    /// The channel.
    pub channel: String,
    /// What names it for ever.
    pub key: String,
    /// The alert that it is about.
    pub alert: Option<String>,
    /// waiting, sent or dead.
    pub state: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was written, RFC 3339.
    pub created_at: String,
    /// When it is to be tried next, if it waits; RFC 3339.
    pub next_at: Option<String>,
    /// When it last changed, RFC 3339.
    pub changed_at: String,
    /// The digest that it goes with.
    pub digest: Option<String>,
    /// What came back last.
    pub answer: Option<String>,
}

fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(at).map(i64::unsigned_abs)
}

fn outbox_row(row: &Row<'_>) -> rusqlite::Result<(String, OutboxRow)> {
    let moment = |at: i64| Instant(at).to_rfc3339();
    let state: String = row.get(4)?;
    let next_at: i64 = row.get(7)?;
    let shown = OutboxRow {
        id: count(row, 0)?,
        channel: row.get(1)?,
        key: row.get(2)?,
        alert: row.get(3)?,
        next_at: (state == OutboxState::Waiting.as_str()).then(|| moment(next_at)),
        state,
        attempts: row.get(5)?,
        created_at: moment(row.get(6)?),
        changed_at: moment(row.get(8)?),
        digest: row.get(9)?,
        answer: row.get(10)?,
    };
    Ok((shown.id.to_string(), shown))
}

/// What a parcel's row holds as text: the notice and the bulletin are parsed by the reader, which knows the file.
struct ParcelRow {
    parcel: Parcel,
    notice: Option<String>,
    bulletin: Option<String>,
}

fn parcel_row(row: &Row<'_>) -> rusqlite::Result<ParcelRow> {
    let parcel = Parcel {
        id: count(row, 0)?,
        key: row.get(1)?,
        notice: None,
        bulletin: None,
        first: row.get(4)?,
        level: outbox::level(row.get(5)?),
        attempts: row.get(6)?,
        digest: row.get(7)?,
    };
    Ok(ParcelRow { parcel, notice: row.get(2)?, bulletin: row.get(3)? })
}

const PARCELS: &str = "SELECT o.id, o.key, n.body, o.bulletin, o.first, o.level, o.attempts, o.digest
    FROM outbox o LEFT JOIN notices n ON n.seq = o.notice";

impl Reader {
    /// An alert as the core decides on it, with all that it does not show.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alert_whole(&self, id: &str) -> Result<Option<Alert>, LedgerError> {
        let read = || -> rusqlite::Result<Option<String>> {
            let mut statement = self.connection.prepare_cached("SELECT alert FROM alerts WHERE id = ?1")?;
            statement.query_row([id], |row| row.get(0)).optional()
        };
        let body = read().map_err(|source| self.sqlite(source))?;
        body.map(|body| serde_json::from_str(&body).map_err(|source| self.row(source))).transpose()
    }

    /// All alerts as the core decides on them.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn alerts_whole(&self) -> Result<Vec<Alert>, LedgerError> {
        self.parsed("SELECT alert FROM alerts ORDER BY id", &[])
    }

    /// What closed alerts say of each rule that they rested on.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn verdicts(&self) -> Result<BTreeMap<String, Verdicts>, LedgerError> {
        let closed: Vec<Alert> = self.parsed("SELECT alert FROM alerts WHERE state = 'closed'", &[])?;
        Ok(verdicts(closed.iter()))
    }

    /// The history of an alert, oldest first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn history(&self, alert: &str) -> Result<Vec<Entry>, LedgerError> {
        let sql = format!("SELECT body FROM alert_history WHERE alert = ?1 ORDER BY n LIMIT {LINES_MAX}");
        self.parsed(&sql, &[&alert])
    }

    /// Silences, those that end last first; those that are over too.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn silences(&self, limit: usize) -> Result<Vec<Silence>, LedgerError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.parsed("SELECT body FROM silences ORDER BY until DESC, id LIMIT ?1", &[&limit])
    }

    /// One silence.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn silence(&self, id: &str) -> Result<Option<Silence>, LedgerError> {
        Ok(self.parsed("SELECT body FROM silences WHERE id = ?1", &[&id])?.pop())
    }

    /// What a silence hid: the alerts as they are shown.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn hidden_by(&self, silence: &str, limit: usize) -> Result<Vec<Box<RawValue>>, LedgerError> {
        let sql = "SELECT a.shown FROM alerts a WHERE a.id IN
            (SELECT alert FROM alert_history WHERE silence = ?1) ORDER BY a.changed_at DESC LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.parsed(sql, &[&silence, &limit])
    }

    /// Rows of the outbox, by number.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn outbox(
        &self,
        filter: &OutboxFilter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<OutboxRow>, Option<String>), LedgerError> {
        self.rows(
            "SELECT id, channel, key, alert, state, attempts, created_at, next_at, changed_at, digest, answer FROM outbox",
            "id",
            &[
                ("id > CAST(? AS INTEGER)", cursor),
                ("channel = ?", filter.channel.as_deref()),
                ("state = ?", filter.state.as_deref()),
                ("alert = ?", filter.alert.as_deref()),
            ],
            limit,
            outbox_row,
        )
    }

    /// What waits for a channel and may be tried now; the gravest first, and of equals the oldest.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn waiting(&self, channel: &str, now: i64, limit: usize) -> Result<Vec<Parcel>, LedgerError> {
        let sql = format!(
            "{PARCELS} WHERE o.state = 'waiting' AND o.channel = ?1 AND o.next_at <= ?2
             ORDER BY o.level DESC, o.id LIMIT ?3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.parcels(&sql, &[&channel, &now, &limit])
    }

    /// The last that a channel was sent of each alert that still holds.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn holding(&self, channel: &str) -> Result<Vec<Parcel>, LedgerError> {
        let sql = format!(
            "{PARCELS} WHERE o.id IN (SELECT max(s.id) FROM outbox s JOIN alerts a ON a.id = s.alert
             WHERE s.channel = ?1 AND s.state = 'sent' AND a.state NOT IN ('closed', 'withdrawn') GROUP BY s.alert)
             ORDER BY o.id"
        );
        self.parcels(&sql, &[&channel])
    }

    /// Everything that goes together in a digest, whatever became of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn digest(&self, key: &str) -> Result<Vec<Parcel>, LedgerError> {
        self.parcels(&format!("{PARCELS} WHERE o.digest = ?1 ORDER BY o.level DESC, o.id"), &[&key])
    }

    /// How many rows there are, and when the oldest was written (µs since 1970), by channel and state.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn outbox_counts(&self) -> Result<Vec<(String, String, u64, i64)>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<(String, String, u64, i64)>> {
            let sql = "SELECT channel, state, count(*), min(created_at) FROM outbox GROUP BY channel, state";
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows =
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, count(row, 2)?, row.get(3)?)))?;
            rows.collect()
        };
        read().map_err(|source| self.sqlite(source))
    }

    /// When the next row of a channel may be tried, µs since 1970.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn next_try(&self, channel: &str) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT min(next_at) FROM outbox WHERE state = 'waiting' AND channel = ?1";
        let read = || self.connection.prepare_cached(sql)?.query_row([channel], |row| row.get(0));
        read().map_err(|source| self.sqlite(source))
    }

    fn parcels(&self, sql: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Parcel>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<ParcelRow>> {
            self.connection.prepare_cached(sql)?.query_map(values, parcel_row)?.collect()
        };
        let rows = read().map_err(|source| self.sqlite(source))?;
        let whole = |row: ParcelRow| {
            let notice = row.notice.as_deref().map(serde_json::from_str).transpose();
            let bulletin: Result<Option<Bulletin>, _> =
                row.bulletin.as_deref().map(serde_json::from_str).transpose();
            let (notice, bulletin) =
                (notice.map_err(|source| self.row(source))?, bulletin.map_err(|source| self.row(source))?);
            Ok(Parcel { notice, bulletin, ..row.parcel })
        };
        rows.into_iter().map(whole).collect()
    }

    fn parsed<T: serde::de::DeserializeOwned>(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
    ) -> Result<Vec<T>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            self.connection.prepare_cached(sql)?.query_map(values, |row| row.get(0))?.collect()
        };
        let bodies = read().map_err(|source| self.sqlite(source))?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(|source| self.row(source))).collect()
    }
}
