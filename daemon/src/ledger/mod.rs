//! The ledger: findings that hold, alerts with their history, every notice that was given, what is to be sent to whom, silences, the watch-list
//! and all its changes, data quality.
//!
//! 1. *Derived and self-correcting.* What holds follows from the journal. After a restart the full set is compared with
//!    what stands here, and only the difference has effects: nobody is told twice, no change is recorded twice.
//! 2. *All or nothing.* What one commit changed, the alerts it moves and the notices it gives are one transaction, alone or
//!    with other commits, durable before anything is sent.
//! 3. *A record of what was sent.* Notices are numbered from 1 without gaps and never changed; a notice's key occurs once, and in the outbox once for
//!    each channel. Every decision on an alert is a line of its history.
//! 4. *At least once, marked.* A notice may be sent again after a crash; then it says `repeated`.
//! 5. *An audit record.* Changes of the watch-list are numbered from 1 without gaps, say why, and are never changed.

mod change;
mod error;
mod outbox;
mod reader;
mod schema;
mod watching;
mod write;

pub use change::{Act, Applied, Changes, Deed, FindingChanges, Holding, place_of};
pub use error::LedgerError;
pub use outbox::{Bulletin, Delivery, OutboxState, Parcel};
pub use reader::{
    AlertFilter, ChangeFilter, FindingFilter, OutboxFilter, OutboxRow, Page, QualityFilter, QualityRow,
    Reader, Recorded, Summary, Watching, WatchingFilter,
};
pub use watching::{Reason, WatchChange, WatchChangeKind};

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use schema::{FORMAT, open};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use write::{
    write_alert, write_finding, write_line, write_mark, write_notice, write_quality, write_silence,
    write_watch_change,
};
use xiezhi_alerts::desk::{Moved, Refused};
use xiezhi_alerts::duty::{DutyList, Place, Register};
use xiezhi_alerts::indicators::recover;
use xiezhi_alerts::message::{Directory, NoticeShown, show, show_notice};
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Alert, AlertId, Desk, Entry as Line, Subject};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::watch::{Level, Rendered as Entry};

/// Most steps of agendas that one transaction takes: a long outage must not keep events waiting.
const STEPS_MAX: usize = 500;

/// The mark of the last action in the journal that has been applied.
const ACTS_MARK: &str = "acts";

/// A transaction of its own, or a part of the one under way ([`Ledger::together`]).
struct Joined<'c> {
    connection: &'c Connection,
    own: Option<Transaction<'c>>,
}

