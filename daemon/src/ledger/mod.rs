//! The ledger: findings that hold, alerts, and every notice that was given.
//!
//! 1. *Derived and self-correcting.* Findings and alerts follow from the journal. After a restart the full set of findings
//!    is compared with what stands here, and only the difference has effects: nobody is told twice.
//! 2. *All or nothing.* One change of findings, the alerts it moves and the notices it gives are one transaction, durable
//!    before anything is sent.
//! 3. *A record of what was sent.* Notices are numbered from 1 without gaps and never changed; (alert, revision) occurs once.
//! 4. *At least once, marked.* A notice may be sent again after a crash; then it says `repeated`.

mod reader;

pub use reader::{AlertFilter, FindingFilter, Page, Reader, Summary};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use xiezhi_alerts::message::{Directory, NoticeShown, show, show_notice};
use xiezhi_alerts::{Alert, Decision, Subject, decide};
use xiezhi_dataflows::finding::Rendered;

/// The format of the file; a newer one is refused.
const FORMAT: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE findings (
        name TEXT PRIMARY KEY, rule TEXT NOT NULL, section TEXT, severity TEXT NOT NULL,
        since INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX findings_by_section ON findings (section);
    CREATE TABLE alerts (
        id TEXT PRIMARY KEY, section TEXT, topic TEXT NOT NULL, level TEXT NOT NULL, state TEXT NOT NULL,
        created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, alert TEXT NOT NULL, shown TEXT NOT NULL
    );
    CREATE INDEX alerts_by_section ON alerts (section);
    CREATE TABLE notices (
        seq INTEGER PRIMARY KEY, alert TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL,
        at INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (alert, revision)
    );
    CREATE TABLE sent (channel TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
";

/// Why the ledger does not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite failed.
    #[error(
        "the ledger {path} failed: {source}; check the disk, then start again: it is made up to date from the journal"
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A newer format.
    #[error(
        "the ledger {path} has format {found}, this version knows {FORMAT}: run the version that wrote it, or move the file away to have it made anew (the record of what was sent is in it)"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// A row that cannot be read.
    #[error("the ledger {path} holds a row that cannot be read: {source}")]
    Row {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// What became of one change of findings.
#[derive(Debug, Default)]
pub struct Applied {
    /// Notices given, in order.
    pub notices: Vec<NoticeShown>,
    /// Alerts before and after.
    pub moved: Vec<(Option<Alert>, Alert)>,
    /// Findings before and after, by name.
    pub findings: Vec<(Option<Rendered>, Option<Rendered>)>,
}

/// What findings are now, each by its subject and name: as it holds, or that it holds no more.
pub type Changes = BTreeMap<(Subject, String), Option<Rendered>>;

/// Where a finding stands in [`Changes`]; none for a rule that this version does not know.
pub fn place_of(finding: &Rendered) -> Option<(Subject, String)> {
    Some((Subject::of(finding)?, finding.name()))
}

/// The ledger as its one writer holds it.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    by_subject: BTreeMap<Subject, BTreeMap<String, Rendered>>,
    alerts: BTreeMap<Subject, Alert>,
    last_notice: u64,
}

/// The path of the ledger in a data directory.
pub fn ledger_path(data_dir: &Path) -> PathBuf {
    data_dir.join("ledger.db")
}

fn open(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The record of what was sent must survive a power cut, or people are told twice.
    connection.pragma_update(None, "synchronous", "FULL")?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format == 0 {
        connection.execute_batch(&format!("BEGIN; {SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;"))?;
    }
    Ok((connection, format))
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
        let mut ledger =
            Ledger { connection, path, by_subject: BTreeMap::new(), alerts: BTreeMap::new(), last_notice: 0 };
        let texts = |ledger: &Ledger, sql| ledger.texts(sql).map_err(|source| ledger.sqlite(source));
        for body in texts(&ledger, "SELECT body FROM findings")? {
            let finding: Rendered = ledger.parse(&body)?;
            ledger.hold(finding);
        }
        for body in texts(&ledger, "SELECT alert FROM alerts")? {
            let alert: Alert = ledger.parse(&body)?;
            ledger.alerts.insert(alert.subject.clone(), alert);
        }
        let last = "SELECT coalesce(max(seq), 0) FROM notices";
        let last: i64 =
            ledger.connection.query_row(last, [], |row| row.get(0)).map_err(|e| ledger.sqlite(e))?;
        ledger.last_notice = last.unsigned_abs();
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

    /// Brings the ledger from what stands in it to `findings`, all that hold: the difference alone has effects.
    ///
    /// # Errors
    /// If the transaction fails; nothing has changed then.
    pub fn correct(
        &mut self,
        findings: BTreeMap<String, Rendered>,
        now: i64,
        directory: &dyn Directory,
    ) -> Result<Applied, LedgerError> {
        let mut changes = Changes::new();
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
        self.apply(changes, now, directory)
    }

    /// Applies one change of findings.
    ///
    /// # Errors
    /// If the transaction fails; the daemon must stop then, as what it holds in memory is ahead of the file.
    pub fn apply(
        &mut self,
        changes: Changes,
        now: i64,
        directory: &dyn Directory,
    ) -> Result<Applied, LedgerError> {
        let mut applied = Applied::default();
        let mut touched = BTreeSet::new();
        for ((subject, name), after) in changes {
            let before = self.release(&subject, &name);
            if let Some(after) = &after {
                self.hold(after.clone());
            }
            if before != after {
                applied.findings.push((before, after));
                touched.insert(subject);
            }
        }
        if applied.findings.is_empty() {
            return Ok(applied);
        }
        let mut decisions = Vec::new();
        for subject in touched {
            let findings = self.by_subject.get(&subject).cloned().unwrap_or_default();
            let before = self.alerts.get(&subject);
            if let Some(decision) = decide(&subject, before, findings, now) {
                decisions.push((before.cloned(), decision));
            }
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
        for (_, Decision { alert, .. }) in decisions {
            self.alerts.insert(alert.subject.clone(), alert);
        }
        Ok(applied)
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

fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn write_finding(
    transaction: &Transaction<'_>,
    before: Option<&Rendered>,
    after: Option<&Rendered>,
    now: i64,
) -> rusqlite::Result<()> {
    match (before, after) {
        (_, Some(after)) => {
            // A finding that only changed its value or evidence holds since it began to.
            let sql = "INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT (name) DO UPDATE SET severity = excluded.severity, body = excluded.body";
            let values = params![after.name(), after.rule, after.section, after.severity, now, json(after)?];
            transaction.prepare_cached(sql)?.execute(values)?;
        }
        (Some(before), None) => {
            transaction.prepare_cached("DELETE FROM findings WHERE name = ?1")?.execute([before.name()])?;
        }
        (None, None) => {}
    }
    Ok(())
}

fn write_alert(
    transaction: &Transaction<'_>,
    alert: &Alert,
    directory: &dyn Directory,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    transaction.prepare_cached(sql)?.execute(params![
        alert.id.0,
        alert.subject.section,
        alert.subject.topic.as_str(),
        alert.level.as_str(),
        alert.state.as_str(),
        alert.created_at,
        alert.changed_at,
        json(alert)?,
        json(&show(alert, directory))?,
    ])?;
    Ok(())
}

fn write_notice(transaction: &Transaction<'_>, notice: &NoticeShown, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO notices VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    transaction.prepare_cached(sql)?.execute(params![
        notice.seq.cast_signed(),
        notice.alert.id,
        notice.alert.revision.cast_signed(),
        notice.change.as_str(),
        now,
        json(notice)?,
    ])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Directory as Names;

    fn finding(rule: &str, severity: &str, section: Option<&str>, key: &str) -> Rendered {
        Rendered {
            rule: rule.to_owned(),
            section: section.map(str::to_owned),
            key: key.to_owned(),
            parties: vec!["91990000MAR6C1F0KN".to_owned()],
            persons: Vec::new(),
            severity: severity.to_owned(),
            value: BTreeMap::new(),
            evidence: Vec::new(),
        }
    }

    fn set(findings: &[Rendered]) -> BTreeMap<String, Rendered> {
        findings.iter().map(|f| (f.name(), f.clone())).collect()
    }

    #[test]
    fn after_a_restart_only_the_difference_has_effects() {
        let dir = tempfile::tempdir().expect("a folder");
        let names = Names::default();
        let a = finding("DEV-03", "S", Some("E1"), "pricing_lock:L|1");
        let b = finding("DEV-12", "L", None, "pricing_lock:L|1");
        let mut ledger = Ledger::open(dir.path()).expect("a ledger");
        let first = ledger.correct(set(&[a.clone(), b.clone()]), 1, &names).expect("written");
        assert_eq!(first.notices.len(), 2);
        drop(ledger);

        let mut ledger = Ledger::open(dir.path()).expect("a ledger");
        assert_eq!(ledger.findings().count(), 2);
        let same = ledger.correct(set(&[a.clone(), b]), 2, &names).expect("written");
        assert!(same.notices.is_empty() && same.moved.is_empty() && same.findings.is_empty());
        let one = ledger.correct(set(&[a]), 3, &names).expect("written");
        assert_eq!(one.notices.len(), 1);
        assert_eq!((one.notices[0].seq, one.notices[0].alert.state.as_str()), (3, "withdrawn"));
    }

    #[test]
    fn what_may_not_have_been_sent_is_sent_again_and_marked() {
        let dir = tempfile::tempdir().expect("a folder");
        let names = Names::default();
        let mut ledger = Ledger::open(dir.path()).expect("a ledger");
        let findings = [finding("DEV-03", "S", Some("E1"), "a"), finding("DEV-03", "S", Some("E2"), "a")];
        ledger.correct(set(&findings), 1, &names).expect("written");
        ledger.note_sent("stdout", 1).expect("noted");
        drop(ledger);
        let ledger = Ledger::open(dir.path()).expect("a ledger");
        let unsent = ledger.unsent("stdout").expect("read");
        assert_eq!(unsent.iter().map(|n| (n.seq, n.repeated)).collect::<Vec<_>>(), [(2, true)]);
        assert_eq!(ledger.unsent("other").expect("read").len(), 2);
    }

    #[test]
    fn odd_codes_come_and_go_like_others() {
        let dir = tempfile::tempdir().expect("a folder");
        let names = Names::default();
        let mut ledger = Ledger::open(dir.path()).expect("a ledger");
        let odd = [finding("DEV-03", "S", Some("E|1"), "k|x"), finding("HIS-02", "L", None, "|k")];
        assert_eq!(ledger.correct(set(&odd), 1, &names).expect("written").notices.len(), 2);
        let gone = odd.iter().filter_map(place_of).map(|place| (place, None)).collect();
        let gone = ledger.apply(gone, 2, &names).expect("written");
        assert!(gone.notices.iter().all(|notice| notice.alert.state == "withdrawn"));
        assert_eq!((gone.notices.len(), ledger.findings().count()), (2, 0));
    }

    #[test]
    fn a_newer_format_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        drop(Ledger::open(dir.path()).expect("a ledger"));
        let connection = Connection::open(ledger_path(dir.path())).expect("a file");
        connection.pragma_update(None, "user_version", FORMAT + 1).expect("set");
        drop(connection);
        let error = Ledger::open(dir.path()).err().expect("refused").to_string();
        assert!(error.contains("format 2") && error.contains("knows 1"), "{error}");
    }
}
