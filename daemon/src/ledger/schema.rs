//! The file's format: how it is made, and how an older one becomes today's.

use rusqlite::Connection;
use std::path::Path;

/// What each format adds to the one before; a file of format n has had the first n of them. Never changed, only added to.
pub(super) const STEPS: [&str; 2] = [
    // 1: findings, alerts, notices.
    "
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
",
    // 2: the watch-list with the record of its changes, and data quality. They fill themselves on start.
    "
    CREATE TABLE watchlist (
        party TEXT PRIMARY KEY, kind TEXT NOT NULL, level TEXT NOT NULL, points TEXT NOT NULL,
        since INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE watchlist_changes (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, party TEXT NOT NULL, change TEXT NOT NULL,
        from_level TEXT, to_level TEXT, reason TEXT NOT NULL, body TEXT NOT NULL
    );
    CREATE INDEX watchlist_changes_by_party ON watchlist_changes (party);
    CREATE TABLE quality (
        name TEXT PRIMARY KEY, rule TEXT NOT NULL, section TEXT, key TEXT NOT NULL,
        since INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX quality_by_section ON quality (section);
",
];

/// The format of the file; a newer one is refused.
pub(super) const FORMAT: i64 = STEPS.len() as i64;

/// Opens or makes the file and brings an older one to [`FORMAT`]; gives the format that it had.
pub(super) fn open(path: &Path) -> rusqlite::Result<(Connection, i64)> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // The record of what was sent must survive a power cut, or people are told twice.
    connection.pragma_update(None, "synchronous", "FULL")?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format < FORMAT {
        let steps = STEPS[format.max(0) as usize..].concat();
        connection.execute_batch(&format!("BEGIN; {steps} PRAGMA user_version = {FORMAT}; COMMIT;"))?;
    }
    Ok((connection, format))
}
