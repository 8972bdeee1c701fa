//! The file `journal.db`: what it looks like, how it comes into being, and what is refused.
//!
//! 1. `journal.db` either is not there or is whole. It is built under another name, synced, and renamed; so a file
//!    that lacks anything was damaged or is not ours, and is refused, never filled in or overwritten.
//! 2. A foreign file is only ever opened read-only: looking at it changes no byte of it.
//! 3. A journal belongs to one site key, whose check value it holds: a key that was swapped is found out at once.
//! 4. A commit is on the disk when it returns (`synchronous=FULL` in WAL mode syncs the log at every commit).
//! 5. Nothing in this process opens `journal.db` but SQLite. Closing any other handle on it would drop the locks
//!    that SQLite holds on the file (POSIX), and another process could then remove the log under the daemon.

use super::JournalError;
use super::algorithm::{self, FORMAT_UNNAMED};
use super::files::{create_private, is_there, remove_if_there, rename_durably, sync_dir};
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ffi};
use std::path::{Path, PathBuf};
use std::time::Duration;
use xiezhi_proof::Algorithm;

/// The newest version of the file's format that this program knows, in SQLite's `user_version`.
///
/// 1. The first.
/// 2. With `quarantine_decisions`.
/// 3. With the name of its algorithm in `meta`. Only a journal of another than `sha256-ed25519` has it: an earlier release, which would
///    hash on with SHA-256, refuses it, and one of SHA-256 stays as it was.
pub const FORMAT: i64 = 3;
/// "XZHI" in SQLite's `application_id`, so that `file` and auditors can tell what this is.
const APPLICATION_ID: i64 = 0x585A_4849;
const KEY_CHECK: &str = "site_key_check";

/// How long to wait for a lock that somebody else holds, say an auditor's shell in a transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Every object of the schema: the format that brought it, its name, and the words in which it must be found again.
const SCHEMA: &[(i64, &str, &str)] = &[
    (1, "meta", "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID"),
    (
        1,
        "events",
        "CREATE TABLE events (
            seq INTEGER PRIMARY KEY,
            commit_no INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            leaf BLOB NOT NULL,
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            type TEXT NOT NULL,
            body BLOB NOT NULL
        ) STRICT",
    ),
    (1, "events_by_name", "CREATE UNIQUE INDEX events_by_name ON events (source, id)"),
    (
        1,
        "events_in_sequence",
        "CREATE TRIGGER events_in_sequence BEFORE INSERT ON events
         WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
         BEGIN SELECT RAISE(ABORT, 'the journal has no gaps'); END",
    ),
    (
        1,
        "events_no_update",
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events
         BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    ),
    (
        1,
        "events_no_delete",
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events
         BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    ),
    (
        1,
        "quarantine",
        "CREATE TABLE quarantine (
            qid INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            last_received_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            origin TEXT NOT NULL,
            reason TEXT NOT NULL,
            path TEXT NOT NULL,
            message TEXT NOT NULL,
            further TEXT,
            source TEXT,
            id TEXT,
            type TEXT,
            body TEXT,
            sealed BLOB,
            content_hash BLOB NOT NULL
        ) STRICT",
    ),
    (
        1,
        "quarantine_by_content",
        "CREATE UNIQUE INDEX quarantine_by_content ON quarantine (content_hash, reason)",
    ),
    (1, "quarantine_by_reason", "CREATE INDEX quarantine_by_reason ON quarantine (reason, count)"),
    (
        2,
        "quarantine_decisions",
        "CREATE TABLE quarantine_decisions (
            qid INTEGER PRIMARY KEY,
            decided_at INTEGER NOT NULL,
            decision TEXT NOT NULL,
            seq INTEGER NOT NULL
        ) STRICT",
    ),
];

/// Where the journal of a data directory is.
pub fn journal_path(data_dir: &Path) -> PathBuf {
    data_dir.join("journal.db")
}

/// Whether a journal is there, or the log of one that was removed.
pub(super) fn journal_exists(data_dir: &Path) -> Result<bool, JournalError> {
    let path = journal_path(data_dir);
    Ok(is_there(&path)? || has_log(&path)?)
}

