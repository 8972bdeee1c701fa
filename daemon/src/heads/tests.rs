//! Are heads signed when they should be, and never over a journal that is not the one signed before?

use super::{Daily, Heads, HeadsError, Wanted, after, heads_path, prove};
use crate::clock::Clock;
use crate::journal::{Journal, NewEvent};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_proof::{Algorithm, Chain, Proof, SignedHead};

fn time(text: &str) -> i64 {
    Instant::parse(text).unwrap().0
}

/// Appends a commit of so many events.
fn grow(journal: &mut Journal, count: u64) {
    let last = journal.last();
    let event = |number: u64| NewEvent {
        source: "/haikou/ggzy/bidding".into(),
        id: format!("bid-{number:06}"),
        kind: "bid.opened".into(),
        body: format!(r#"{{"number":{number}}}"#).into_bytes(),
    };
    let events: Vec<NewEvent> = (last.seq..last.seq + count).map(event).collect();
    journal.append(last.commit + 1, 0, &events, &[]).unwrap();
}

fn journal(dir: &Path) -> Journal {
    Journal::open(dir, &[7; 32]).unwrap()
}

/// A new journal of an algorithm.
fn journal_of(algorithm: Algorithm, dir: &Path) -> Journal {
    Journal::open_as(dir, &[7; 32], Some(algorithm)).unwrap()
}

/// Changes the journal past its triggers, which are there again afterwards.
fn tamper(dir: &Path, statement: &str) {
    let conn = rusqlite::Connection::open(dir.join("journal.db")).unwrap();
    let triggers: Vec<(String, String)> = conn
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (name, _) in &triggers {
        conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
    }
    conn.execute_batch(statement).unwrap();
    for (_, sql) in &triggers {
        conn.execute_batch(sql).unwrap();
    }
}

#[test]
fn a_head_on_demand_covers_all_that_is_durable_and_is_signed_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = journal(dir.path());
    let heads = Heads::open(dir.path()).unwrap();
    assert_eq!(heads.latest(), None);
    let (empty, new) = heads.demand(1).unwrap();
    assert_eq!((empty.number, empty.size, empty.commit, new), (1, 0, 0, true));
    grow(&mut journal, 3);
    grow(&mut journal, 4);
    let (head, new) = heads.demand(2).unwrap();
    assert_eq!((head.number, head.size, head.commit, new), (2, 7, 2, true));
    assert_eq!(heads.demand(3).unwrap(), (head.clone(), false), "there is nothing new to say");
    assert_eq!(*heads.numbers().borrow(), 2);
    assert_eq!(after(dir.path(), 1).unwrap(), [head]);
    assert_eq!(after(dir.path(), 2).unwrap(), []);
}

#[test]
fn heads_go_on_after_a_restart_and_their_times_never_go_back() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = journal_of(algorithm, dir.path());
        for (now, expected) in [(5, 5), (3, 5), (9, 9)] {
            grow(&mut journal, 2);
            let heads = Heads::open(dir.path()).unwrap();
            assert_eq!(heads.demand(now).unwrap().0.time_us, expected);
        }
        let key = super::read_public_key(&super::public_key_path(dir.path())).unwrap();
        let chain = Chain::of_record(&std::fs::read(heads_path(dir.path())).unwrap(), &key);
        assert_eq!((chain.heads.len(), chain.faults), (3, vec![]));
        assert!(chain.heads.iter().all(|head| head.algorithm == algorithm));
    }
}

#[test]
fn nothing_is_signed_over_a_journal_that_is_not_the_one_signed_before() {
    for algorithm in Algorithm::ALL {
        for statement in [
            "UPDATE events SET leaf = x'0000000000000000000000000000000000000000000000000000000000000000' WHERE seq = 2",
            "DELETE FROM events WHERE seq >= 5",
        ] {
            let dir = tempfile::tempdir().unwrap();
            let mut journal = journal_of(algorithm, dir.path());
            let heads = Heads::open(dir.path()).unwrap();
            heads.demand(1).unwrap();
            grow(&mut journal, 6);
            heads.demand(2).unwrap();
            drop((journal, heads));
            tamper(dir.path(), statement);
            let heads = Heads::open(dir.path()).unwrap();
            for _ in 0..2 {
                let refused = heads.demand(3).unwrap_err();
                assert!(
                    matches!(refused, HeadsError::NotWhole { number: 2, size: 6 }),
                    "{statement}: {refused}"
                );
            }
            heads.at_stop(4);
            assert_eq!(heads.latest().map(|head| head.number), Some(2));
        }
    }
}

