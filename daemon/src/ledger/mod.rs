//! The ledger: findings that hold, alerts, every notice that was given, the watch-list and all its changes, data quality.
//!
//! 1. *Derived and self-correcting.* What holds follows from the journal. After a restart the full set is compared with
//!    what stands here, and only the difference has effects: nobody is told twice, no change is recorded twice.
//! 2. *All or nothing.* What one commit changed, the alerts it moves and the notices it gives are one transaction, durable
//!    before anything is sent.
//! 3. *A record of what was sent.* Notices are numbered from 1 without gaps and never changed; (alert, revision) occurs once.
//! 4. *At least once, marked.* A notice may be sent again after a crash; then it says `repeated`.
//! 5. *An audit record.* Changes of the watch-list are numbered from 1 without gaps, say why, and are never changed.

mod change;
mod error;
mod reader;
mod schema;
mod watching;
mod write;

pub use change::{Applied, Changes, FindingChanges, Holding, place_of};
pub use error::LedgerError;
pub use reader::{
    AlertFilter, ChangeFilter, FindingFilter, Page, QualityFilter, QualityRow, Reader, Recorded, Summary,
    Watching, WatchingFilter,
};
pub use watching::{Reason, WatchChange, WatchChangeKind};

use rusqlite::{Connection, OptionalExtension, params};
use schema::{FORMAT, open};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use write::{write_alert, write_finding, write_notice, write_quality, write_watch_change};
use xiezhi_alerts::message::{Directory, NoticeShown, show_notice};
use xiezhi_alerts::{Alert, Decision, Subject, decide};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::watch::{Level, Rendered as Entry};

/// The ledger as its one writer holds it.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    by_subject: BTreeMap<Subject, BTreeMap<String, Rendered>>,
    alerts: BTreeMap<Subject, Alert>,
    last_notice: u64,
    last_watch_change: u64,
}

/// The path of the ledger in a data directory.
pub fn ledger_path(data_dir: &Path) -> PathBuf {
    data_dir.join("ledger.db")
}

impl Ledger {
    /// Opens or creates the ledger of a data directory and reads what stands in it.
    ///
    /// # Errors
    /// If the file cannot be opened, has a newer format or holds what cannot be read.
    pub fn open(data_dir: &Path) -> Result<Ledger, LedgerError> {
        let path = ledger_path(data_dir);
        let (connection, format) =
            open(&path).map_err(|source| LedgerError::Sqlite { path: path.clone(), source })?;
        if format > FORMAT {
            return Err(LedgerError::Newer { path, found: format });
        }
        let (by_subject, alerts) = (BTreeMap::new(), BTreeMap::new());
        let mut ledger =
            Ledger { connection, path, by_subject, alerts, last_notice: 0, last_watch_change: 0 };
        let texts = |ledger: &Ledger, sql| ledger.texts(sql).map_err(|source| ledger.sqlite(source));
        for body in texts(&ledger, "SELECT body FROM findings")? {
            let finding: Rendered = ledger.parse(&body)?;
            ledger.hold(finding);
        }
        for body in texts(&ledger, "SELECT alert FROM alerts")? {
            let alert: Alert = ledger.parse(&body)?;
            ledger.alerts.insert(alert.subject.clone(), alert);
        }
        ledger.last_notice = ledger.last("SELECT coalesce(max(seq), 0) FROM notices")?;
        ledger.last_watch_change = ledger.last("SELECT coalesce(max(seq), 0) FROM watchlist_changes")?;
        Ok(ledger)
    }

