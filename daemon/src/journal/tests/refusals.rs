//! What does the journal refuse to open, and does it leave it as it was?

use super::super::{FORMAT, Journal, JournalError, Reader, journal_path};
use super::{KEY, NOW, entries, events, open, refused};
use std::path::Path;

fn refuse_untouched(dir: &Path, code: &str) -> String {
    let path = journal_path(dir);
    let before = std::fs::read(&path).unwrap();
    let error = refused(Journal::open(dir, &KEY));
    assert_eq!(error.code(), code, "{error}");
    if code != "site_key_wrong" {
        assert_eq!(refused(Reader::open(dir)).code(), code);
    }
    assert_eq!(std::fs::read(&path).unwrap(), before, "the file is as it was");
    error.to_string()
}

#[test]
fn a_second_daemon_is_refused_and_told_who_has_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    let error = refused(Journal::open(dir.path(), &KEY));
    assert_eq!(error.code(), "journal_locked");
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    drop(journal);
    open(dir.path());
}

#[test]
fn a_lock_file_left_behind_keeps_nobody_out() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("lock"), "4294967295\n").unwrap();
    open(dir.path());
}

#[test]
fn a_newer_format_is_refused_with_both_versions() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let conn = rusqlite::Connection::open(journal_path(dir.path())).unwrap();
    conn.pragma_update(None, "user_version", FORMAT + 1).unwrap();
    drop(conn);
    let message = refuse_untouched(dir.path(), "journal_format_newer");
    let named = |format: i64| message.contains(&format!("format {format}"));
    assert!(named(FORMAT + 1) && named(FORMAT), "{message}");
}

#[test]
fn a_text_file_an_empty_file_and_another_database_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = journal_path(dir.path());
    std::fs::write(&path, "not a database, but somebody's notes, long enough to fill a header ".repeat(9))
        .unwrap();
    refuse_untouched(dir.path(), "not_a_journal");
    std::fs::write(&path, "").unwrap();
    refuse_untouched(dir.path(), "not_a_journal");
    std::fs::remove_file(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE events (seq INTEGER PRIMARY KEY)").unwrap();
    drop(other);
    let message = refuse_untouched(dir.path(), "not_a_journal");
    assert!(message.contains("application id is 0x0"), "{message}");
}

#[test]
fn a_journal_without_its_triggers_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let conn = rusqlite::Connection::open(journal_path(dir.path())).unwrap();
    conn.execute_batch("DROP TRIGGER events_no_delete").unwrap();
    drop(conn);
    let message = refuse_untouched(dir.path(), "not_a_journal");
    assert!(message.contains("events_no_delete"), "{message}");
}

#[test]
fn another_site_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    drop(Journal::open(dir.path(), &[8; 32]).unwrap());
    refuse_untouched(dir.path(), "site_key_wrong");
    Journal::open(dir.path(), &[8; 32]).unwrap();
}

#[test]
fn a_log_without_its_database_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..3), &[]).unwrap();
    let hidden = dir.path().join("hidden");
    std::fs::rename(journal_path(dir.path()), &hidden).unwrap();
    drop(journal);
    std::fs::write(dir.path().join("journal.db-wal"), "committed events").unwrap();
    assert_eq!(refused(Journal::open(dir.path(), &KEY)).code(), "journal_log_orphaned");
    assert_eq!(refused(Reader::open(dir.path())).code(), "journal_log_orphaned");
}

#[test]
fn a_reader_creates_nothing() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(refused(Reader::open(dir.path())), JournalError::NoJournal { .. }));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn what_an_interrupted_first_start_left_is_cleared_away() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["journal.db.new", "journal.db.new-wal", "journal.db.new-journal"] {
        std::fs::write(dir.path().join(name), "half a page").unwrap();
    }
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..1), &[]).unwrap();
    assert_eq!(entries(&journal.store, 0).len(), 1);
    assert!(!dir.path().join("journal.db.new").exists());
}

#[test]
fn the_files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("a/b");
    let mut journal = open(&data_dir);
    journal.append(1, NOW, &events(0..1), &[]).unwrap();
    assert_eq!(data_dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for name in ["journal.db", "journal.db-wal", "journal.db-shm", "lock"] {
        let mode = data_dir.join(name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}
