//! The file's format: how it is made, and how an older one becomes today's.

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::Path;

/// What each format adds to the one before; a file of format n has had the first n of them. Never changed, only added to.
pub(super) const STEPS: [&str; 3] = [
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
    // 3: what is done about alerts: who answers, by when, every decision; what is to be sent to whom; silences. Alerts of an older file are
    // announced once more on start, as nobody was told of them by a duty list.
    "
    ALTER TABLE alerts ADD COLUMN department TEXT NOT NULL DEFAULT '';
    ALTER TABLE alerts ADD COLUMN due_at INTEGER;
    ALTER TABLE alerts ADD COLUMN overdue INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX alerts_by_department ON alerts (department, state);
    CREATE TABLE alert_history (
        alert TEXT NOT NULL, n INTEGER NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, silence TEXT, body TEXT NOT NULL,
        PRIMARY KEY (alert, n)
    ) WITHOUT ROWID;
    CREATE INDEX alert_history_by_silence ON alert_history (silence) WHERE silence IS NOT NULL;
    CREATE TABLE notices_by_key (
        seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, alert TEXT NOT NULL, revision INTEGER NOT NULL, kind TEXT NOT NULL,
        at INTEGER NOT NULL, body TEXT NOT NULL
    );
    INSERT INTO notices_by_key
        SELECT seq, alert || '.' || revision || '.' || kind, alert, revision, kind, at, body FROM notices;
    DROP TABLE notices;
    ALTER TABLE notices_by_key RENAME TO notices;
    CREATE TABLE silences (
        id TEXT PRIMARY KEY, until INTEGER NOT NULL, ended INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, channel TEXT NOT NULL, key TEXT NOT NULL, notice INTEGER, bulletin TEXT, alert TEXT,
        first INTEGER NOT NULL, level INTEGER NOT NULL, created_at INTEGER NOT NULL, state TEXT NOT NULL,
        attempts INTEGER NOT NULL, next_at INTEGER NOT NULL, digest TEXT, changed_at INTEGER NOT NULL, answer TEXT,
        UNIQUE (channel, key)
    );
    CREATE INDEX outbox_by_state ON outbox (state, channel, next_at);
    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
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
    // 64 MiB: with SQLite's two, the indexes of a hundred thousand alerts were read and written again at every commit.
    connection.pragma_update(None, "cache_size", -65_536)?;
    // 16 MiB of log before it is emptied: pages that every commit writes are copied into the file four times less often.
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    // Or SQLite plans a statement anew whenever the value of a parameter changes that a partial index may hang on.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let format: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if format < FORMAT {
        let steps = STEPS[format.max(0) as usize..].concat();
        connection.execute_batch(&format!("BEGIN; {steps} PRAGMA user_version = {FORMAT}; COMMIT;"))?;
    }
    Ok((connection, format))
}