    /// Where the ledger is, to open readers.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The alerts that stand in it.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values()
    }

    /// The findings that stand in it.
    pub fn findings(&self) -> impl Iterator<Item = &Rendered> {
        self.by_subject.values().flat_map(BTreeMap::values)
    }

    /// How many entries of the watch-list stand in it, by level and kind.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn watched(&self) -> Result<Vec<(Level, String, i64)>, LedgerError> {
        let read = || -> rusqlite::Result<Vec<(String, String, i64)>> {
            let sql = "SELECT level, kind, count(*) FROM watchlist GROUP BY level, kind";
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        };
        let counts = read().map_err(|source| self.sqlite(source))?.into_iter();
        let known = |word: &str| Level::ALL.into_iter().find(|level| level.as_str() == word);
        Ok(counts.filter_map(|(level, kind, count)| Some((known(&level)?, kind, count))).collect())
    }

    /// Brings the ledger from what stands in it to all that holds: the difference alone has effects.
    ///
    /// # Errors
    /// If the transaction fails; nothing has changed then.
    pub fn correct(
        &mut self,
        holding: Holding,
        now: i64,
        directory: &dyn Directory,
    ) -> Result<Applied, LedgerError> {
        let Holding { findings, quality, watched } = holding;
        let rows = ("SELECT name, body FROM quality", "SELECT party, body FROM watchlist");
        let changes = Changes {
            findings: self.difference(findings),
            quality: self.differing(rows.0, quality)?,
            watched: self.differing(rows.1, watched)?,
        };
        self.apply(changes, now, directory)
    }

    /// What of the findings differs from those that stand here.
    fn difference(&self, findings: BTreeMap<String, Rendered>) -> FindingChanges {
        let mut changes = FindingChanges::new();
        for held in self.findings() {
            match findings.get(&held.name()) {
                Some(same) if same == held => {}
                other => changes.extend(place_of(held).map(|place| (place, other.cloned()))),
            }
        }
        for finding in findings.into_values() {
            let Some((subject, name)) = place_of(&finding) else { continue };
            let known = self.by_subject.get(&subject).is_some_and(|held| held.contains_key(&name));
            if !known {
                changes.insert((subject, name), Some(finding));
            }
        }
        changes
    }

    /// What differs from the rows of a table, which gives each by its name with its body.
    fn differing<T: DeserializeOwned + PartialEq>(
        &self,
        sql: &str,
        holding: BTreeMap<String, T>,
    ) -> Result<BTreeMap<String, Option<T>>, LedgerError> {
        let mut changes: BTreeMap<String, Option<T>> =
            holding.into_iter().map(|(name, held)| (name, Some(held))).collect();
        let read = || -> rusqlite::Result<Vec<(String, String)>> {
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        for (name, body) in read().map_err(|source| self.sqlite(source))? {
            let held: T = self.parse(&body)?;
            match changes.get(&name) {
                Some(Some(same)) if *same == held => drop(changes.remove(&name)),
                Some(_) => {}
                None => drop(changes.insert(name, None)),
            }
        }
        Ok(changes)
    }

    /// Applies one change.
    ///
    /// # Errors
    /// If the transaction fails; the daemon must stop then, as what it holds in memory is ahead of the file.
    pub fn apply(
        &mut self,
        changes: Changes,
        now: i64,
        directory: &dyn Directory,
    ) -> Result<Applied, LedgerError> {
        let Changes { findings, quality, watched } = changes;
        let mut applied = Applied {
            watched: self.watch_changes(watched)?,
            quality: quality.into_iter().collect(),
            ..Applied::default()
        };
        let decisions = self.decide(findings, now, &mut applied);
        if applied.is_empty() {
            return Ok(applied);
        }
        let mut seq = self.last_notice;
        for (before, Decision { alert, notice }) in &decisions {
            if let Some(notice) = notice {
                seq += 1;
                applied.notices.push(show_notice(seq, notice, alert, directory));
            }
            applied.moved.push((before.clone(), alert.clone()));
        }
        self.write(&applied, now, directory).map_err(|source| self.sqlite(source))?;
        self.last_notice = seq;
        self.last_watch_change += applied.watched.len() as u64;
        for (_, Decision { alert, .. }) in decisions {
            self.alerts.insert(alert.subject.clone(), alert);
        }
        Ok(applied)
    }

    /// Puts findings where they belong, and decides what that makes of their alerts.
    fn decide(
        &mut self,
        findings: FindingChanges,
        now: i64,
        applied: &mut Applied,
    ) -> Vec<(Option<Alert>, Decision)> {
        let mut touched = BTreeSet::new();
        for ((subject, name), after) in findings {
            let before = self.release(&subject, &name);
            if let Some(after) = &after {
                self.hold(after.clone());
            }
            if before != after {
                applied.findings.push((before, after));
                touched.insert(subject);
            }
        }
        let decided = touched.into_iter().filter_map(|subject| {
            let findings = self.by_subject.get(&subject).cloned().unwrap_or_default();
            let before = self.alerts.get(&subject);
            Some((before.cloned(), decide(&subject, before, findings, now)?))
        });
        decided.collect()
    }

    /// The changes of the watch-list, numbered.
    fn watch_changes(
        &self,
        watched: BTreeMap<String, Option<Entry>>,
    ) -> Result<Vec<WatchChange>, LedgerError> {
        let mut changes = Vec::new();
        for (party, after) in watched {
            let sql = "SELECT body FROM watchlist WHERE party = ?1";
            let read = || -> rusqlite::Result<Option<String>> {
                let mut statement = self.connection.prepare_cached(sql)?;
                statement.query_row([&party], |row| row.get(0)).optional()
            };
            let body = read().map_err(|source| self.sqlite(source))?;
            let before = body.map(|body| self.parse(&body)).transpose()?;
            let seq = self.last_watch_change + 1 + changes.len() as u64;
            changes.extend(WatchChange::between(seq, party, before, after));
        }
        Ok(changes)
    }

    fn write(&mut self, applied: &Applied, now: i64, directory: &dyn Directory) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        for (before, after) in &applied.findings {
            write_finding(&transaction, before.as_ref(), after.as_ref(), now)?;
        }
        for (_, alert) in &applied.moved {
            write_alert(&transaction, alert, directory)?;
        }
        for notice in &applied.notices {
            write_notice(&transaction, notice, now)?;
        }
        for change in &applied.watched {
            write_watch_change(&transaction, change, now)?;
        }
        for (name, row) in &applied.quality {
            write_quality(&transaction, name, row.as_ref(), now)?;
        }
        transaction.commit()
    }

    /// The notices after the last one that `channel` is known to have sent, marked as repeated.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn unsent(&self, channel: &str) -> Result<Vec<NoticeShown>, LedgerError> {
        let sent: Option<i64> = self
            .connection
            .query_row("SELECT seq FROM sent WHERE channel = ?1", [channel], |row| row.get(0))
            .optional()
            .map_err(|source| self.sqlite(source))?;
        let sql = format!("SELECT body FROM notices WHERE seq > {} ORDER BY seq", sent.unwrap_or(0));
        let bodies = self.texts(&sql).map_err(|source| self.sqlite(source))?;
        let mut notices = Vec::with_capacity(bodies.len());
        for body in bodies {
            notices.push(NoticeShown { repeated: true, ..self.parse(&body)? });
        }
        Ok(notices)
    }

    /// Notes that `channel` has sent everything up to a notice. Not waited for: what is lost here is sent again, marked.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn note_sent(&mut self, channel: &str, seq: u64) -> Result<(), LedgerError> {
        let sql = "INSERT INTO sent VALUES (?1, ?2) ON CONFLICT (channel) DO UPDATE SET seq = excluded.seq";
        self.connection
            .execute(sql, params![channel, seq.cast_signed()])
            .map(|_| ())
            .map_err(|source| self.sqlite(source))
    }

    /// Puts a finding where it belongs.
    fn hold(&mut self, finding: Rendered) {
        if let Some((subject, name)) = place_of(&finding) {
            self.by_subject.entry(subject).or_default().insert(name, finding);
        }
    }

    /// Takes a finding out.
    fn release(&mut self, subject: &Subject, name: &str) -> Option<Rendered> {
        let findings = self.by_subject.get_mut(subject)?;
        let finding = findings.remove(name);
        if findings.is_empty() {
            self.by_subject.remove(subject);
        }
        finding
    }

    fn last(&self, sql: &str) -> Result<u64, LedgerError> {
        let last = self.connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        last.map(i64::unsigned_abs).map_err(|source| self.sqlite(source))
    }

    fn texts(&self, sql: &str) -> rusqlite::Result<Vec<String>> {
        self.connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
    }

    fn parse<'a, T: serde::Deserialize<'a>>(&self, body: &'a str) -> Result<T, LedgerError> {
        serde_json::from_str(body).map_err(|source| LedgerError::Row { path: self.path.clone(), source })
    }

    fn sqlite(&self, source: rusqlite::Error) -> LedgerError {
        LedgerError::Sqlite { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests;