#[test]
fn a_record_of_heads_that_was_tampered_with_is_refused_at_the_start() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = journal_of(algorithm, dir.path());
        grow(&mut journal, 2);
        Heads::open(dir.path()).unwrap().demand(1).unwrap();
        let whole = std::fs::read_to_string(heads_path(dir.path())).unwrap();
        std::fs::write(heads_path(dir.path()), whole.replacen("\"size\":2", "\"size\":1", 1)).unwrap();
        assert!(matches!(Heads::open(dir.path()), Err(HeadsError::NotOurs { number: 1 })));
        std::fs::write(heads_path(dir.path()), whole.replacen("\"number\":1", "\"number\":2", 1)).unwrap();
        assert!(matches!(Heads::open(dir.path()), Err(HeadsError::Record(_))));
    }
}

#[test]
fn every_entry_and_every_earlier_head_can_be_proved_from_the_daemon_and_from_the_files() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = journal_of(algorithm, dir.path());
        let heads = Heads::open(dir.path()).unwrap();
        let mut signed: Vec<SignedHead> = Vec::new();
        for count in [1, 4, 2, 9] {
            grow(&mut journal, count);
            signed.push(heads.demand(count as i64).unwrap().0);
        }
        let last = signed.last().unwrap();
        for seq in 1..=last.size {
            let wanted = Wanted::Inclusion { seq, size: None };
            let proven = heads.prove(wanted).unwrap();
            assert_eq!(prove(dir.path(), wanted).unwrap(), proven);
            let Proof::Inclusion(proof) = proven.proof else { panic!("an inclusion proof") };
            assert_eq!((proof.index + 1, proof.check(algorithm, last.root)), (seq, Ok(())));
            assert_eq!(&proven.heads, std::slice::from_ref(last));
        }
        for head in &signed {
            let wanted = Wanted::Consistency { from: head.size, to: None };
            let proven = heads.prove(wanted).unwrap();
            let Proof::Consistency(proof) = proven.proof else { panic!("a consistency proof") };
            assert_eq!(proof.check(algorithm, head.root, last.root), Ok(()));
            assert_eq!(proven.heads, [head.clone(), last.clone()]);
        }
        let range = |wanted| match heads.prove(wanted) {
            Err(HeadsError::Range { asked, size }) => (asked, size),
            other => panic!("{other:?}"),
        };
        assert_eq!(range(Wanted::Inclusion { seq: 0, size: None }), (0, 16));
        assert_eq!(range(Wanted::Inclusion { seq: 17, size: None }), (17, 16));
        assert_eq!(range(Wanted::Inclusion { seq: 1, size: Some(17) }), (17, 16));
        assert_eq!(range(Wanted::Consistency { from: 9, to: Some(8) }), (9, 8));
    }
}

#[test]
fn a_key_of_another_algorithm_than_the_journals_is_refused_at_the_start() {
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    drop(journal_of(Algorithm::Sha256Ed25519, one.path()));
    drop(journal_of(Algorithm::Sm3Sm2, other.path()));
    [&one, &other].into_iter().for_each(|dir| drop(Heads::open(dir.path()).unwrap()));
    for name in ["head.key", "head.pub"] {
        std::fs::copy(one.path().join(name), other.path().join(name)).unwrap();
    }
    let refused = Heads::open(other.path()).map(|_| ()).unwrap_err();
    assert!(
        refused.to_string().contains("is a key of sha256-ed25519, and the journal beside it of sm3-sm2"),
        "{refused}"
    );
}

#[test]
fn a_head_is_signed_at_the_start_and_at_each_midnight_and_handed_to_whoever_listens() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = journal(dir.path());
    grow(&mut journal, 3);
    let heads = Arc::new(Heads::open(dir.path()).unwrap());
    let numbers = heads.numbers();
    let clock = Clock::set_at(time("2026-03-02T23:59:59+08:00"));
    let daily = Daily::start(heads.clone(), clock.clone());
    let next = |number| {
        let told = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            *numbers.borrow() == number
        });
        assert!(told, "a head within ten seconds");
        after(dir.path(), number - 1).unwrap().remove(0)
    };
    assert_eq!((next(1).number, heads.latest().unwrap().size), (1, 3));
    grow(&mut journal, 1);
    clock.set(time("2026-03-03T00:00:00+08:00"));
    let head = next(2);
    assert_eq!((head.number, head.size, head.time_us), (2, 4, time("2026-03-03T00:00:00+08:00")));
    daily.stop();
    heads.at_stop(time("2026-03-03T08:00:00+08:00"));
    assert_eq!(heads.latest(), Some(head), "nothing has come since");
}