impl<'c> Joined<'c> {
    fn begin(connection: &'c Connection) -> rusqlite::Result<Joined<'c>> {
        let own = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose()?;
        Ok(Joined { connection, own })
    }

    /// Makes it durable, if it is its own.
    fn commit(self) -> rusqlite::Result<()> {
        self.own.map_or(Ok(()), Transaction::commit)
    }
}

impl Deref for Joined<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

/// What the ledger looks up: names to show, places to route by.
pub trait World: Directory + Register {}

impl<T: Directory + Register> World for T {}

/// The ledger as its one writer holds it.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    by_subject: BTreeMap<Subject, BTreeMap<String, Rendered>>,
    desk: Desk,
    last_notice: u64,
    last_watch_change: u64,
    last_act: u64,
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
        let mut ledger = Ledger {
            connection,
            path,
            by_subject: BTreeMap::new(),
            desk: Desk::default(),
            last_notice: 0,
            last_watch_change: 0,
            last_act: 0,
        };
        let texts = |ledger: &Ledger, sql| ledger.texts(sql).map_err(|source| ledger.sqlite(source));
        for body in texts(&ledger, "SELECT body FROM findings")? {
            let finding: Rendered = ledger.parse(&body)?;
            ledger.hold(finding);
        }
        for body in texts(&ledger, "SELECT alert FROM alerts")? {
            let mut alert = ledger.parse(&body)?;
            recover(&mut alert);
            ledger.desk.put(alert);
        }
        for body in texts(&ledger, "SELECT body FROM silences WHERE NOT ended")? {
            ledger.desk.put_silence(ledger.parse(&body)?);
        }
        ledger.last_notice = ledger.last("SELECT coalesce(max(seq), 0) FROM notices")?;
        ledger.last_watch_change = ledger.last("SELECT coalesce(max(seq), 0) FROM watchlist_changes")?;
        let mark = format!("SELECT coalesce(max(value), 0) FROM marks WHERE name = '{ACTS_MARK}'");
        ledger.last_act = ledger.last(&mark)?;
        Ok(ledger)
    }

    /// Goes by a duty list and a calendar from now on.
    pub fn set_duty(&mut self, duty: Arc<DutyList>, calendar: Arc<Calendar>) {
        self.desk.set_duty(duty);
        self.desk.set_calendar(calendar);
    }

    /// When something is to happen next, if nobody does anything; µs since 1970.
    pub fn next_at(&self) -> Option<i64> {
        self.desk.next_at()
    }

    /// Where the ledger is, to open readers.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The alerts that stand in it.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.desk.alerts()
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
    pub fn correct(&mut self, holding: Holding, now: i64, world: &dyn World) -> Result<Applied, LedgerError> {
        let Holding { findings, quality, watched, acts } = holding;
        let rows = ("SELECT name, body FROM quality", "SELECT party, body FROM watchlist");
        let changes = Changes {
            findings: self.difference(findings),
            quality: self.differing(rows.0, quality)?,
            watched: self.differing(rows.1, watched)?,
            acts: acts.into_iter().filter(|act| act.seq > self.last_act).collect(),
        };
        self.apply_after(changes, now, world, Desk::adopt)
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

    /// Does several things in one transaction: they are durable together when this returns, or none of them is.
    ///
    /// # Errors
    /// If one of them fails or the transaction does; the daemon must stop then, as what is held in memory is ahead of the file.
    pub fn together<T, E: From<LedgerError>>(
        &mut self,
        body: impl FnOnce(&mut Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connection.execute_batch("BEGIN").map_err(|source| self.sqlite(source))?;
        let done = body(self);
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = self.connection.execute_batch(end).map_err(|source| self.sqlite(source));
        // What failed first is what counts.
        let done = done?;
        Ok(ended.map(|()| done)?)
    }

    /// Applies one change: findings first, then what supervisors did, then what the time brings.
    ///
    /// # Errors
    /// If the transaction fails; the daemon must stop then, as what it holds in memory is ahead of the file.
    pub fn apply(&mut self, changes: Changes, now: i64, world: &dyn World) -> Result<Applied, LedgerError> {
        self.apply_after(changes, now, world, |_, _, _| Vec::new())
    }

    fn apply_after(
        &mut self,
        changes: Changes,
        now: i64,
        world: &dyn World,
        first: fn(&mut Desk, &dyn Fn(&Subject) -> Place, i64) -> Vec<Moved>,
    ) -> Result<Applied, LedgerError> {
        let Changes { findings, quality, watched, acts } = changes;
        let mut applied = Applied {
            watched: self.watch_changes(watched)?,
            quality: quality.into_iter().collect(),
            ..Applied::default()
        };
        applied.moved = self.found(findings, now, world, &mut applied.findings);
        applied.moved.extend(first(&mut self.desk, &|subject| place(world, subject), now));
        let mut lines = Vec::new();
        for act in acts {
            self.act(act, now, &mut applied, &mut lines);
        }
        if self.desk.next_at().is_some_and(|at| at <= now) {
            applied.moved.extend(self.desk.pass(now, STEPS_MAX));
        }
        let bulletins = self.desk.take_ending();
        if applied.is_empty() && bulletins.is_empty() {
            return Ok(applied);
        }
        for Moved { decision, .. } in &applied.moved {
            let seq = self.last_notice + 1 + applied.notices.len() as u64;
            applied.notices.extend(show_notice(seq, decision, world));
        }
        self.write(&mut applied, &lines, &bulletins, now, world).map_err(|source| self.sqlite(source))?;
        self.last_notice += applied.notices.len() as u64;
        self.last_watch_change += applied.watched.len() as u64;
        self.last_act = applied.last_act.unwrap_or(self.last_act);
        Ok(applied)
    }

    /// Puts findings where they belong, and decides what that makes of their alerts.
    fn found(
        &mut self,
        findings: FindingChanges,
        now: i64,
        world: &dyn World,
        changed: &mut Vec<(Option<Rendered>, Option<Rendered>)>,
    ) -> Vec<Moved> {
        let mut touched = BTreeSet::new();
        for ((subject, name), after) in findings {
            let before = self.release(&subject, &name);
            if let Some(after) = &after {
                self.hold(after.clone());
            }
            if before != after {
                changed.push((before, after));
                touched.insert(subject);
            }
        }
        let mut moved = Vec::new();
        for subject in touched {
            let findings = self.by_subject.get(&subject).cloned().unwrap_or_default();
            moved.extend(self.desk.findings(&subject, &place(world, &subject), findings, now));
        }
        moved
    }

    /// Applies what a supervisor did.
    fn act(&mut self, act: Act, now: i64, applied: &mut Applied, lines: &mut Vec<(AlertId, Line)>) {
        applied.last_act = Some(act.seq);
        match act.deed {
            Deed::Alert(id, action) => {
                let event = action.event.clone();
                let done = self.desk.act(&id, &action, now);
                if let Err(Refused::Misfit(_, line)) = &done {
                    lines.push((id, (**line).clone()));
                }
                applied.acted.push((
                    event,
                    done.as_ref().map(|moved| Box::new(moved.decision.alert.clone())).map_err(Clone::clone),
                ));
                applied.moved.extend(done);
            }
            Deed::Silence(silence) => {
                applied.silences.push(silence.clone());
                self.desk.put_silence(silence);
            }
            Deed::Unsilence(id, by, at) => {
                if let Some(silence) = self.desk.silences().get(&id).cloned() {
                    let silence = Silence { until: at.min(now), ended_by: Some(by.clone()), ..silence };
                    applied.silences.push(silence.clone());
                    self.desk.put_silence(silence);
                }
            }
        }
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

    fn write(
        &mut self,
        applied: &mut Applied,
        lines: &[(AlertId, Line)],
        bulletins: &[Silence],
        now: i64,
        world: &dyn World,
    ) -> rusqlite::Result<()> {
        let duty = self.desk.duty().clone();
        let transaction = Joined::begin(&self.connection)?;
        for (before, after) in &applied.findings {
            write_finding(&transaction, before.as_ref(), after.as_ref(), now)?;
        }
        let mut notices = applied.notices.iter();
        for Moved { decision, .. } in &applied.moved {
            // A notice has the alert as it is shown already.
            let told = decision.notice.as_ref().and_then(|told| Some((told, notices.next()?)));
            let shown = match told {
                Some((_, notice)) => Cow::Borrowed(&notice.alert),
                None => Cow::Owned(show(&decision.alert, world)),
            };
            write_alert(&transaction, &decision.alert, &shown)?;
            write_line(&transaction, &decision.alert.id, &decision.entry)?;
            if let Some((told, notice)) = told {
                write_notice(&transaction, notice, now)?;
                outbox::queue(&transaction, notice, &told.to, &duty, now, &mut applied.channels)?;
            }
        }
        for (alert, line) in lines {
            write_line(&transaction, alert, line)?;
        }
        for silence in &applied.silences {
            write_silence(&transaction, silence)?;
        }
        for silence in bulletins {
            write_silence(&transaction, silence)?;
            outbox::queue_bulletin(&transaction, silence, &duty, now, &mut applied.channels)?;
        }
        for change in &applied.watched {
            write_watch_change(&transaction, change, now)?;
        }
        for (name, row) in &applied.quality {
            write_quality(&transaction, name, row.as_ref(), now)?;
        }
        if let Some(seq) = applied.last_act {
            write_mark(&transaction, ACTS_MARK, seq)?;
        }
        transaction.commit()
    }

    /// Notes what became of deliveries, and what is bundled before it is sent.
    ///
    /// # Errors
    /// If the transaction fails.
    pub fn note_deliveries(&mut self, deliveries: &[Delivery], now: i64) -> Result<(), LedgerError> {
        outbox::note(&self.connection, deliveries, now).map_err(|source| self.sqlite(source))
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

/// Where a subject is: its section's place; nowhere for what is about several.
fn place(world: &dyn World, subject: &Subject) -> Place {
    subject.section.as_deref().map(|section| world.place(section)).unwrap_or_default()
}

#[cfg(test)]
mod tests;
