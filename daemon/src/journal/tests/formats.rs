//! Does a journal of an earlier release go on, byte for byte, and is one of a later release left alone?
//!
//! `tests/fixtures/journal-N` holds data directories that releases with the format N wrote. They are never changed.

use super::super::algorithm::FORMAT_UNNAMED;
use super::super::{FORMAT, JournalError, SiteKey};
use super::{Journal, Reader, entries, quarantined, refused};
use std::path::{Path, PathBuf};
use xiezhi_proof::Algorithm;

/// A copy of a fixture, to be opened for writing.
fn copy_of(format: i64) -> tempfile::TempDir {
    let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/fixtures/journal-{format}"));
    let dir = tempfile::tempdir().unwrap();
    for file in ["journal.db", "site.key"] {
        std::fs::copy(from.join(file), dir.path().join(file)).unwrap();
    }
    let owner_only = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(dir.path().join("site.key"), owner_only).unwrap();
    dir
}

fn format_of(dir: &Path) -> i64 {
    let conn = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn opened(dir: &Path) -> Result<Journal, JournalError> {
    Journal::open(dir, SiteKey::load(dir).unwrap().as_bytes())
}

#[test]
fn a_journal_of_the_first_format_goes_on() {
    let dir = copy_of(1);
    let before = entries(&Reader::open(dir.path()).unwrap(), 0);
    assert_eq!(before.len(), 60);
    assert!(before.iter().all(|entry| entry.leaf == entry.recomputed_leaf(Algorithm::default())));
    assert_eq!(format_of(dir.path()), 1, "reading changes nothing");
    let mut journal = opened(dir.path()).unwrap();
    let last = journal.last();
    assert_eq!(last.seq, 60);
    let waiting = quarantined(&journal);
    let reasons: Vec<&str> = waiting.iter().map(|entry| entry.reasons[0].code.as_str()).collect();
    assert_eq!(reasons, ["missing", "malformed_json", "conflict"]);
    assert!(waiting.iter().all(|entry| entry.decision.is_none()));
    journal.append(last.commit + 1, super::NOW, &super::events(0..1), &[]).unwrap();
    drop(journal);
    assert_eq!(format_of(dir.path()), FORMAT_UNNAMED);
    let after = entries(&Reader::open(dir.path()).unwrap(), 0);
    assert_eq!(after[..60], before[..]);
    assert_eq!(after.len(), 61);
    assert_eq!(opened(dir.path()).unwrap().last().seq, 61, "and once more");
}

#[test]
fn a_journal_of_a_later_format_is_left_alone() {
    let dir = copy_of(1);
    drop(opened(dir.path()).unwrap());
    let path = dir.path().join("journal.db");
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", FORMAT + 1).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(refused(opened(dir.path())).code(), "journal_format_newer");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn what_an_earlier_format_lacked_is_missed_in_a_later_one() {
    let dir = copy_of(1);
    drop(opened(dir.path()).unwrap());
    let conn = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    conn.execute("DROP TABLE quarantine_decisions", ()).unwrap();
    drop(conn);
    assert_eq!(refused(opened(dir.path())).code(), "not_a_journal");
}
