//! What happens after a write that failed?

use super::super::NewEvent;
use super::{NOW, entries, event, events, open, refused};

#[test]
fn after_a_full_disk_nothing_is_taken_until_the_next_start_and_nothing_accepted_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..10), &[]).unwrap();
    let pages: i64 = journal.store.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    journal.store.conn.pragma_update(None, "max_page_count", pages + 2).unwrap();

    let large = NewEvent { body: vec![b' '; 100_000], ..event(11) };
    let failed = refused(journal.append(2, NOW, &[event(10), large], &[]));
    assert_eq!(failed.code(), "journal_write_failed");
    assert!(failed.to_string().contains("disk is full"), "{failed}");
    assert!(journal.is_poisoned());

    // Room again, but what the disk did meanwhile nobody knows.
    journal.store.conn.pragma_update(None, "max_page_count", 1_000_000).unwrap();
    assert_eq!(refused(journal.append(2, NOW, &events(12..13), &[])).code(), "journal_poisoned");
    assert_eq!(refused(journal.append(2, NOW, &[], &[])).code(), "journal_poisoned");
    assert_eq!(refused(journal.maintain()).code(), "journal_poisoned");
    assert_eq!(journal.last().seq, 10);
    assert_eq!(entries(&journal.store, 0).len(), 10, "what was accepted can still be read");
    drop(journal);

    let mut journal = open(dir.path());
    assert_eq!(journal.append(2, NOW, &events(10..12), &[]).unwrap(), 11);
    assert_eq!(entries(&journal.store, 0).len(), 12);
}

#[test]
fn an_insert_behind_its_back_poisons_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..1), &[]).unwrap();
    let shell = rusqlite::Connection::open(dir.path().join("journal.db")).unwrap();
    shell.execute("INSERT INTO events VALUES (2, 2, 0, x'', 's', 'i', 't', x'')", ()).unwrap();
    assert_eq!(refused(journal.append(2, NOW, &events(1..2), &[])).code(), "journal_write_failed");
    assert_eq!(refused(journal.append(3, NOW, &events(1..2), &[])).code(), "journal_poisoned");
}
