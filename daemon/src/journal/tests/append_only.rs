//! Can an entry be changed, removed, doubled or put out of sequence?

use super::super::{JournalError, Last, NewEvent, Reader};
use super::{NOW, entries, event, events, open, refused};
use std::path::Path;
use xiezhi_proof::Algorithm;

fn shell(dir: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.join("journal.db")).unwrap()
}

#[test]
fn entries_can_be_neither_changed_nor_removed() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..3), &[]).unwrap();
    let before = entries(&journal.store, 0);
    for statement in [
        "UPDATE events SET body = x'00' WHERE seq = 2",
        "UPDATE events SET seq = 9 WHERE seq = 2",
        "DELETE FROM events WHERE seq = 3",
        "DELETE FROM events",
    ] {
        for conn in [&journal.store.conn, &shell(dir.path())] {
            let error = conn.execute(statement, ()).unwrap_err().to_string();
            assert!(error.contains("append-only"), "{statement}: {error}");
        }
    }
    let replace =
        "REPLACE INTO events SELECT 4, 9, 0, leaf, source, id, type, x'00' FROM events WHERE seq = 2";
    assert!(journal.store.conn.execute(replace, ()).unwrap_err().to_string().contains("append-only"));
    assert_eq!(entries(&journal.store, 0), before);
}

#[test]
fn a_place_can_be_neither_skipped_nor_taken_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..3), &[]).unwrap();
    for seq in ["NULL", "0", "2", "3", "5"] {
        let insert = format!("INSERT OR REPLACE INTO events VALUES ({seq}, 2, 0, x'', 's', 'i', 't', x'')");
        let error = shell(dir.path()).execute(&insert, ()).unwrap_err().to_string();
        assert!(error.contains("no gaps"), "{seq}: {error}");
    }
}

#[test]
fn a_duplicate_leaves_nothing_of_its_batch_and_the_journal_works_on() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..3), &[]).unwrap();
    let conflict = NewEvent { body: b"{}".to_vec(), ..event(1) };
    let error = refused(journal.append(2, NOW, &[event(3), conflict, event(4)], &[]));
    assert_eq!(error.code(), "journal_duplicate");
    assert!(matches!(error, JournalError::Duplicate { id, .. } if id == "bid-000001"));
    assert_eq!(refused(journal.append(2, NOW, &[event(5), event(5)], &[])).code(), "journal_duplicate");

    assert_eq!(journal.last(), Last { seq: 3, commit: 1 });
    assert_eq!(entries(&journal.store, 0).len(), 3);
    assert_eq!(journal.body("/haikou/ggzy/bidding", "bid-000001").unwrap(), Some(event(1).body));
    assert_eq!(journal.append(2, NOW, &events(3..5), &[]).unwrap(), 4);
}

#[test]
fn the_same_id_of_another_source_is_another_event() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let other = NewEvent { source: "/sanya/ggzy/bidding".into(), ..event(0) };
    journal.append(1, NOW, &[event(0), other], &[]).unwrap();
    assert_eq!(journal.last().seq, 2);
}

#[test]
fn a_commit_that_does_not_follow_and_an_overlong_part_write_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(5, NOW, &events(0..1), &[]).unwrap();
    for commit in [0, 4, 5, u64::MAX] {
        assert_eq!(refused(journal.append(commit, NOW, &events(1..2), &[])).code(), "journal_commit_stale");
    }
    let long_id = NewEvent { id: "x".repeat(1025), ..event(1) };
    let long_body = NewEvent { body: vec![b' '; (16 << 20) + 1], ..event(1) };
    for long in [long_id, long_body] {
        assert_eq!(refused(journal.append(6, NOW, &[event(2), long], &[])).code(), "journal_event_too_large");
    }
    assert_eq!(journal.last().seq, 1);
    let longest =
        NewEvent { id: "x".repeat(1024), body: vec![b' '; 16 << 20], source: "s".repeat(1024), ..event(1) };
    journal.append(6, NOW, std::slice::from_ref(&longest), &[]).unwrap();
    assert_eq!(journal.body(&longest.source, &longest.id).unwrap(), Some(longest.body));
}

#[test]
fn an_entry_removed_past_the_triggers_is_a_gap_and_a_changed_one_has_another_leaf() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..5), &[]).unwrap();
    drop(journal);
    let reader = Reader::open(dir.path()).unwrap();
    let conn = shell(dir.path());
    conn.execute_batch("DROP TRIGGER events_no_update; UPDATE events SET body = x'7b7d' WHERE seq = 2")
        .unwrap();
    let changed = &entries(&reader, 0)[1];
    assert_ne!(changed.leaf, changed.recomputed_leaf(Algorithm::default()));
    conn.execute_batch("DROP TRIGGER events_no_delete; DELETE FROM events WHERE seq = 4").unwrap();
    let read = reader.for_each(0, |_| std::ops::ControlFlow::<()>::Continue(()));
    assert!(matches!(refused(read), JournalError::Gap { expected: 4, found: 5, .. }));
}
