//! The outbox: what is to be sent to whom, written with the alert in one transaction, before the send.
//!
//! *Invariants.*
//! 1. A row for each channel and notice, never two: (channel, key) is unique, and the key is the same on every repeat.
//! 2. A row is waiting, sent or dead. It leaves `waiting` only by what the receiver answered, or by a decision on record.
//! 3. Rows that go together as a digest say so before it is sent, so that a repeat is the same digest under the same key.

use super::Joined;
use super::write::json;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use xiezhi_alerts::core::To;
use xiezhi_alerts::duty::DutyList;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Level, Receiver};
use xiezhi_dataflows::normalise::Instant;

/// Where a row stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxState {
    /// To be sent.
    Waiting,
    /// The receiver has it.
    Sent,
    /// It will not be tried again unless somebody says so.
    Dead,
}

impl OutboxState {
    /// All states.
    pub const ALL: [OutboxState; 3] = [OutboxState::Waiting, OutboxState::Sent, OutboxState::Dead];

    /// The word in the file and in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Sent => "sent",
            OutboxState::Dead => "dead",
        }
    }
}

/// What became of rows, or is to become of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The receiver has them; what it answered.
    Sent(Vec<u64>, String),
    /// Not now: to be tried again at an instant (µs since 1970); why.
    Again(Vec<u64>, i64, String),
    /// Never; why.
    Dead(Vec<u64>, String),
    /// They go together, under this key.
    Bundled(Vec<u64>, String),
    /// Somebody wants them to be tried once more.
    Resend(Vec<u64>),
}

/// Something to send that is about no alert: that a silence ends soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    /// What it is.
    pub kind: String,
    /// One line in Chinese.
    pub title_zh: String,
    /// The whole in Chinese.
    pub text_zh: String,
}

/// One row, with what it is about.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Its number; in order of time.
    pub id: u64,
    /// What names it for ever.
    pub key: String,
    /// The notice, if it is about an alert.
    pub notice: Option<NoticeShown>,
    /// What it says otherwise.
    pub bulletin: Option<Bulletin>,
    /// Whether the receiver hears of the alert for the first time.
    pub first: bool,
    /// How serious.
    pub level: Level,
    /// How often it was tried.
    pub attempts: u32,
    /// The digest that it goes with.
    pub digest: Option<String>,
}

fn number(level: Level) -> i64 {
    Level::ALL.iter().position(|known| *known == level).unwrap_or(0) as i64
}

/// The level of a number in the file.
pub(super) fn level(number: i64) -> Level {
    Level::ALL[usize::try_from(number).unwrap_or(0).min(Level::ALL.len() - 1)]
}

/// The channels of a receiver.
fn channels<'a>(receiver: &Receiver, duty: &'a DutyList) -> &'a [String] {
    match receiver {
        Receiver::Liaison(code) => &duty.department(code).liaison.channels,
        Receiver::Leader(code) => &duty.department(code).leader.channels,
        Receiver::Copy(name) => {
            duty.copies.iter().find(|copy| copy.to == *name).map_or(&[], |copy| &copy.channels)
        }
    }
}

const INSERT: &str = "INSERT OR IGNORE INTO outbox
    (channel, key, notice, bulletin, alert, first, level, created_at, state, attempts, next_at, changed_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', 0, ?8, ?8)";

/// Puts a notice in, once for each channel.
pub(super) fn queue(
    connection: &Connection,
    notice: &NoticeShown,
    to: &[To],
    duty: &DutyList,
    now: i64,
    queued: &mut BTreeSet<String>,
) -> rusqlite::Result<()> {
    let serious = Level::ALL.into_iter().find(|level| level.as_str() == notice.alert.level);
    let serious = number(serious.unwrap_or(Level::Red));
    // Two posts may share a channel: whoever hears of it for the first time decides what it is told.
    let mut order: Vec<&To> = to.iter().collect();
    order.sort_by_key(|to| !to.first);
    let mut statement = connection.prepare_cached(INSERT)?;
    for to in order {
        for channel in channels(&to.receiver, duty) {
            let notice_seq = notice.seq.cast_signed();
            let none = None::<String>;
            statement.execute(params![
                channel,
                notice.key,
                notice_seq,
                none,
                notice.alert.id,
                to.first,
                serious,
                now
            ])?;
            queued.insert(channel.clone());
        }
    }
    Ok(())
}

/// Tells the department that a silence is for, or else the coordinating office, that it ends soon.
pub(super) fn queue_bulletin(
    connection: &Connection,
    silence: &Silence,
    duty: &DutyList,
    now: i64,
    queued: &mut BTreeSet<String>,
) -> rusqlite::Result<()> {
    let department = silence.matcher.department.clone().unwrap_or_else(|| duty.office.clone());
    let until = Instant(silence.until).to_rfc3339();
    let title_zh = format!("静默 {} 将于 {until} 结束", silence.id);
    let text_zh = format!("{title_zh}。理由:{}。结束后仍然成立的预警将补充通知。", silence.reason);
    let bulletin = Bulletin { kind: "silence_ending".to_owned(), title_zh, text_zh };
    let key = format!("{}.{}.ending", silence.id, silence.until);
    for channel in channels(&Receiver::Liaison(department), duty) {
        connection.prepare_cached(INSERT)?.execute(params![
            channel,
            key,
            None::<i64>,
            json(&bulletin)?,
            None::<String>,
            true,
            number(silence.matcher.level),
            now
        ])?;
        queued.insert(channel.clone());
    }
    Ok(())
}

/// Notes what became of rows.
pub(super) fn note(connection: &Connection, deliveries: &[Delivery], now: i64) -> rusqlite::Result<()> {
    let transaction = Joined::begin(connection)?;
    for delivery in deliveries {
        let (ids, sql, at, text) = match delivery {
            Delivery::Sent(ids, answer) => {
                let sql = "UPDATE outbox SET state = 'sent', attempts = attempts + 1, changed_at = ?2, next_at = ?3,
                    answer = ?4 WHERE id = ?1";
                (ids, sql, now, Some(answer))
            }
            Delivery::Again(ids, at, reason) => {
                let sql =
                    "UPDATE outbox SET attempts = attempts + 1, changed_at = ?2, next_at = ?3, answer = ?4
                    WHERE id = ?1 AND state = 'waiting'";
                (ids, sql, *at, Some(reason))
            }
            Delivery::Dead(ids, reason) => {
                let sql = "UPDATE outbox SET state = 'dead', attempts = attempts + 1, changed_at = ?2, next_at = ?3,
                    answer = ?4 WHERE id = ?1 AND state = 'waiting'";
                (ids, sql, now, Some(reason))
            }
            Delivery::Bundled(ids, digest) => {
                let sql = "UPDATE outbox SET digest = ?4, changed_at = ?2, next_at = ?3
                    WHERE id = ?1 AND state = 'waiting'";
                (ids, sql, now, Some(digest))
            }
            Delivery::Resend(ids) => {
                let sql = "UPDATE outbox SET state = 'waiting', attempts = 0, digest = NULL, changed_at = ?2,
                    next_at = ?3, answer = ?4 WHERE id = ?1 AND state = 'dead'";
                (ids, sql, now, None)
            }
        };
        let mut statement = transaction.prepare_cached(sql)?;
        for id in ids {
            statement.execute(params![id.cast_signed(), now, at, text])?;
        }
    }
    transaction.commit()
}