/// Opens the journal of a data directory for its one writer; creates it if there is none. The caller holds the lock. Without a wanted
/// algorithm one that is there may have any.
pub(super) fn open_for_writing(
    data_dir: &Path,
    key_check: &[u8; 32],
    wanted: Option<Algorithm>,
) -> Result<(Connection, Algorithm), JournalError> {
    let path = journal_path(data_dir);
    if is_there(&path)? {
        drop(open_for_reading(data_dir)?);
    } else if has_log(&path)? {
        return Err(JournalError::OrphanedLog { path });
    } else {
        create(&path, key_check, wanted.unwrap_or_default())?;
    }
    let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if stored_key_check(&conn)?.as_deref() != Some(key_check) {
        return Err(JournalError::WrongSiteKey { path });
    }
    let found = algorithm::read(&conn, &path)?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Err(JournalError::OtherAlgorithm { path, found, wanted });
    }
    configure(&conn).map_err(JournalError::sqlite("configure"))?;
    migrate(&conn).map_err(JournalError::sqlite("bring to this version's format"))?;
    rewrite_log(&conn)?;
    // The log is there by now. SQLite syncs its name too, but takes no notice if that fails.
    sync_dir(data_dir)?;
    Ok((conn, found))
}

/// Opens an existing journal read-only, beside a running daemon or without one.
pub(super) fn open_for_reading(data_dir: &Path) -> Result<(Connection, Algorithm), JournalError> {
    match open_to_examine(data_dir)? {
        (conn, algorithm, None) => Ok((conn, algorithm)),
        (_, _, Some(name)) => Err(JournalError::NotAJournal {
            path: journal_path(data_dir),
            why: format!("somebody removed or changed `{name}` in its schema"),
        }),
    }
}

/// Opens an existing journal read-only; gives the first object of its schema that was removed or changed.
pub(super) fn open_to_examine(
    data_dir: &Path,
) -> Result<(Connection, Algorithm, Option<&'static str>), JournalError> {
    let path = journal_path(data_dir);
    if !is_there(&path)? {
        return Err(if has_log(&path)? {
            JournalError::OrphanedLog { path }
        } else {
            JournalError::NoJournal { path }
        });
    }
    let conn = connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check_identity(&conn, &path)?;
    let altered = altered_object(&conn).map_err(JournalError::sqlite("open"))?;
    let algorithm = algorithm::read(&conn, &path)?;
    Ok((conn, algorithm, altered))
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, JournalError> {
    let open = || {
        let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        // A file that we did not make, or that somebody edited, must not run functions through its schema.
        conn.pragma_update(None, "trusted_schema", false)?;
        Ok(conn)
    };
    open().map_err(JournalError::sqlite("open"))
}

fn check_identity(conn: &Connection, path: &Path) -> Result<(), JournalError> {
    let not_a_journal = |why: String| JournalError::NotAJournal { path: path.to_path_buf(), why };
    let application = match integer(conn, "application_id") {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(not_a_journal("it is not an SQLite file".into()));
        }
        result => result.map_err(JournalError::sqlite("open"))?,
    };
    if application != APPLICATION_ID {
        return Err(not_a_journal(format!(
            "its application id is {application:#x}, not {APPLICATION_ID:#x}"
        )));
    }
    let found = integer(conn, "user_version").map_err(JournalError::sqlite("open"))?;
    if found > FORMAT {
        return Err(JournalError::NewerFormat { path: path.to_path_buf(), found, supported: FORMAT });
    }
    if found < 1 {
        return Err(not_a_journal(format!("its format is {found}, and the first there was is 1")));
    }
    Ok(())
}

pub(super) fn integer(conn: &Connection, pragma: &str) -> rusqlite::Result<i64> {
    conn.pragma_query_value(None, pragma, |row| row.get(0))
}

