//! Is what was appended read again, in that order, by whom and whenever it may be?

use super::super::{Journal, Last, Reader};
use super::{KEY, NOW, entries, event, events, full_event, open};
use std::ops::ControlFlow;
use xiezhi_proof::Algorithm;

#[test]
fn a_new_journal_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path());
    assert_eq!(journal.last(), Last { seq: 0, commit: 0 });
    assert_eq!(journal.body("a", "b").unwrap(), None);
    assert!(entries(&journal.store, 0).is_empty());
}

#[test]
fn entries_are_numbered_from_one_and_read_in_order_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    assert_eq!(journal.append(1, NOW, &events(0..3), &[]).unwrap(), 1);
    assert_eq!(journal.append(5, NOW - 1, &events(3..4), &[]).unwrap(), 4);
    let before = entries(&journal.store, 0);
    drop(journal);

    let journal = open(dir.path());
    assert_eq!(journal.last(), Last { seq: 4, commit: 5 });
    assert_eq!(entries(&journal.store, 0), before);
    for (entry, number) in before.iter().zip(0..) {
        assert_eq!((entry.seq, entry.commit), (number + 1, if number < 3 { 1 } else { 5 }));
        assert_eq!(entry.received_at, if number < 3 { NOW } else { NOW - 1 });
        let new = event(number);
        assert_eq!(
            (&entry.source, &entry.id, &entry.kind, &entry.body),
            (&new.source, &new.id, &new.kind, &new.body)
        );
        assert_eq!(entry.leaf, entry.recomputed_leaf(Algorithm::default()));
    }
}

#[test]
fn a_batch_without_events_uses_neither_a_place_nor_a_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    assert_eq!(journal.append(1, NOW, &[], &[]).unwrap(), 1);
    assert_eq!(journal.append(1, NOW, &events(0..1), &[]).unwrap(), 1);
    assert_eq!(journal.append(0, NOW, &[], &[]).unwrap(), 2);
    assert_eq!(journal.last(), Last { seq: 1, commit: 1 });
}

#[test]
fn bodies_are_found_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..10), &[]).unwrap();
    assert_eq!(journal.body("/haikou/ggzy/bidding", "bid-000004").unwrap(), Some(event(4).body));
    assert_eq!(journal.body("/haikou/ggzy/bidding", "bid-000010").unwrap(), None);
    assert_eq!(journal.body("/other", "bid-000004").unwrap(), None);
}

#[test]
fn reading_starts_after_a_place_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    // Three pages and a bit: neither the start nor the end falls on a page's edge.
    journal.append(1, NOW, &events(0..25_000), &[]).unwrap();
    let all: Vec<u64> = entries(&journal.store, 3).iter().map(|entry| entry.seq).collect();
    assert_eq!(all, (4..=25_000).collect::<Vec<_>>());
    let exact_pages = entries(&journal.store, 25_000 - 2 * 8192);
    assert_eq!(exact_pages.len(), 2 * 8192);
    let stopped = journal.for_each(0, |entry| match entry.seq {
        9_000 => ControlFlow::Break(entry.id),
        _ => ControlFlow::Continue(()),
    });
    assert_eq!(stopped.unwrap(), ControlFlow::Break("bid-008999".to_string()));
    assert!(entries(&journal.store, 25_000).is_empty());
    assert!(entries(&journal.store, u64::MAX).is_empty());
}

#[test]
fn a_reader_beside_the_writer_sees_what_is_committed_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..2), &[]).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(entries(&reader, 0).len(), 2);
    journal.append(2, NOW, &events(2..3), &[]).unwrap();
    assert_eq!(entries(&reader, 2).len(), 1);
    assert_eq!(reader.last().unwrap(), Last { seq: 3, commit: 2 });
    assert_eq!(reader.body("/haikou/ggzy/bidding", "bid-000002").unwrap(), Some(event(2).body));
    assert!(reader.conn.execute("DELETE FROM quarantine", ()).is_err());
    drop(journal);
    assert_eq!(entries(&reader, 0).len(), 3);
    drop(reader);
    assert_eq!(entries(&Reader::open(dir.path()).unwrap(), 0).len(), 3, "also when no daemon runs");
}

#[test]
fn what_is_appended_while_reading_is_read_too() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..9_000), &[]).unwrap();
    let reader = Reader::open(dir.path()).unwrap();
    let mut read = 0;
    let end = reader.for_each(0, |entry| {
        if entry.seq == 100 {
            journal.append(2, NOW, &events(9_000..9_010), &[]).unwrap();
        }
        read = entry.seq;
        ControlFlow::<()>::Continue(())
    });
    assert_eq!((end.unwrap(), read), (ControlFlow::Continue(()), 9_010));
}

#[test]
fn the_write_ahead_log_stays_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let log = dir.path().join("journal.db-wal");
    for commit in 1..=80 {
        let batch: Vec<_> = (0..1000).map(|number| full_event(commit * 1000 + number)).collect();
        journal.append(commit, NOW, &batch, &[]).unwrap();
        assert!(log.metadata().unwrap().len() < 48 << 20, "at commit {commit}");
    }
    journal.maintain().unwrap();
    let (pages, moved): (i64, i64) = journal
        .store
        .conn
        .query_row("PRAGMA wal_checkpoint(NOOP)", (), |row| Ok((row.get(1)?, row.get(2)?)))
        .unwrap();
    assert!(pages - moved < 1024, "an idle moment empties it further");
    journal.close().unwrap();
    assert!(!log.exists());
    assert_eq!(Journal::open(dir.path(), &KEY).unwrap().last(), Last { seq: 80_000, commit: 80 });
}
