//! One row at a time, inside a transaction.

use super::watching::{Reason, WatchChange};
use rusqlite::{Connection, params};
use xiezhi_alerts::message::{AlertShown, NoticeShown};
use xiezhi_alerts::reason::Reason as Why;
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Alert, AlertId, Entry as Line};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::watch::Rendered as Entry;

pub(super) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

pub(super) fn write_finding(
    connection: &Connection,
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
            connection.prepare_cached(sql)?.execute(values)?;
        }
        (Some(before), None) => {
            connection.prepare_cached("DELETE FROM findings WHERE name = ?1")?.execute([before.name()])?;
        }
        (None, None) => {}
    }
    Ok(())
}

pub(super) fn write_alert(
    connection: &Connection,
    alert: &Alert,
    shown: &AlertShown,
) -> rusqlite::Result<()> {
    // What an alert is about stays; replacing the row would write all its indexes anew.
    let sql = "INSERT INTO alerts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        ON CONFLICT (id) DO UPDATE SET level = excluded.level, state = excluded.state,
        created_at = excluded.created_at, changed_at = excluded.changed_at, alert = excluded.alert, shown = excluded.shown,
        department = excluded.department, due_at = excluded.due_at, overdue = excluded.overdue";
    connection.prepare_cached(sql)?.execute(params![
        alert.id.0,
        alert.subject.section,
        alert.subject.topic.as_str(),
        alert.level.as_str(),
        alert.state.as_str(),
        alert.created_at,
        alert.changed_at,
        json(alert)?,
        json(shown)?,
        alert.route.department,
        alert.agenda.due_at,
        alert.overdue,
    ])?;
    Ok(())
}

/// A line of an alert's history; lines are numbered from 1 without gaps and never changed.
pub(super) fn write_line(connection: &Connection, alert: &AlertId, line: &Line) -> rusqlite::Result<()> {
    let silence = match &line.reason {
        Why::Silenced { silence } => Some(silence),
        _ => None,
    };
    let sql = "INSERT INTO alert_history
        SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5 FROM alert_history WHERE alert = ?1";
    let values = params![alert.0, line.at, line.what, silence, json(line)?];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

pub(super) fn write_silence(connection: &Connection, silence: &Silence) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO silences VALUES (?1, ?2, ?3, ?4)";
    let values = params![silence.id, silence.until, silence.ended_by.is_some(), json(silence)?];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// A number that outlives the process.
pub(super) fn write_mark(connection: &Connection, name: &str, value: u64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO marks VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute(params![name, value.cast_signed()])?;
    Ok(())
}

pub(super) fn write_notice(connection: &Connection, notice: &NoticeShown, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO notices VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        notice.seq.cast_signed(),
        notice.key,
        notice.alert.id,
        notice.alert.revision.cast_signed(),
        notice.change.as_str(),
        now,
        json(notice)?,
    ])?;
    Ok(())
}

/// A data-quality row as it is now; none: it is gone.
pub(super) fn write_quality(
    connection: &Connection,
    name: &str,
    row: Option<&Rendered>,
    now: i64,
) -> rusqlite::Result<()> {
    let Some(row) = row else {
        connection.prepare_cached("DELETE FROM quality WHERE name = ?1")?.execute([name])?;
        return Ok(());
    };
    let sql = "INSERT INTO quality VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (name) DO UPDATE SET body = excluded.body";
    let values = params![name, row.rule, row.section, row.key, now, json(row)?];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// A change of the watch-list: the entry as it is now, and the record of the change.
pub(super) fn write_watch_change(
    connection: &Connection,
    change: &WatchChange,
    now: i64,
) -> rusqlite::Result<()> {
    match &change.after {
        Some(entry) => write_entry(connection, entry, now)?,
        None => {
            let sql = "DELETE FROM watchlist WHERE party = ?1";
            connection.prepare_cached(sql)?.execute([&change.party])?;
        }
    }
    let level = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.level.as_str());
    let reason: &Reason = &change.reason;
    // What left is kept with the causes that it had last.
    let body = change.after.as_ref().or(change.before.as_ref()).map(json).transpose()?;
    let sql = "INSERT INTO watchlist_changes VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute(params![
        change.seq.cast_signed(),
        now,
        change.party,
        change.kind().as_str(),
        level(&change.before),
        level(&change.after),
        json(reason)?,
        body,
    ])?;
    Ok(())
}

fn write_entry(connection: &Connection, entry: &Entry, now: i64) -> rusqlite::Result<()> {
    // An entry that only changed stands since it entered.
    let sql = "INSERT INTO watchlist VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (party) DO UPDATE SET
        level = excluded.level, points = excluded.points, body = excluded.body";
    connection.prepare_cached(sql)?.execute(params![
        entry.party,
        entry.kind,
        entry.level.as_str(),
        entry.points,
        now,
        json(entry)?,
    ])?;
    Ok(())
}