fn altered_object(conn: &Connection) -> rusqlite::Result<Option<&'static str>> {
    let format = integer(conn, "user_version")?;
    let mut found = conn.prepare("SELECT sql FROM sqlite_schema WHERE name = ?1")?;
    for (_, name, sql) in SCHEMA.iter().filter(|(since, ..)| *since <= format) {
        let stored: Option<String> = found.query_row([name], |row| row.get(0)).optional()?;
        if stored.as_deref() != Some(sql) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn stored_key_check(conn: &Connection) -> Result<Option<Vec<u8>>, JournalError> {
    meta(conn, KEY_CHECK).map_err(JournalError::sqlite("open"))
}

pub(super) fn meta(conn: &Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    conn.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
}

/// Builds an empty journal under another name and renames it. What an interrupted start left under that name never
/// acknowledged anything, and goes.
fn create(path: &Path, key_check: &[u8; 32], algorithm: Algorithm) -> Result<(), JournalError> {
    let draft = path.with_file_name("journal.db.new");
    for name in ["journal.db.new", "journal.db.new-wal", "journal.db.new-shm", "journal.db.new-journal"] {
        remove_if_there(&path.with_file_name(name))?;
    }
    // SQLite gives the log and the shared memory the database's mode, so this settles all three.
    drop(create_private(&draft)?);
    let conn = connect(&draft, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    fill(conn, key_check, algorithm).map_err(JournalError::sqlite("create"))?;
    let synced = std::fs::File::open(&draft).and_then(|file| file.sync_all());
    synced.map_err(JournalError::io("sync", &draft))?;
    rename_durably(&draft, path)
}

fn fill(mut conn: Connection, key_check: &[u8; 32], algorithm: Algorithm) -> rusqlite::Result<()> {
    configure(&conn)?;
    let tx = conn.transaction()?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", algorithm::format_of(algorithm))?;
    for (_, _, sql) in SCHEMA {
        tx.execute_batch(sql)?;
    }
    tx.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (KEY_CHECK, key_check))?;
    algorithm::write(&tx, algorithm)?;
    tx.commit()?;
    // Closing would move the log into the file too, but says nothing if that fails: an empty file would be renamed.
    if !empty_log(&conn)? {
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None));
    }
    conn.close().map_err(|(_, error)| error)
}

/// Adds what later formats brought, in one transaction: entries stay as they are, byte for byte, and so does what heads say of them.
fn migrate(conn: &Connection) -> rusqlite::Result<()> {
    let found = integer(conn, "user_version")?;
    if found >= FORMAT_UNNAMED {
        return Ok(());
    }
    let tx = conn.unchecked_transaction()?;
    for (_, _, sql) in SCHEMA.iter().filter(|(since, ..)| *since > found) {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", FORMAT_UNNAMED)?;
    tx.commit()?;
    tracing::info!(from = found, to = FORMAT_UNNAMED, "the journal was brought to this version's format");
    Ok(())
}

fn configure(conn: &Connection) -> rusqlite::Result<()> {
    // A switch that fails is no error to SQLite: it answers with the mode that it stayed in.
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", (), |row| row.get(0))?;
    if mode != "wal" {
        let why = format!("its log cannot be switched on, the mode is still {mode:?}");
        return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some(why)));
    }
    conn.execute_batch(
        "PRAGMA synchronous = FULL;
         PRAGMA locking_mode = NORMAL;
         PRAGMA foreign_keys = OFF;
         PRAGMA recursive_triggers = ON;   -- or REPLACE would delete rows past the trigger that forbids it
         PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32768;       -- 32 MiB: the name index of about half a million events
         PRAGMA wal_autocheckpoint = 0;    -- ours (append.rs): SQLite's own ignores its errors
         PRAGMA journal_size_limit = 67108864;",
    )
}

/// Writes what the log holds into the database file again, and empties the log.
///
/// If the last run ended because a sync failed, the kernel may call pages clean that never reached the disk. They
/// are re-read here, and written and synced anew, before anything is built on them.
fn rewrite_log(conn: &Connection) -> Result<(), JournalError> {
    if !empty_log(conn).map_err(JournalError::sqlite("recover"))? {
        tracing::warn!("somebody reads the journal: its write-ahead log could not be emptied at the start");
    }
    Ok(())
}

/// Moves the log into the database and cuts it to nothing; `false` if somebody reads it, so that it stays.
fn empty_log(conn: &Connection) -> rusqlite::Result<bool> {
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0)).map(|busy: bool| !busy)
}

/// A log that holds anything. An empty one is what a reader leaves behind.
fn has_log(journal: &Path) -> Result<bool, JournalError> {
    let log = journal.with_file_name("journal.db-wal");
    match std::fs::metadata(&log) {
        Ok(metadata) => Ok(metadata.len() > 0),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(JournalError::io("look for", &log)(error)),
    }
}
